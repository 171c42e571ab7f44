//! Conformance of `shared/sql`: what is promised there holds on SQLite and on PostgreSQL alike, every time.
#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

mod clock;
mod inbox;
mod measure;
mod migrations;
mod once;
mod queue;
mod storage;
mod transactions;
mod values;
