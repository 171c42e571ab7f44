//! A server of its own that keeps its write-ahead log in another folder: it can be backed up while it runs, be lost, and come
//! back as it was at a moment.

use super::programs::Programs;
use super::server::{Unprivileged, as_user, give, initialise};
use crate::debian::is_root;
use anyhow::{Context as _, bail};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _};
use std::fs::File;
use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// Runs the server in `$@` and ends it as a loss of power does when it is told to, or when standard input closes.
const GUARD: &str = r#"
"$@" & server=$!
read -r _
kill -QUIT "$server"
wait "$server"
"#;

/// What the runbook says, with the folders of this server.
const BACK_UP: &str = r#"
pg_basebackup --host="$PWD" --username=postgres --pgdata=backup --checkpoint=fast --wal-method=none
"#;
const RESTORE: &str = r"
cp -a backup data
cat >> data/postgresql.auto.conf <<END
restore_command = 'cp $PWD/archive/%f %p'
recovery_target_time = '$1'
recovery_target_action = 'promote'
END
touch data/recovery.signal
";
/// Nothing is written over; what is half written has another name.
const ARCHIVE: &str =
    "archive_command=test ! -f ../archive/%f && cp %p ../archive/%f.part && mv ../archive/%f.part ../archive/%f";

const LOOK_EVERY: Duration = Duration::from_millis(50);
const LOOKS: u32 = 2_400;

/// The server, and its folder, which is gone with it.
pub struct Archived {
    folder: TempDir,
    programs: Programs,
    user: Option<Unprivileged>,
    running: Option<Child>,
}

impl Archived {
    /// A running server, empty.
    pub async fn start() -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("digitalpost-archived-").tempdir()?;
        let user = if is_root() { Some(Unprivileged::find()?) } else { None };
        let mut server = Self { folder, programs: Programs::find()?, user, running: None };
        give(server.folder.path(), server.user.as_ref())?;
        initialise(&server.programs, server.folder.path(), server.user.as_ref())?;
        server.script("mkdir archive", "")?;
        server.run().await?;
        Ok(server)
    }

    /// The URL of a new and empty database.
    pub async fn database(&self, name: &str) -> anyhow::Result<String> {
        let mut connection = self.options().connect().await?;
        connection.execute(AssertSqlSafe(format!("CREATE DATABASE \"{name}\""))).await?;
        connection.close().await?;
        Ok(self.options().database(name).to_url_lossy().into())
    }

    /// Takes a base backup of all databases while they are written to.
    pub fn back_up(&self) -> anyhow::Result<()> {
        self.script(BACK_UP, "")
    }

    /// The present, as the server has it.
    pub async fn moment(&self) -> anyhow::Result<String> {
        self.asked("SELECT clock_timestamp()::text").await
    }

    /// Waits until everything that was written so far lies in the archive.
    pub async fn archives_all(&self) -> anyhow::Result<()> {
        let segment = self.asked("SELECT pg_walfile_name(pg_switch_wal())").await?;
        let archived = self.folder.path().join("archive").join(segment);
        for _ in 0..LOOKS {
            if archived.exists() {
                return Ok(());
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        bail!("the log is not archived: {}", self.log())
    }

    /// The server is gone, without a last word, and all of its data.
    pub fn lose(&mut self) -> anyhow::Result<()> {
        let mut guard = self.running.take().context("it does not run")?;
        writeln!(guard.stdin.take().context("the guard has no standard input")?, "lose")?;
        guard.wait()?;
        self.script("rm -r data", "")
    }

    /// Brings back what the server held at `moment`, from the backup and the archive, and runs it.
    pub async fn restore(&mut self, moment: &str) -> anyhow::Result<()> {
        self.script(RESTORE, moment)?;
        self.run().await
    }

    async fn run(&mut self) -> anyhow::Result<()> {
        let (folder, log) =
            (self.folder.path(), File::options().create(true).append(true).open(self.folder.path().join("log"))?);
        let mut guard = Command::new("/bin/sh");
        guard.args(["-c", GUARD, "guard"]).arg(self.programs.path("postgres"));
        guard.arg("-D").arg(folder.join("data")).arg("-k").arg(folder).args(["-h", "", "-p", "5432"]);
        guard.args(["-c", "max_connections=100", "-c", "archive_mode=on", "-c", ARCHIVE]);
        // A group of its own: Ctrl-C at the terminal must not take the guard before the server.
        as_user(&mut guard, self.user.as_ref()).process_group(0).current_dir(folder);
        let log_too = log.try_clone()?;
        self.running = Some(guard.stdin(Stdio::piped()).stdout(log).stderr(log_too).spawn()?);
        for _ in 0..LOOKS {
            if self.asked("SELECT pg_is_in_recovery()::text").await.is_ok_and(|recovers| recovers == "false") {
                return Ok(());
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        bail!("PostgreSQL does not come up: {}", self.log())
    }

    fn options(&self) -> PgConnectOptions {
        let options = PgConnectOptions::new_without_pgpass().socket(self.folder.path()).port(5432);
        options.username("postgres").database("postgres")
    }

    async fn asked(&self, query: &'static str) -> anyhow::Result<String> {
        let mut connection = self.options().connect().await?;
        let answer = sqlx::query_scalar(query).fetch_one(&mut connection).await?;
        connection.close().await?;
        Ok(answer)
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// Runs a script in the folder, as the user that the server runs as.
    fn script(&self, text: &str, argument: &str) -> anyhow::Result<()> {
        let mut shell = Command::new("/bin/sh");
        shell.args(["-euc", text, "script", argument]).current_dir(self.folder.path()).stdin(Stdio::null());
        let programs = self.programs.path("");
        shell.env("PATH", format!("{}:/usr/bin:/bin", programs.display()));
        let output = as_user(&mut shell, self.user.as_ref()).output()?;
        if !output.status.success() {
            bail!("{text}: {}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(())
    }
}
