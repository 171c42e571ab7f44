//! A private server in a temporary folder, reachable through a socket in that folder only.

use super::programs::Programs;
use crate::debian::is_root;
use crate::folder;
use anyhow::{Context as _, bail};
use sqlx::ConnectOptions as _;
use sqlx::postgres::PgConnectOptions;
use std::fs::File;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Runs the server in `$1` and stops it when standard input closes.
const GUARD: &str = r#"
folder=$1; shift
"$@" & server=$!
read -r _
kill -INT "$server"
wait "$server"
rm -rf "$folder"
"#;

/// How often readiness is looked at, and how many times.
const LOOK_EVERY: Duration = Duration::from_millis(50);
const LOOKS: u32 = 1_200;

/// A running server; it ends with this process.
pub(super) struct Server {
    folder: PathBuf,
    // Its standard input is held open by this process, and by nothing else.
    _guard: Child,
}

/// How much a server does for what it is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Care {
    /// Nothing reaches the disk for sure.
    Quick,
    /// What was acknowledged survives the loss of power; more memory.
    AsInProduction,
}

/// Who runs the server: PostgreSQL refuses to run as root.
pub(super) struct Unprivileged {
    user: u32,
    group: u32,
}

impl Server {
    pub(super) async fn start(programs: &Programs, care: Care) -> anyhow::Result<Self> {
        // Short, because a socket's name has room for 107 bytes.
        let folder = match care {
            Care::Quick => folder::quick()?,
            Care::AsInProduction => tempfile::Builder::new().prefix("digitalpost-postgres-").tempdir()?,
        };
        let folder = folder.keep();
        let user = if is_root() { Some(Unprivileged::find()?) } else { None };
        give(&folder, user.as_ref())?;
        initialise(programs, &folder, user.as_ref())?;
        let guard = run(programs, &folder, user.as_ref(), care)?;
        let server = Self { folder, _guard: guard };
        server.wait_until_ready().await?;
        Ok(server)
    }

    /// As the superuser, in the database that is always there.
    pub(super) fn options(&self) -> PgConnectOptions {
        PgConnectOptions::new_without_pgpass().socket(&self.folder).port(5432).username("postgres").database("postgres")
    }

    async fn wait_until_ready(&self) -> anyhow::Result<()> {
        for _ in 0..LOOKS {
            if self.options().connect().await.is_ok() {
                return Ok(());
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        bail!("the test PostgreSQL does not start:\n{log}")
    }
}

impl Unprivileged {
    /// PostgreSQL's own user, or nobody: `initdb` wants one that has a name.
    pub(super) fn find() -> anyhow::Result<Self> {
        let users = std::fs::read_to_string("/etc/passwd")?;
        let named = |name: &str| {
            let mut fields =
                users.lines().map(|line| line.split(':')).find(|fields| fields.clone().next() == Some(name))?;
            Some(Self { user: fields.nth(2)?.parse().ok()?, group: fields.next()?.parse().ok()? })
        };
        named("postgres").or_else(|| named("nobody")).context(
            "the tests run as root, PostgreSQL must not, and there is no user \"postgres\" or \"nobody\" to run it as",
        )
    }
}

/// Makes a folder the user's own.
pub(super) fn give(folder: &Path, user: Option<&Unprivileged>) -> anyhow::Result<()> {
    user.map_or(Ok(()), |user| chown(folder, Some(user.user), Some(user.group))).context("a folder can't be given away")
}

pub(super) fn initialise(programs: &Programs, folder: &Path, user: Option<&Unprivileged>) -> anyhow::Result<()> {
    let mut initdb = Command::new(programs.path("initdb"));
    initdb.arg("--pgdata").arg(folder.join("data"));
    // Who reaches the socket is let in: only we, and root, reach the folder.
    initdb.args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]);
    let output = as_user(&mut initdb, user).current_dir(folder).stdin(Stdio::null()).output()?;
    if !output.status.success() {
        bail!("initdb failed:\n{}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}

fn run(programs: &Programs, folder: &Path, user: Option<&Unprivileged>, care: Care) -> anyhow::Result<Child> {
    let log = File::create(folder.join("log"))?;
    let mut guard = Command::new("/bin/sh");
    guard.args(["-c", GUARD, "guard"]).arg(folder).arg(programs.path("postgres"));
    guard.arg("-D").arg(folder.join("data")).arg("-k").arg(folder);
    guard.args(["-h", "", "-p", "5432", "-c", "max_connections=300"]);
    match care {
        // The tests kill services and never the machine: what a server was told stays told without a word to the disk.
        Care::Quick => guard.args(["-c", "shared_buffers=64MB", "-c", "fsync=off", "-c", "full_page_writes=off"]),
        Care::AsInProduction => guard.args(["-c", "shared_buffers=1GB", "-c", "max_wal_size=4GB"]),
    };
    // A group of its own: Ctrl-C at the terminal must not take the guard before the server.
    as_user(&mut guard, user).process_group(0).current_dir(folder);
    let log_too = log.try_clone()?;
    guard.stdin(Stdio::piped()).stdout(log).stderr(log_too).spawn().context("/bin/sh can't be started")
}

pub(super) fn as_user<'c>(command: &'c mut Command, user: Option<&Unprivileged>) -> &'c mut Command {
    match user {
        Some(user) => command.uid(user.user).gid(user.group),
        None => command,
    }
}
