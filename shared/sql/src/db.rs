//! The database of one service.

use crate::args;
use crate::clock::{Present, TimeSource};
use crate::config::DatabaseConfig;
use crate::connect::{self, Target};
use crate::engine::Engine;
use crate::error::Error;
use crate::migrate::Migrations;
use crate::tx::{Connection, Tx};
use futures::future::BoxFuture;
use opentelemetry::trace::FutureExt as _;
use sqlx::{PgPool, SqlitePool};
use std::sync::Arc;
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

impl Db {
    /// Opens the database of `config`, brings its schema up to date where the configuration says so, and refuses
    /// one that `migrations` doesn't know.
    pub async fn open(config: &DatabaseConfig, migrations: Migrations, time: TimeSource) -> Result<Self, Error> {
        if config.migrate {
            migrations.run(config).await?;
        }
        let pools = match Target::of(config)? {
            Target::Sqlite(options) => {
                let (writer, readers) = connect::sqlite_pools(config, *options).await?;
                migrations.check_sqlite(&writer).await?;
                Pools::Sqlite { writer, readers }
            }
            Target::Postgres(options) => {
                let pool = connect::postgres_pool(config, *options).await?;
                migrations.check_postgres(&pool).await?;
                Pools::Postgres(pool)
            }
        };
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
        self.writes.spawn(task.with_current_context().in_current_span()).await.unwrap_or(Err(E::from(Error::Torn)))
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

    /// How many connections are open, how many of them wait for work, and the most there can be.
    pub(crate) fn pool_sizes(&self) -> (u32, usize, u32) {
        match &self.pools {
            Pools::Sqlite { writer, readers } => (
                writer.size() + readers.size(),
                writer.num_idle() + readers.num_idle(),
                writer.options().get_max_connections() + readers.options().get_max_connections(),
            ),
            Pools::Postgres(pool) => (pool.size(), pool.num_idle(), pool.options().get_max_connections()),
        }
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
