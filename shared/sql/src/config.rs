//! Where the database is and how it is used.

use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The `[database]` section of a service's configuration.
#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct DatabaseConfig {
    /// `sqlite:<path>` or `postgres://user:password@host/database`.
    pub url: String,
    /// A file that holds the URL, so that a password need not stand in the configuration. Wins over `url`.
    pub url_file: Option<std::path::PathBuf>,
    /// The most connections to PostgreSQL, or of readers to SQLite.
    pub max_connections: u32,
    /// How long a call waits for a free connection, in seconds, before it is refused as UNAVAILABLE.
    pub acquire_timeout_seconds: u64,
    /// Bring the schema up to date at the start. Off where migrations are run by a job of their own.
    pub migrate: bool,
}

impl Default for DatabaseConfig {
    fn default() -> Self {
        Self { url: String::new(), url_file: None, max_connections: 8, acquire_timeout_seconds: 5, migrate: true }
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
    pub(crate) fn resolved_url(&self) -> std::io::Result<String> {
        match &self.url_file {
            Some(file) => Ok(std::fs::read_to_string(file)?.trim().to_owned()),
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
