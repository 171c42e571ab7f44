//! Calls to the other services, before any transaction.

mod access;
mod directory;

pub use access::Accesses;
pub use directory::{Directory, Person};
