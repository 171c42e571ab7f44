//! An empty database with tables of the tests' own.

use harness::Engine;
use kernel::{ManualClock, Timestamp};
use sql::{DatabaseConfig, Db, Error, Migrations, Step, TimeSource, args};
use std::sync::Arc;
use tempfile::TempDir;

/// 2026-11-22T12:00:00Z.
pub(crate) const NOON: Timestamp = Timestamp::from_micros(1_795_348_800_000_000);

const TABLES: &str = "CREATE TABLE thing (id BIGINT PRIMARY KEY, flag BOOLEAN, number BIGINT, words TEXT, bytes BYTEA, \
     uid UUID, moment TIMESTAMPTZ); \
     CREATE TABLE account (id BIGINT PRIMARY KEY, balance BIGINT NOT NULL); \
     INSERT INTO account (id, balance) VALUES (1, 0);";

/// The tests' own step of the schema.
pub(crate) const STEP: Step = Step { version: 1000, description: "tables of tests", sqlite: TABLES, postgres: TABLES };

/// A database, and the clock it goes by.
pub(crate) struct Storage {
    pub(crate) db: Db,
    pub(crate) clock: ManualClock,
    pub(crate) config: DatabaseConfig,
    _folder: TempDir,
}

impl Storage {
    pub(crate) async fn start(engine: Engine) -> Self {
        let folder = TempDir::new().unwrap();
        let config = engine.fresh_database(folder.path(), "storage").await.unwrap();
        let clock = ManualClock::new(NOON);
        let time = TimeSource::Injected(Arc::new(clock.clone()));
        let db = Db::open(&config, Migrations::new(&[STEP]), time).await.unwrap();
        Self { db, clock, config, _folder: folder }
    }

    /// The engine it is on.
    pub(crate) fn engine(&self) -> Engine {
        match self.db.engine() {
            sql::Engine::Sqlite => Engine::Sqlite,
            sql::Engine::Postgres => Engine::Postgres,
        }
    }

    /// The present of its clock.
    pub(crate) fn time(&self) -> TimeSource {
        TimeSource::Injected(Arc::new(self.clock.clone()))
    }

    /// A second handle, as another process would have it, with a clock of its own.
    pub(crate) async fn another(&self, time: TimeSource) -> Db {
        Db::open(&self.config, Migrations::new(&[STEP]), time).await.unwrap()
    }

    pub(crate) async fn count(&self, sql: &'static str) -> i64 {
        self.db
            .read(|tx| Box::pin(async move { tx.one(sql, args![], |row| row.get("n")).await }))
            .await
            .map_err(|error: Error| error)
            .unwrap()
    }
}
