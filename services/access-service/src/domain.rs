//! Types and pure rules. No I/O.

pub mod access;
pub mod attempt;
pub mod decision;
pub mod expiry;
pub mod life;
pub mod notice;
pub mod order;
pub mod particulars;
pub mod rights;
pub mod scope;
pub mod words;

pub use access::{Access, Party, Pending};
pub use expiry::Expiry;
pub use life::{Change, EndReason, Impossible, State};
pub use particulars::Particulars;
pub use scope::Scope;
