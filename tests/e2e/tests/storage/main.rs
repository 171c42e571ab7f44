//! Conformance of `shared/sql`: what is promised there holds on SQLite and on PostgreSQL alike, every
//! time; and the relay of `shared/events`, which stands on it.
#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

mod clock;
mod inbox;
mod measure;
mod migrations;
mod once;
mod outbox;
mod queue;
mod relay;
mod storage;
mod transactions;
mod values;
