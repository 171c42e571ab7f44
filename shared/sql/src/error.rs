//! What can go wrong in storage.

use std::borrow::Cow;

/// A failure of the storage, never a fact of the domain.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No connection in time, or the database is away. Worth trying again.
    #[error("the database can't be reached")]
    Unavailable(#[source] sqlx::Error),
    /// A statement failed.
    #[error("a statement failed")]
    Statement(#[source] sqlx::Error),
    /// A row doesn't hold what it must.
    #[error("column {column} holds what it must not: {problem}")]
    Corrupt {
        /// Which column.
        column: Cow<'static, str>,
        /// What is wrong with it; never the value.
        problem: &'static str,
    },
    /// The configuration names no usable database.
    #[error("{0}")]
    Configuration(String),
    /// The schema lacks what this program needs.
    #[error(
        "the schema is older than this program: step {version} ({description}) is missing. Run the command \"migrate\" of \
         this version first"
    )]
    SchemaOlder {
        /// The first step that is missing.
        version: i64,
        /// What it does.
        description: Cow<'static, str>,
    },
    /// The schema has what this program doesn't know.
    #[error(
        "the schema is newer than this program: it has step {0}, which this version does not know. Run a newer version"
    )]
    SchemaNewer(i64),
    /// The schema can't be brought up to date, or a step of it was changed after it had been taken.
    #[error("the schema can't be brought up to date")]
    Migration(#[source] Box<sqlx::migrate::MigrateError>),
    /// The write's task was torn down by a panic, and nothing was written; or by the end of the process, and whether
    /// the commit was reached is not known.
    #[error("the write did not finish")]
    Torn,
}

impl Error {
    /// A stored value that can't be what the program put there.
    pub fn corrupt(column: impl Into<Cow<'static, str>>, problem: &'static str) -> Self {
        Self::Corrupt { column: column.into(), problem }
    }

    /// Whether the same call may succeed a little later.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Torn)
    }
}

/// SQLSTATE classes and codes that mean "not now": connection trouble, resources, shutdown, deadlock, serialisation, and what
/// the limits on statements, locks and transactions that stand still say.
const TRANSIENT: [&str; 8] = ["08", "53", "57P", "40001", "40P01", "55P03", "57014", "25P03"];

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        let transient = match &error {
            sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) | sqlx::Error::WorkerCrashed => {
                true
            }
            sqlx::Error::Database(database) => {
                database.code().is_some_and(|code| TRANSIENT.iter().any(|class| code.starts_with(class)))
            }
            _ => false,
        };
        if transient { Self::Unavailable(error) } else { Self::Statement(error) }
    }
}
