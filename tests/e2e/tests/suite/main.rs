//! The rules, through the real gRPC surface of the three services, on both engines. A test is named after the rules it
//! shows, ids first; `tests/rules.toml` lists them.
#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

mod asking;
mod away;
mod callers;
mod choosing;
mod clocks;
mod deciding;
mod delivering;
mod desk;
mod ending;
mod events;
mod exempting;
mod exemption_ends;
mod expiring;
mod explaining;
mod folders;
mod following;
mod forwarding;
mod giving;
mod guardian;
mod input;
mod input_access;
mod input_post;
mod life;
mod listing;
mod mailing;
mod managing;
mod matrix;
mod notices;
mod oracle;
mod organising;
mod parties;
mod portals;
mod private;
mod reading;
mod recipients;
mod registering;
mod reminding;
mod repeating;
mod searching;
mod sending_ahead;
mod server;
mod serving;
mod story;
mod tokens;
