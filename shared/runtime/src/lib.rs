//! The life of a process, the same for all three: configuration, telemetry, the parts every service stands on,
//! the server and the workers, and an orderly end.
//!
//! A service is a function that takes its [`Config`] and the [`Outside`] and builds an [`App`] from a [`Base`]; its
//! `main` is one call of [`main`].

mod app;
mod base;
mod command;
mod config;
pub mod metrics;
mod process;
mod rewrap;
mod telemetry;
mod worker;

pub use app::App;
pub use base::{Base, Outside};
pub use command::{Command, NoCommand, Stored};
pub use config::{Config, Peers};
pub use process::{main, main_with};
pub use rewrap::{Rewrapped, WrappedTable, rewrap, rewrap_all};
pub use telemetry::{LogFormat, OtlpConfig, TelemetryConfig};
pub use worker::Job;

/// Of every process that is built on this crate. A call allocates some hundred small things on whichever thread it runs.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
