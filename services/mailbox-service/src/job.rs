//! Work that this service does by itself.

pub mod export_heads;
pub mod forget_tallies;
pub mod publish;
pub mod purge_bin;
pub mod sweep_files;
pub mod watch_others;
