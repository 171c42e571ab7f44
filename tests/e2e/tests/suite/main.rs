//! The rules, through the real gRPC surface of the three services, on both engines. A test is named after the rules it
//! shows, ids first; `tests/rules.toml` lists them.
#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

mod asking;
mod away;
mod callers;
mod clocks;
mod delivering;
mod desk;
mod ending;
mod events;
mod exempting;
mod exemption_ends;
mod expiring;
mod folders;
mod giving;
mod guardian;
mod input;
mod input_post;
mod listing;
mod mailing;
mod organising;
mod portals;
mod private;
mod reading;
mod registering;
mod repeating;
mod server;
mod serving;
mod story;
mod tokens;
