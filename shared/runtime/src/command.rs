//! What a program does instead of serving, where its command line says so.

use crate::base::Outside;
use crate::config::Config;
use anyhow::Context as _;
use crypto::Keys;
use futures::future::BoxFuture;
use kernel::{EventId, ServiceName};
use sql::{Db, Migrations, outbox};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

/// The words of a service's command line, each a [`clap::Subcommand`], and what they do. A command has the service's
/// configuration, opens what it needs of it, and serves nobody.
pub trait Command<S>: clap::Subcommand {
    /// Does it. False: it was done, and what was looked at is not as it should be.
    fn run(self, name: ServiceName, config: Config<S>) -> BoxFuture<'static, anyhow::Result<bool>>;
}

/// A service that has no commands but those of all.
#[derive(clap::Subcommand)]
pub enum NoCommand {}

impl<S> Command<S> for NoCommand {
    fn run(self, _: ServiceName, _: Config<S>) -> BoxFuture<'static, anyhow::Result<bool>> {
        match self {}
    }
}

/// The commands of every service, and its own.
#[derive(clap::Subcommand)]
pub(crate) enum Commands<C: clap::Subcommand> {
    /// Brings the schema of the database up to date, and ends. Can be run by many at once and again after it was killed. Exit
    /// code 0: the schema is the one of this version; 1: it is not.
    Migrate,
    /// Asks the process that has this configuration, at server.health_listen, whether it is ready: for images, in which there is
    /// no other program. Exit code 0: ready; 3: not; 1: nobody answers.
    Ready,
    /// Sets events going again that were set aside because they could not be read, and says how many; the service goes on meanwhile.
    /// Exit code 0: done; 3: the event that was asked for is not set aside; 1: it could not be done.
    RedriveEvents {
        /// Only this one, by its id in the log.
        #[arg(long)]
        event: Option<EventId>,
    },
    #[command(flatten)]
    Own(C),
}

impl<C: clap::Subcommand> Commands<C> {
    pub(crate) async fn run<S>(
        self,
        name: ServiceName,
        config: Config<S>,
        migrations: Migrations,
    ) -> anyhow::Result<bool>
    where
        C: Command<S>,
    {
        match self {
            Self::Migrate => {
                config.check_protection()?;
                migrations.run(&config.database).await.context("database")?;
                println!("{name}: the schema is up to date");
                Ok(true)
            }
            Self::Ready => ready(config.server.health_listen).await,
            Self::RedriveEvents { event } => redrive(&open(&config, migrations).await?, event).await,
            Self::Own(command) => command.run(name, config).await,
        }
    }
}

async fn ready(listen: Option<SocketAddr>) -> anyhow::Result<bool> {
    let mut address = listen.context("server.health_listen: must be given to be asked")?;
    if address.ip().is_unspecified() {
        address.set_ip(if address.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() });
    }
    rpc::health::ask(address).await.context("nobody answers at server.health_listen")
}

async fn redrive(db: &Db, only: Option<EventId>) -> anyhow::Result<bool> {
    let mut sum = 0;
    for &destination in ServiceName::ALL {
        let redriven = match only {
            Some(event) => usize::from(outbox::redrive_one(db, destination, event).await?),
            None => outbox::redrive(db, destination).await?,
        };
        if redriven > 0 {
            println!("{destination}: {redriven} events are on their way again");
        }
        sum += redriven;
    }
    if sum == 0 {
        println!("no such event is set aside");
    }
    Ok(sum > 0 || only.is_none())
}

/// The database, whose schema is left as it is.
async fn open<S>(config: &Config<S>, migrations: Migrations) -> anyhow::Result<Db> {
    let mut database = config.database.clone();
    database.migrate = false;
    Db::open(&database, migrations, Outside::system().time).await.context("database")
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
        let db = open(config, migrations).await?;
        let keys = std::fs::read_to_string(&config.keys_file).context("keys_file: can't be read")?;
        Ok(Self { db, keys: Keys::parse(&keys).context("keys_file")? })
    }
}
