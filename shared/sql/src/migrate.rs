//! Schema migrations: the tables every service shares, then the service's own, side by side for both engines.

use crate::config::DatabaseConfig;
use crate::connect::Target;
use crate::error::Error;
use sqlx::migrate::{Migrate, MigrateError, Migration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgPool, SqlSafeStr as _, SqlitePool};

/// One step of a schema, for both engines. A step that has been released is never edited; add another.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// Its place in the order. The shared steps have 1 to 999, a service's own begin at 1000.
    pub version: i64,
    /// What it does, in a few words.
    pub description: &'static str,
    /// The text for SQLite.
    pub sqlite: &'static str,
    /// The text for PostgreSQL.
    pub postgres: &'static str,
}

/// The steps that a program knows.
#[derive(Clone, Copy, Debug)]
pub struct Migrations(&'static [Step]);

/// The tables of this crate.
const FOUNDATION: [Step; 1] = [Step {
    version: 1,
    description: "clock, outbox, inbox, request ids, due work",
    sqlite: include_str!("../migrations/sqlite/0001_foundation.sql"),
    postgres: include_str!("../migrations/postgres/0001_foundation.sql"),
}];

impl Migrations {
    /// The shared steps and then `own`.
    pub const fn new(own: &'static [Step]) -> Self {
        Self(own)
    }

    /// Brings the schema up to date, on a connection of its own that no limit on statements cuts off. On PostgreSQL many may
    /// try at once: one does it and the others wait for it. A step is one transaction, so that what was killed half-way
    /// was not begun; run it again.
    pub async fn run(self, config: &DatabaseConfig) -> Result<(), Error> {
        match Target::of(config)? {
            Target::Sqlite(options) => {
                let mut connection = options.connect().await?;
                let done = self.migrate(&mut connection, |step| step.sqlite).await;
                connection.close().await?;
                done
            }
            Target::Postgres(options) => {
                // Closed whatever came of it: the lock that migrators take belongs to the connection.
                let mut connection = options.connect().await?;
                let done = self.migrate(&mut connection, |step| step.postgres).await;
                connection.close().await?;
                done
            }
        }
    }

    async fn migrate<C: Migrate>(self, connection: &mut C, text: fn(&Step) -> &'static str) -> Result<(), Error> {
        self.migrator(text).run_direct(None, connection, false).await.map_err(|error| match error {
            MigrateError::VersionMissing(version) => Error::SchemaNewer(version),
            other => refused(other),
        })
    }

    fn migrator(self, text: fn(&Step) -> &'static str) -> Migrator {
        let step = |step: &Step| {
            let sql = AssertSqlSafe(text(step)).into_sql_str();
            Migration::new(step.version, step.description.into(), MigrationType::Simple, sql, false)
        };
        Migrator::with_migrations(self.steps().map(step).collect())
    }

    fn steps(self) -> impl Iterator<Item = &'static Step> {
        FOUNDATION.iter().chain(self.0)
    }

    pub(crate) async fn check_sqlite(self, pool: &SqlitePool) -> Result<(), Error> {
        self.check(&mut *pool.acquire().await?, |step| step.sqlite).await
    }

    pub(crate) async fn check_postgres(self, pool: &PgPool) -> Result<(), Error> {
        self.check(&mut *pool.acquire().await?, |step| step.postgres).await
    }

    /// Refuses a schema that lacks a known step, has one that is not known, or has one that is another than the known.
    async fn check<C: Migrate>(self, connection: &mut C, text: fn(&Step) -> &'static str) -> Result<(), Error> {
        let migrator = self.migrator(text);
        let applied = match connection.list_applied_migrations(&migrator.table_name).await {
            Ok(applied) => applied,
            Err(error) if is_no_such_table(&error) => Vec::new(),
            Err(error) => return Err(refused(error)),
        };
        if let Some(step) = applied.iter().find(|step| !migrator.version_exists(step.version)) {
            return Err(Error::SchemaNewer(step.version));
        }
        for known in migrator.iter() {
            match applied.iter().find(|step| step.version == known.version) {
                None => {
                    let description = known.description.clone();
                    return Err(Error::SchemaOlder { version: known.version, description });
                }
                Some(step) if step.checksum != known.checksum => {
                    return Err(refused(MigrateError::VersionMismatch(known.version)));
                }
                Some(_) => {}
            }
        }
        Ok(())
    }
}

/// Where nothing was ever migrated. SQLite has no code of its own for it.
fn is_no_such_table(error: &MigrateError) -> bool {
    let MigrateError::Execute(sqlx::Error::Database(error)) = error else { return false };
    error.code().is_some_and(|code| code == "42P01") || error.message().starts_with("no such table")
}

fn refused(error: MigrateError) -> Error {
    Error::Migration(Box::new(error))
}
