//! What holds in many trials only: three processes of each service on one PostgreSQL, the binaries that ship. A trial
//! goes through other processes than the one before, in a fixed order.
#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

mod cancelling;
mod emails;
mod endings;
mod expiries;
mod fetching;
mod mailing;
mod pausing;
mod persisting;
mod races;
mod restore;
mod rollouts;
mod schemas;
mod stories;
mod traffic;
mod trials;
