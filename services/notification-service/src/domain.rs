//! Types and rules, without I/O.

pub mod access;
pub mod bounce;
pub mod code;
pub mod delivery_status;
pub mod desk;
pub mod forward;
pub mod ledger;
pub mod limit;
pub mod overview;
pub mod places;
pub mod retry;
pub mod return_path;
pub mod subscription;
