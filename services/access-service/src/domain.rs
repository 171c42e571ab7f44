//! Types and pure rules. No I/O.

pub mod access;
pub mod attempt;
pub mod decision;
pub mod desk;
pub mod expiry;
pub mod explain;
pub mod guardianship;
pub mod hand;
pub mod life;
pub mod notice;
pub mod order;
pub mod party;
pub mod reminder;
pub mod rights;
pub mod scope;
pub mod words;

pub use access::{Access, Pending};
pub use expiry::Expiry;
pub use guardianship::Guardianship;
pub use hand::{Desk, Hand};
pub use life::{Change, EndReason, Impossible, State};
pub use party::Party;
pub use scope::Scope;
