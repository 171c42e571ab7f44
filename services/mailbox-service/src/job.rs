//! Work that this service does by itself.

pub mod forget_tallies;
pub mod publish;
pub mod purge_bin;
pub mod sweep_files;
