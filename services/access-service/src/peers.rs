//! Calls to other services. Made before or after a transaction, never inside one.

mod mailbox;

pub use mailbox::{Directory, Person, Purpose, Resolved};
