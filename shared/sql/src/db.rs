//! The database of one service.

use crate::args;
use crate::clock::{Present, TimeSource};
use crate::config::DatabaseConfig;
use crate::engine::Engine;
use crate::error::Error;
use crate::migrate::Migrations;
use crate::tx::{Connection, Tx};
use futures::future::BoxFuture;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection as _, PgPool, SqlitePool};
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio_util::task::TaskTracker;
use tracing::Instrument as _;

/// A handle to the database; clones share it.
#[derive(Clone)]
pub struct Db {
    pools: Pools,
    present: Present,
    writes: TaskTracker,
    work: Arc<watch::Sender<()>>,
}

#[derive(Clone)]
enum Pools {
    /// One writing connection and many reading ones.
    Sqlite {
        writer: SqlitePool,
        readers: SqlitePool,
    },
    Postgres(PgPool),
}

/// What a probe found out; an error either way, so that its write is taken back.
enum Probed {
    Writable,
    Failed(Error),
}

impl From<Error> for Probed {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// SQLite's page cache of one reading connection, in its own notation: 500 kB. There are several, on small machines.
const READER_CACHE: &str = "-500";
/// How long SQLite waits for another process's lock.
const SQLITE_BUSY: Duration = Duration::from_secs(5);
/// How long an idle connection to PostgreSQL is taken to be alive.
const TRUSTED_IDLE: Duration = Duration::from_secs(1);

impl Db {
    /// Opens the database of `config`, brings its schema up to date where the configuration says so, and refuses
    /// one that `migrations` doesn't know.
    pub async fn open(config: &DatabaseConfig, migrations: Migrations, time: TimeSource) -> Result<Self, Error> {
        let url = config.resolved_url().map_err(|error| Error::Configuration(format!("database.url_file: {error}")))?;
        let pools = if url.starts_with("sqlite:") {
            open_sqlite(config, &url).await?
        } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            let options = PgConnectOptions::from_str(&url)?.options([("synchronous_commit", "on")]);
            Pools::Postgres(postgres_pool(config).connect_with(options).await?)
        } else {
            return Err(Error::Configuration("database.url must begin with sqlite: or postgres://".to_owned()));
        };
        match &pools {
            Pools::Sqlite { writer, .. } => migrations.sqlite(writer, config.migrate).await?,
            Pools::Postgres(pool) => migrations.postgres(pool, config.migrate).await?,
        }
        Ok(Self {
            pools,
            present: Present::new(time),
            writes: TaskTracker::new(),
            work: Arc::new(watch::Sender::new(())),
        })
    }

    /// Which engine this is.
    pub fn engine(&self) -> Engine {
        match self.pools {
            Pools::Sqlite { .. } => Engine::Sqlite,
            Pools::Postgres(_) => Engine::Postgres,
        }
    }

    /// Runs `work` in a transaction that commits if it succeeds and leaves no trace if it fails. It runs to its
    /// end even if the caller stops waiting; no network call belongs in it.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let db = self.clone();
        let task = async move {
            let mut tx = db.begin().await?;
            match work(&mut tx).await {
                Ok(value) => {
                    tx.present.clone().store(&mut tx).await?;
                    let queued = tx.work_was_queued;
                    let after_commit = std::mem::take(&mut tx.after_commit);
                    tx.commit().await?;
                    for done in after_commit {
                        done();
                    }
                    if queued {
                        db.work.send_replace(());
                    }
                    Ok(value)
                }
                Err(refusal) => {
                    tx.rollback().await?;
                    Err(refusal)
                }
            }
        };
        self.writes.spawn(task.in_current_span()).await.unwrap_or(Err(E::from(Error::Torn)))
    }

    /// Runs `work` on a connection for reading: SQLite refuses a write on it; PostgreSQL does not, so write with
    /// [`Db::write`] alone. Each statement sees what was committed before it.
    pub async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, E>>,
        E: From<Error>,
    {
        let connection = match &self.pools {
            Pools::Sqlite { readers, .. } => Connection::SqliteRead(readers.acquire().await.map_err(Error::from)?),
            Pools::Postgres(pool) => Connection::PostgresRead(pool.acquire().await.map_err(Error::from)?),
        };
        let mut tx = Tx { connection, present: self.present.clone(), work_was_queued: false, after_commit: Vec::new() };
        work(&mut tx).await
    }

    /// Whether the database takes writes: what readiness reports. The write is taken back, so that looking costs no
    /// sync to disk.
    pub async fn probe(&self) -> Result<(), Error> {
        let outcome: Result<(), Probed> = self
            .write(|tx| {
                Box::pin(async move {
                    tx.execute("UPDATE clock_floor SET latest = latest", args![]).await?;
                    Err(Probed::Writable)
                })
            })
            .await;
        match outcome {
            Err(Probed::Failed(error)) => Err(error),
            Ok(()) | Err(Probed::Writable) => Ok(()),
        }
    }

    /// Changes at every commit that queued work, so that workers need not poll for what this process does.
    pub fn work_queued(&self) -> watch::Receiver<()> {
        self.work.subscribe()
    }

    /// Lets the writes in flight finish, then closes every connection.
    pub async fn close(&self) {
        self.writes.close();
        self.writes.wait().await;
        match &self.pools {
            Pools::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }

    async fn begin(&self) -> Result<Tx, Error> {
        let connection = match &self.pools {
            // IMMEDIATE takes the write lock at once: a transaction that reads first can't find itself outdated.
            Pools::Sqlite { writer, .. } => Connection::SqliteWrite(writer.begin_with("BEGIN IMMEDIATE").await?),
            Pools::Postgres(pool) => Connection::PostgresWrite(pool.begin().await?),
        };
        Ok(Tx { connection, present: self.present.clone(), work_was_queued: false, after_commit: Vec::new() })
    }
}

/// A connection was found alive when it was given back. It is asked again when it has lain idle for a while, and not before
/// each use, which would cost a round trip beside each single statement.
fn postgres_pool(config: &DatabaseConfig) -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(config.max_connections)
        .acquire_timeout(config.acquire_timeout())
        .test_before_acquire(false)
        .before_acquire(|connection, known| {
            Box::pin(async move {
                if known.idle_for > TRUSTED_IDLE {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
}

async fn open_sqlite(config: &DatabaseConfig, url: &str) -> Result<Pools, Error> {
    let options = SqliteConnectOptions::from_str(url)?
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // FULL: an acknowledged write survives the loss of power, not only of the process.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(SQLITE_BUSY);
    let timeout = config.acquire_timeout();
    // A file needs no asking whether it is still there.
    let pool =
        |most| SqlitePoolOptions::new().max_connections(most).acquire_timeout(timeout).test_before_acquire(false);
    let writer = pool(1).connect_with(options.clone()).await?;
    let readers = pool(config.max_connections)
        .connect_with(options.pragma("query_only", "ON").pragma("cache_size", READER_CACHE))
        .await?;
    Ok(Pools::Sqlite { writer, readers })
}
