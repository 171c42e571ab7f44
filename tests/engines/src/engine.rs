//! Both engines, every time.

use crate::postgres;
use anyhow::Context as _;
use sql::{DatabaseConfig, Migrations};
use std::path::Path;

/// Which database engine a test runs on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Engine {
    /// The embedded default.
    Sqlite,
    /// Production.
    Postgres,
}

/// Connections of one service to PostgreSQL: a few, because many suites share one server.
const MAX_CONNECTIONS: u32 = 6;

impl Engine {
    /// An empty database, there as long as `folder` is; on SQLite the file `name` in it.
    pub async fn fresh_database(self, folder: &Path, name: &str) -> anyhow::Result<DatabaseConfig> {
        let url = match self {
            Self::Sqlite => sqlite(folder, name)?,
            Self::Postgres => postgres::fresh_database_of(folder).await?,
        };
        Ok(at(url))
    }

    /// The same for tests that look at no migration: with the schema of the service `name` in it already where that is
    /// quicker than to have the service make it.
    pub async fn migrated_database(
        self,
        folder: &Path,
        name: &str,
        migrations: Migrations,
    ) -> anyhow::Result<DatabaseConfig> {
        let url = match self {
            Self::Sqlite => sqlite(folder, name)?,
            Self::Postgres => postgres::migrated_database_of(folder, migrations).await?,
        };
        Ok(at(url))
    }
}

fn sqlite(folder: &Path, name: &str) -> anyhow::Result<String> {
    let file = folder.join(format!("{name}.sqlite"));
    Ok(format!("sqlite:{}", file.to_str().context("the temporary folder's name is not UTF-8")?))
}

fn at(url: String) -> DatabaseConfig {
    DatabaseConfig { max_connections: MAX_CONNECTIONS, ..DatabaseConfig::at(url) }
}

/// Runs each test on SQLite and on PostgreSQL: `on_both! { Subject: one_test, another_test }` makes
/// `one_test::on_sqlite` and `one_test::on_postgres` out of `async fn one_test(subject: Subject)`, where `Subject` has
/// `async fn start(engine: Engine) -> Self`.
#[macro_export]
macro_rules! on_both {
    ($subject:ty: $($test:ident),+ $(,)?) => {$(
        mod $test {
            use super::*;

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                super::$test(<$subject>::start($crate::Engine::Sqlite).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                super::$test(<$subject>::start($crate::Engine::Postgres).await).await;
            }
        }
    )+};
}
