//! Calls to the other services, before any transaction.

mod access;
mod directory;
mod letters;

pub use access::Accesses;
pub use directory::{Directory, Person};
pub use letters::Letters;
