//! Where the database is and how it is used.

use crate::error::Error;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::time::Duration;

/// The `[database]` section of a service's configuration.
#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct DatabaseConfig {
    /// `sqlite:<path>` or `postgres://user:password@host/database`.
    pub url: String,
    /// A file that holds the URL, so that a password need not stand in the configuration. Wins over `url`.
    pub url_file: Option<PathBuf>,
    /// The authority that signed PostgreSQL's certificate, PEM. With it the connection is encrypted and the server's name
    /// verified, whatever the URL says of `sslmode`.
    pub authority_file: Option<PathBuf>,
    /// The most connections to PostgreSQL, or of readers to SQLite.
    pub max_connections: u32,
    /// How long a call waits for a free connection, in seconds, before it is refused as UNAVAILABLE.
    pub acquire_timeout_seconds: u64,
    /// How long one statement may run on PostgreSQL, in seconds; 0 for as long as it likes. Migrations are not bound by it.
    pub statement_timeout_seconds: u64,
    /// How long a statement waits for a lock on PostgreSQL, in seconds, before the call is refused as UNAVAILABLE; 0 for ever.
    pub lock_timeout_seconds: u64,
    /// How long an open transaction may stand still on PostgreSQL, in seconds, before it is taken back and its connection
    /// closed: a process that froze must not hold its locks for ever. 0 for ever.
    pub idle_transaction_timeout_seconds: u64,
    /// Bring the schema up to date at the start. Off where the command `migrate` is run by a job of its own.
    pub migrate: bool,
}

impl Default for DatabaseConfig {
    fn default() -> Self {
        Self {
            url: String::new(),
            url_file: None,
            authority_file: None,
            max_connections: 8,
            acquire_timeout_seconds: 5,
            statement_timeout_seconds: 30,
            lock_timeout_seconds: 10,
            idle_transaction_timeout_seconds: 60,
            migrate: true,
        }
    }
}

impl DatabaseConfig {
    /// The settings for a database at `url`, all else by default.
    pub fn at(url: impl Into<String>) -> Self {
        Self { url: url.into(), ..Self::default() }
    }

    pub(crate) fn acquire_timeout(&self) -> Duration {
        Duration::from_secs(self.acquire_timeout_seconds)
    }

    /// The URL, read from `url_file` where one is given.
    pub(crate) fn resolved_url(&self) -> Result<String, Error> {
        match &self.url_file {
            Some(file) => match std::fs::read_to_string(file) {
                Ok(text) => Ok(text.trim().to_owned()),
                Err(error) => Err(Error::Configuration(format!("database.url_file: {error}"))),
            },
            None => Ok(self.url.clone()),
        }
    }
}

/// Shows no URL: a password may stand in it.
impl std::fmt::Debug for DatabaseConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DatabaseConfig").field("max_connections", &self.max_connections).finish_non_exhaustive()
    }
}
