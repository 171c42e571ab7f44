//! What a program does instead of serving, where its command line says so.

use crate::base::Outside;
use crate::config::Config;
use anyhow::Context as _;
use crypto::Keys;
use futures::future::BoxFuture;
use kernel::ServiceName;
use sql::{Db, Migrations};

/// The words of a service's command line, each a [`clap::Subcommand`], and what they do. A command has the service's
/// configuration, opens what it needs of it, and serves nobody.
pub trait Command<S>: clap::Subcommand {
    /// Does it. False: it was done, and what was looked at is not as it should be.
    fn run(self, name: ServiceName, config: Config<S>) -> BoxFuture<'static, anyhow::Result<bool>>;
}

/// A service that only serves.
#[derive(clap::Subcommand)]
pub enum NoCommand {}

impl<S> Command<S> for NoCommand {
    fn run(self, _: ServiceName, _: Config<S>) -> BoxFuture<'static, anyhow::Result<bool>> {
        match self {}
    }
}

/// What a service has stored, opened by a command: its database, whose schema is left as it is, and its keys.
pub struct Stored {
    /// The database.
    pub db: Db,
    /// The keys.
    pub keys: Keys,
}

impl Stored {
    /// Opens them.
    pub async fn open<S>(config: &Config<S>, migrations: Migrations) -> anyhow::Result<Self> {
        let mut database = config.database.clone();
        database.migrate = false;
        let db = Db::open(&database, migrations, Outside::system().time).await.context("database")?;
        let keys = std::fs::read_to_string(&config.keys_file).context("keys_file: can't be read")?;
        Ok(Self { db, keys: Keys::parse(&keys).context("keys_file")? })
    }
}
