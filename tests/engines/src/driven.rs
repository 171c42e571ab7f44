//! A PostgreSQL database whose clock a test drives: what a service takes for the present in production is the database's
//! `clock_timestamp()`, and no test can wait for summer time.

use crate::postgres;
use anyhow::Context as _;
use kernel::Timestamp;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, PgConnection};
use std::str::FromStr as _;

/// A function of the same name that is found before PostgreSQL's own.
const CLOCK: &str = "
    CREATE SCHEMA driven;
    CREATE TABLE driven.clock (present TIMESTAMPTZ NOT NULL);
    INSERT INTO driven.clock VALUES (now());
    CREATE FUNCTION driven.clock_timestamp() RETURNS TIMESTAMPTZ LANGUAGE SQL VOLATILE
        AS 'SELECT present FROM driven.clock';";

/// An empty database, and its clock, which stands still until it is told to move.
pub struct DrivenDatabase {
    url: String,
}

impl DrivenDatabase {
    /// A database whose clock shows `start`.
    pub async fn fresh(start: Timestamp) -> anyhow::Result<Self> {
        let database = Self { url: postgres::fresh_database().await? };
        let mut connection = database.connect().await?;
        connection.execute(CLOCK).await?;
        let name = PgConnectOptions::from_str(&database.url)?.get_database().context("a database")?.to_owned();
        // Tables are made in the first of them; functions are looked for in this order.
        let path = format!("ALTER DATABASE {name} SET search_path TO public, driven, pg_catalog");
        connection.execute(AssertSqlSafe(path)).await?;
        connection.close().await?;
        database.set(start).await?;
        Ok(database)
    }

    /// Where it is.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Shows `instant` from now on, earlier or later than before.
    pub async fn set(&self, instant: Timestamp) -> anyhow::Result<()> {
        let mut connection = self.connect().await?;
        let moved = "UPDATE driven.clock SET present = TIMESTAMPTZ 'epoch' + $1 * INTERVAL '1 microsecond'";
        sqlx::query(moved).bind(instant.as_micros()).execute(&mut connection).await?;
        Ok(connection.close().await?)
    }

    async fn connect(&self) -> anyhow::Result<PgConnection> {
        PgConnectOptions::from_str(&self.url)?.connect().await.context("the driven database does not let us in")
    }
}
