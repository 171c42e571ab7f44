//! Codes, limits and the ledger on both engines: always on SQLite, and on the PostgreSQL of
//! `DIGITALPOST_TEST_POSTGRES` (a URL; each test makes a database of its own there) where that is set.

mod addresses;
mod codes;
mod ledger;
mod limits;
mod mailer;
mod world;
