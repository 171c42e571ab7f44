//! What the program does instead of serving.

use crate::MIGRATIONS;
use crate::config::ServiceConfig;
use crate::heads::Heads;
use crate::store;
use crate::usecase::verify_activity::Verifier;
use anyhow::Context as _;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use kernel::ServiceName;
use runtime::{Config, Stored};
use std::path::PathBuf;

/// The commands of mailbox-service.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Goes through every activity log and tells of each entry that was altered, removed, swapped or cut off (R13). Exit
    /// code 0: none; 3: at least one; 1: the logs could not be read. Can be run while the service is.
    VerifyActivity {
        /// The folder of heads that were exported (service.activity_heads_dir), or a copy of it kept elsewhere: without it
        /// nobody can tell when a log was cut off at its end together with its head.
        #[arg(long)]
        export: Option<PathBuf>,
    },
    /// Wraps the data keys of all mailboxes by the active key of the key file, after which the other keys can leave it. Exit
    /// code 0: all; 3: some need a key that the file does not hold. Can be run while the service is, and again.
    RewrapKeys,
}

impl runtime::Command<ServiceConfig> for Command {
    fn run(self, _: ServiceName, config: Config<ServiceConfig>) -> BoxFuture<'static, anyhow::Result<bool>> {
        match self {
            Self::VerifyActivity { export } => verify(config, export).boxed(),
            Self::RewrapKeys => rewrap(config).boxed(),
        }
    }
}

async fn verify(config: Config<ServiceConfig>, export: Option<PathBuf>) -> anyhow::Result<bool> {
    let stored = Stored::open(&config, MIGRATIONS).await?;
    let mut verifier = Verifier::new(stored.db, stored.keys.chain, |finding| println!("{finding}"));
    verifier.logs().await?;
    if let Some(folder) = export {
        anyhow::ensure!(folder.is_dir(), "{} is no folder", folder.display());
        verifier.export(&Heads::in_folder(&folder).context("the export")?).await?;
    }
    let seen = verifier.seen();
    println!("{} entries, {} exported heads, {} findings", seen.entries, seen.exported, seen.findings);
    Ok(seen.findings == 0)
}

async fn rewrap(config: Config<ServiceConfig>) -> anyhow::Result<bool> {
    let stored = Stored::open(&config, MIGRATIONS).await?;
    runtime::rewrap_all(&stored.db, &stored.keys.keyring, &store::WRAPPED_TABLES).await
}
