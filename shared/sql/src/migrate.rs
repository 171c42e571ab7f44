//! Schema migrations: the tables every service shares, then the service's own, side by side for both engines.

use crate::error::Error;
use sqlx::migrate::{Migrate, MigrateError, Migration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, PgPool, SqlSafeStr as _, SqlitePool};

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

    fn migrator(self, text: fn(&Step) -> &'static str) -> Migrator {
        let step = |step: &Step| {
            let sql = AssertSqlSafe(text(step)).into_sql_str();
            Migration::new(step.version, step.description.into(), MigrationType::Simple, sql, false)
        };
        Migrator::with_migrations(FOUNDATION.iter().chain(self.0).map(step).collect())
    }

    pub(crate) async fn sqlite(self, pool: &SqlitePool, run: bool) -> Result<(), Error> {
        let migrator = self.migrator(|step| step.sqlite);
        if run {
            migrator.run(pool).await.map_err(refused)?;
        }
        check(&migrator, &mut *pool.acquire().await?).await
    }

    pub(crate) async fn postgres(self, pool: &PgPool, run: bool) -> Result<(), Error> {
        let migrator = self.migrator(|step| step.postgres);
        if run {
            migrator.run(pool).await.map_err(refused)?;
        }
        check(&migrator, &mut *pool.acquire().await?).await
    }
}

/// Refuses a schema that lacks a known step, or has one that is not known.
async fn check<C: Migrate>(migrator: &Migrator, connection: &mut C) -> Result<(), Error> {
    let applied = connection.list_applied_migrations(&migrator.table_name).await.map_err(refused)?;
    let missing = migrator.iter().find(|known| !applied.iter().any(|step| step.version == known.version));
    if let Some(step) = missing {
        return Err(refused(MigrateError::VersionNotPresent(step.version)));
    }
    match applied.iter().find(|step| !migrator.version_exists(step.version)) {
        Some(step) => Err(refused(MigrateError::VersionMissing(step.version))),
        None => Ok(()),
    }
}

fn refused(error: MigrateError) -> Error {
    Error::Migration(Box::new(error))
}
