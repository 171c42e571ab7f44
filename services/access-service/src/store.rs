//! The SQL, one file a table. No rules.

pub mod access;
pub mod attempt;
pub mod caseworker;
pub mod change;
pub mod check;
pub mod history;
pub mod known_person;
pub mod page;
pub mod party;
pub mod reminder;
mod words;
