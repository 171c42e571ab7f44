//! Calls to other services, always before a transaction and never inside one.

pub mod access;
