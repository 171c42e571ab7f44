//! The storage foundation: one body of SQL for SQLite and PostgreSQL, transactions that a cancelled call can't
//! tear, and the tables that every service shares.
//!
//! # Writing portable SQL
//!
//! One SQL text with `$1` placeholders serves both engines; [`Tx`] hides which one it talks to. Values go in by
//! [`args!`] and come out by [`Row::get`], in the types of [`value`]: text, bytes, whole numbers, booleans, UUIDs and
//! [`Timestamp`](kernel::Timestamp)s, each with its own native column type. Where the engines really differ, write
//! [`Sql::each`]. The pitfalls that this design takes away:
//!
//! - `NULL` read as a value is an error on both engines, not a zero on SQLite;
//! - instants are whole microseconds on both (`INTEGER` / `timestamptz`) and sort right;
//! - the SQL is `&'static str`, or an [`Insert`] made of nothing else and placeholders: nothing is ever pasted into it;
//! - a bound value has one type, and `bigint` is the only size of number.
//!
//! What remains to be remembered: `SUM` needs `CAST(.. AS BIGINT)`; a unique violation aborts a PostgreSQL
//! transaction, so say `ON CONFLICT DO NOTHING` and look at the count; names of columns are unique in a row.
//!
//! # Writing
//!
//! [`Db::write`] runs the whole transaction in a task of its own and waits for it. A caller who hangs up, or whose
//! deadline passes, drops the waiting and not the work: no half-done transaction goes back to the pool, and what
//! was acknowledged is durable. No handler can begin a transaction in any other way.
//!
//! # Reading
//!
//! [`Db::read`] lends a connection without `BEGIN`: each statement sees what was committed before it started.
//!
//! # Time
//!
//! [`Tx::now`] is the one present of a transaction; see [`clock`].

pub mod clock;
pub mod config;
mod connect;
pub mod db;
pub mod engine;
pub mod error;
pub mod inbox;
pub mod insert;
pub mod measure;
pub mod migrate;
pub mod once;
pub mod outbox;
pub mod queue;
pub mod sweep;
pub mod turn;
pub mod tx;
pub mod value;

pub use clock::{Glimpse, TimeSource};
pub use config::DatabaseConfig;
pub use db::Db;
pub use engine::Engine;
pub use error::Error;
pub use insert::Insert;
pub use migrate::{Migrations, Step};
pub use once::Once;
pub use tx::{Sql, Tx};
pub use value::{Row, Value};
