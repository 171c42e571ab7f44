//! The wire: requests become commands, what comes out becomes responses. No decisions.

mod authorization;
mod command;
pub(crate) mod convert;
mod not_yet;
mod page_token;
mod read_access;
mod status;
mod view;

pub use authorization::Authorization;
pub use not_yet::CaseworkerAccess;
pub use read_access::ReadAccesses;
