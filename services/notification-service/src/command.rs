//! What the program does instead of serving.

use crate::config::ServiceConfig;
use crate::store;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use kernel::ServiceName;
use runtime::{Config, Stored};

/// The commands of notification-service.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Wraps the data keys of all subscriptions by the active key of the key file, after which the other keys can leave it.
    /// Exit code 0: all; 3: some need a key that the file does not hold. Can be run while the service is, and again.
    RewrapKeys,
}

impl runtime::Command<ServiceConfig> for Command {
    fn run(self, _: ServiceName, config: Config<ServiceConfig>) -> BoxFuture<'static, anyhow::Result<bool>> {
        match self {
            Self::RewrapKeys => rewrap(config).boxed(),
        }
    }
}

async fn rewrap(config: Config<ServiceConfig>) -> anyhow::Result<bool> {
    let stored = Stored::open(&config, store::MIGRATIONS).await?;
    runtime::rewrap_all(&stored.db, &stored.keys.keyring, &store::WRAPPED_TABLES).await
}
