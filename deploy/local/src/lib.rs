//! The local suite: what stands behind `cargo run`, and what tests take from it.
//!
//! A [`Layout`] says where things lie, [`Secrets::prepare`] makes keys and certificates and signs tokens, [`Ports`] says
//! where to listen, [`configs`] makes the configurations; a [`Suite`] is three processes that run on all that, and
//! [`client::Clients`] call it.
//!
//! ```
//! # use kernel::{Caller, Citizen, Clock as _, CprNumber, Portal, ServiceName, SystemClock, SystemRandom};
//! # use local::{Layout, Ports, Secrets, configs};
//! # fn main() -> anyhow::Result<()> {
//! # let folder = tempfile::tempdir()?;
//! let secrets = Secrets::prepare(&Layout::new(folder.path()), &SystemClock, &SystemRandom)?;
//! let karen = Caller::Citizen(Citizen { cpr: CprNumber::parse("6101801234")?, portal: Portal::BorgerDk });
//! let token = secrets.token(&karen, SystemClock.now())?;
//!
//! // `()` stands for the service's own section, such as `access_service::config::...`.
//! let config = configs::config(&secrets, &Ports::free()?, ServiceName::Access, ())?;
//! assert!(config.server.tls.is_some());
//! # assert!(!token.is_empty());
//! # Ok(())
//! # }
//! ```

pub mod cargo;
pub mod client;
pub mod configs;
pub mod demo;
pub mod extract;
pub mod guard;
pub mod layout;
pub mod logs;
pub mod people;
pub mod ports;
pub mod register;
pub mod secrets;
pub mod serve;
pub mod suite;
mod supervisor;
pub mod tokens;
mod welcome;

pub use layout::{Issuer, Layout};
pub use ports::Ports;
pub use secrets::Secrets;
pub use suite::{Start, Suite};

/// The folder of the local suite, at the top of the workspace.
pub const DATA_FOLDER: &str = ".data";
