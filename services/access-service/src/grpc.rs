//! The wire: requests become commands, what comes out becomes responses. No decisions.

mod authorization;
mod caseworker;
mod command;
pub(crate) mod convert;
mod desk_command;
mod names;
mod page_token;
mod read_access;
mod status;
mod surface;
mod view;
mod watching;

pub use authorization::Authorization;
pub use caseworker::CaseworkerAccess;
pub use read_access::ReadAccesses;
pub use watching::Watching;
