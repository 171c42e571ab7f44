//! The wire: requests into typed values, typed values into answers. No decisions.

mod batches;
mod convert;
pub mod delivery;
pub mod directory;
mod etag;
pub mod mailbox;
mod outflow;
pub mod registry;
mod status;
mod upload;
