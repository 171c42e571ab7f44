//! A PostgreSQL to test on: the one that `DIGITALPOST_TEST_POSTGRES` names, or a private one in a temporary folder.
//!
//! One server for each test program, started when the first test asks for it. A test program has no hook at its end,
//! and may be killed; so the server hangs on a small shell that waits for its standard input to close, which happens
//! when the program is gone for whatever reason, and then stops the server and removes the folder.

mod archived;
mod migrated;
mod programs;
mod server;

pub use archived::Archived;

use anyhow::Context as _;
use programs::Programs;
use server::{Care, Server};
use sql::Migrations;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _};
use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use tokio::sync::OnceCell;

/// Names a server to use instead of a private one: `postgres://user:password@host/postgres`, by a user who may create
/// databases. Databases whose names begin with `digitalpost_test_` are replaced there.
const URL: &str = "DIGITALPOST_TEST_POSTGRES";

/// Databases are numbered, so that the next run on a given server replaces those of this one.
static NEXT: AtomicU32 = AtomicU32::new(0);

/// Those that were made for tests and are still there.
static MADE: Mutex<Vec<Made>> = Mutex::new(Vec::new());

struct Made {
    name: String,
    url: String,
    /// What the test has of its own beside it: the test is over when it is gone.
    folder: Option<PathBuf>,
}

enum Source {
    Given(Box<PgConnectOptions>),
    Private(Server),
}

static SOURCE: OnceCell<Source> = OnceCell::const_new();

/// Whether a private server is to take the care that production does.
static CAREFUL: AtomicBool = AtomicBool::new(false);

/// Has the private server write to the disk as production does: for measurements. To be said before the first database.
pub fn as_in_production() {
    CAREFUL.store(true, Ordering::Relaxed);
}

/// Whether databases are to tell how each statement was run.
static EXPLAINING: AtomicBool = AtomicBool::new(false);

/// What has them tell it, as a notice in JSON, of nested statements too.
const EXPLAINED: [&str; 7] = [
    "session_preload_libraries = auto_explain",
    "auto_explain.log_min_duration = 0",
    "auto_explain.log_analyze = on",
    "auto_explain.log_timing = off",
    "auto_explain.log_nested_statements = on",
    "auto_explain.log_format = json",
    "auto_explain.log_level = notice",
];

/// Has every database from now on tell how each statement was run, as a notice to whoever ran it. Takes a superuser.
pub fn explaining() {
    EXPLAINING.store(true, Ordering::Relaxed);
}

/// The URL of a new and empty database, which stays as long as the server does.
pub async fn fresh_database() -> anyhow::Result<String> {
    made(None, None).await
}

/// The same for the test that has `folder`: once that is gone, the database goes with the next that is made.
pub(crate) async fn fresh_database_of(folder: &Path) -> anyhow::Result<String> {
    made(Some(folder), None).await
}

/// The same as a copy of a database in which `migrations` were run once in this program.
pub(crate) async fn migrated_database_of(folder: &Path, migrations: Migrations) -> anyhow::Result<String> {
    let template = migrated::template(migrations).await?;
    made(Some(folder), Some(&template)).await
}

async fn made(folder: Option<&Path>, template: Option<&str>) -> anyhow::Result<String> {
    let (name, url) = create(template).await?;
    let made = Made { name, url: url.clone(), folder: folder.map(Path::to_owned) };
    MADE.lock().unwrap_or_else(PoisonError::into_inner).push(made);
    Ok(url)
}

/// Makes a database, empty or as `template` is; its name and its URL.
async fn create(template: Option<&str>) -> anyhow::Result<(String, String)> {
    let source = SOURCE.get_or_try_init(start).await?;
    let admin = match source {
        Source::Given(options) => (**options).clone(),
        Source::Private(server) => server.options(),
    };
    let mut connection = admin.connect().await.context("the test PostgreSQL does not let us in")?;
    clear_away(&mut connection).await;
    let name = format!("digitalpost_test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
    // Test programs of one run follow each other; what the one before left is not needed any more.
    let mut making = vec![gone(&name)];
    making.push(template.map_or_else(
        || format!("CREATE DATABASE {name}"),
        |template| format!("CREATE DATABASE {name} TEMPLATE {template}"),
    ));
    if EXPLAINING.load(Ordering::Relaxed) {
        making.extend(EXPLAINED.map(|setting| format!("ALTER DATABASE {name} SET {setting}")));
    }
    for sql in making {
        connection.execute(AssertSqlSafe(sql)).await.context("a test database can't be made")?;
    }
    connection.close().await?;
    let url = String::from(admin.database(&name).to_url_lossy());
    Ok((name, url))
}

/// Drops the databases of tests that are over. What can't be dropped is left to the next.
async fn clear_away(connection: &mut PgConnection) {
    let made = || MADE.lock().unwrap_or_else(PoisonError::into_inner);
    let is_over = |made: &mut Made| made.folder.as_ref().is_some_and(|folder| !folder.exists());
    let over: Vec<Made> = made().extract_if(.., is_over).collect();
    for database in over {
        if let Err(error) = connection.execute(AssertSqlSafe(gone(&database.name))).await {
            eprintln!("the database {} is not dropped: {error}", database.name);
            made().push(database);
        }
    }
}

fn gone(name: &str) -> String {
    format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")
}

/// The databases of tests that were made so far and are still there.
pub fn databases() -> Vec<String> {
    MADE.lock().unwrap_or_else(PoisonError::into_inner).iter().map(|made| made.url.clone()).collect()
}

/// Runs statements on a database beside the service that owns it, as an operator may.
pub async fn execute(url: &str, statements: String) -> anyhow::Result<()> {
    let mut connection = PgConnectOptions::from_str(url)?.connect().await?;
    connection.execute(AssertSqlSafe(statements)).await?;
    Ok(connection.close().await?)
}

/// The first column of a query on such a database, of type text.
pub async fn texts(url: &str, query: &'static str) -> anyhow::Result<Vec<String>> {
    let mut connection = PgConnectOptions::from_str(url)?.connect().await?;
    let texts = sqlx::query_scalar(query).fetch_all(&mut connection).await?;
    connection.close().await?;
    Ok(texts)
}

async fn start() -> anyhow::Result<Source> {
    if let Ok(url) = std::env::var(URL) {
        let options = PgConnectOptions::from_str(&url).context("DIGITALPOST_TEST_POSTGRES is no URL")?;
        return Ok(Source::Given(Box::new(options)));
    }
    let care = if CAREFUL.load(Ordering::Relaxed) { Care::AsInProduction } else { Care::Quick };
    Ok(Source::Private(Server::start(&Programs::find()?, care).await?))
}
