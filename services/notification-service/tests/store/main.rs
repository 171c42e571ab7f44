//! Codes, limits and the ledger on both engines.

mod addresses;
mod bounces;
mod codes;
mod ends;
mod ledger;
mod limits;
mod mailer;
mod overview;
mod traces;
mod world;
