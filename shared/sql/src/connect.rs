//! How connections to either engine are made.

use crate::config::DatabaseConfig;
use crate::error::Error;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgSslMode};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection as _, PgPool, SqlitePool};
use std::str::FromStr as _;
use std::time::Duration;

/// SQLite's page cache of one reading connection, in its own notation: 500 kB. There are several, on small machines.
const READER_CACHE: &str = "-500";
/// How long SQLite waits for another process's lock.
const SQLITE_BUSY: Duration = Duration::from_secs(5);
/// How long an idle connection to PostgreSQL is taken to be alive.
const TRUSTED_IDLE: Duration = Duration::from_secs(1);

/// Where a configuration says that the database is.
pub(crate) enum Target {
    Sqlite(Box<SqliteConnectOptions>),
    Postgres(Box<PgConnectOptions>),
}

/// A statement is planned once on a connection, and not for each call: each is a look-up by an index whatever its values
/// are, and planning it takes longer than running it.
const POSTGRES_OPTIONS: [(&str, &str); 2] = [("synchronous_commit", "on"), ("plan_cache_mode", "force_generic_plan")];

impl Target {
    pub(crate) fn of(config: &DatabaseConfig) -> Result<Self, Error> {
        let url = config.resolved_url()?;
        if url.starts_with("sqlite:") {
            Ok(Self::Sqlite(Box::new(sqlite_options(&url)?)))
        } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            let options = PgConnectOptions::from_str(&url)?.options(POSTGRES_OPTIONS);
            Ok(Self::Postgres(Box::new(match &config.authority_file {
                Some(file) => options.ssl_mode(PgSslMode::VerifyFull).ssl_root_cert(file),
                None => options,
            })))
        } else {
            Err(Error::Configuration("database.url must begin with sqlite: or postgres://".to_owned()))
        }
    }
}

impl DatabaseConfig {
    /// Refuses a connection to PostgreSQL that is neither verified nor said to be in the clear: what libpq does by default is
    /// to encrypt if the other side likes, for whoever answers. For production.
    pub fn require_protection(&self) -> Result<(), Error> {
        match Target::of(self)? {
            Target::Postgres(options) if !is_decided(&options) => Err(Error::Configuration(
                "database: in production, give database.authority_file, or say sslmode=verify-full in the URL, or \
                 sslmode=disable where a mesh encrypts"
                    .to_owned(),
            )),
            _ => Ok(()),
        }
    }
}

/// Whether it is told what protects the connection. A socket of this machine needs nothing.
fn is_decided(options: &PgConnectOptions) -> bool {
    let socket = options.get_socket().is_some() || options.get_host().starts_with('/');
    socket || matches!(options.get_ssl_mode(), PgSslMode::VerifyFull | PgSslMode::Disable)
}

/// A connection was found alive when it was given back. It is asked again when it has lain idle for a while, and not before
/// each use, which would cost a round trip beside each single statement.
pub(crate) async fn postgres_pool(config: &DatabaseConfig, options: PgConnectOptions) -> Result<PgPool, Error> {
    let limits = [
        ("statement_timeout", config.statement_timeout_seconds),
        ("lock_timeout", config.lock_timeout_seconds),
        ("idle_in_transaction_session_timeout", config.idle_transaction_timeout_seconds),
    ];
    let options = options.options(limits.map(|(name, seconds)| (name, format!("{seconds}s"))));
    let pool = PgPoolOptions::new()
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
        });
    Ok(pool.connect_with(options).await?)
}

fn sqlite_options(url: &str) -> Result<SqliteConnectOptions, Error> {
    Ok(SqliteConnectOptions::from_str(url)?
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // FULL: an acknowledged write survives the loss of power, not only of the process.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(SQLITE_BUSY))
}

/// The one that writes, and those that read.
pub(crate) async fn sqlite_pools(
    config: &DatabaseConfig,
    options: SqliteConnectOptions,
) -> Result<(SqlitePool, SqlitePool), Error> {
    let timeout = config.acquire_timeout();
    // A file needs no asking whether it is still there.
    let pool =
        |most| SqlitePoolOptions::new().max_connections(most).acquire_timeout(timeout).test_before_acquire(false);
    let writer = pool(1).connect_with(options.clone()).await?;
    let readers = pool(config.max_connections)
        .connect_with(options.pragma("query_only", "ON").pragma("cache_size", READER_CACHE))
        .await?;
    Ok((writer, readers))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn production_knows_what_protects_its_connection() {
        let protected = |url: &str| DatabaseConfig::at(url).require_protection().is_ok();
        for url in [
            "sqlite:post.sqlite",
            "postgres://a@db/post?sslmode=verify-full",
            "postgres://a@db/post?sslmode=disable",
            "postgres://a@localhost/post?host=/run/postgresql",
        ] {
            assert!(protected(url), "{url}");
        }
        for url in
            ["postgres://a@db/post", "postgres://a@db/post?sslmode=prefer", "postgres://a@db/post?sslmode=require"]
        {
            assert!(!protected(url), "{url}");
        }
        let verified =
            DatabaseConfig { authority_file: Some("ca.pem".into()), ..DatabaseConfig::at("postgres://a@db/post") };
        assert!(verified.require_protection().is_ok());
    }
}
