//! The three services as they ship: programs of their own, which a test can kill and start again.

mod loss;
mod sessions;
mod start;

use crate::suite::Suite;
use anyhow::{Context as _, bail};
use kernel::ServiceName;
use local::Layout;
use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

pub use sessions::Sessions;
pub use start::Settings;

/// Runs the program in `$@`. Sends it the signals that are read from standard input, or KILL when that closes, which happens
/// when the test program is gone for whatever reason; ends as the program does.
const GUARD: &str = r#"
"$@" </dev/null & program=$!
while read -r signal; do
    kill -"$signal" "$program"
    case $signal in STOP|CONT) ;; *) wait "$program"; exit ;; esac
done
kill -KILL "$program"
wait "$program"
"#;

/// How long a service may take until it serves.
const TIME_TO_START: Duration = Duration::from_secs(30);
/// How often it is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// The three processes, or several of each on one database a service: replicas, as production runs them. A replica calls the
/// others of its number.
pub struct Processes {
    /// The suite of each replica.
    suites: Vec<Suite>,
    layout: Layout,
    /// Where the programs of this version lie.
    programs: PathBuf,
    urls: Vec<(ServiceName, String)>,
    settings: Settings,
    running: Vec<(Member, Child)>,
}

/// A service, and which replica of it.
type Member = (ServiceName, usize);

impl Processes {
    /// The suite that they make; the first replica's where there are several.
    pub fn suite(&self) -> &Suite {
        &self.suites[0]
    }

    /// The suites of all replicas.
    pub fn suites(&self) -> &[Suite] {
        &self.suites
    }

    /// Where the database of a service is.
    ///
    /// # Panics
    /// Never: each has one.
    pub fn database_url(&self, service: ServiceName) -> &str {
        let (_, url) = self.urls.iter().find(|(of, _)| *of == service).expect("a database for each service");
        url
    }

    /// The most memory that a service, its first replica, has held so far, in bytes. Linux tells it.
    pub fn peak_memory(&self, service: ServiceName) -> anyhow::Result<u64> {
        let (_, guard) = self.running.iter().find(|(of, _)| *of == (service, 0)).context("the service does not run")?;
        let guard = guard.id();
        let program = fs::read_to_string(format!("/proc/{guard}/task/{guard}/children"))?;
        let status = fs::read_to_string(format!("/proc/{}/status", program.trim()))?;
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"));
        Ok(peak.context("no peak of memory")?.trim().parse::<u64>()? * 1024)
    }

    /// Kills a service, its first replica, with signal 9, and starts it again.
    pub async fn kill_and_restart(&mut self, service: ServiceName) -> anyhow::Result<()> {
        self.kill_and_restart_replica(service, 0).await
    }

    /// The same with any replica.
    pub async fn kill_and_restart_replica(&mut self, service: ServiceName, replica: usize) -> anyhow::Result<()> {
        let status = self.signal((service, replica), "KILL")?;
        if status.success() {
            bail!("{service} was to be killed and ended by itself");
        }
        self.begin((service, replica))?;
        self.serving((service, replica)).await
    }

    /// Stops a service, its first replica, in order, and starts it again.
    pub async fn restart(&mut self, service: ServiceName) -> anyhow::Result<()> {
        self.terminate(service)?;
        self.begin((service, 0))?;
        self.serving((service, 0)).await
    }

    /// Starts what the program of a service does instead of serving, with the configuration of its first replica and these
    /// variables.
    pub fn begin_command(
        &self,
        service: ServiceName,
        words: &[&str],
        variables: &[(&str, &str)],
    ) -> anyhow::Result<Child> {
        let mut program = self.program(service, words, variables);
        Ok(program.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?)
    }

    /// Has one replica of a service stop in order and start again.
    pub async fn restart_replica(&mut self, service: ServiceName, replica: usize) -> anyhow::Result<()> {
        let status = self.signal((service, replica), "TERM")?;
        if !status.success() {
            bail!("{service} did not end in order: {status}");
        }
        self.begin((service, replica))?;
        self.serving((service, replica)).await
    }

    /// What an operator does first for an upgrade: every `migrate` of the version at hand, while what runs goes on. A replica
    /// that is started anew after it is of that version.
    pub async fn migrate(&mut self) -> anyhow::Result<()> {
        for &service in ServiceName::ALL {
            let mut program = self.program(service, &["migrate"], &[]);
            let migrated = tokio::task::spawn_blocking(move || program.stdin(Stdio::null()).output()).await??;
            if !migrated.status.success() {
                bail!("{service} does not migrate: {}", String::from_utf8_lossy(&migrated.stderr));
            }
        }
        self.settings.earlier = None;
        Ok(())
    }

    /// Asks a service, its first replica, to stop in order, and waits for it.
    pub fn terminate(&mut self, service: ServiceName) -> anyhow::Result<ExitStatus> {
        self.signal((service, 0), "TERM")
    }

    /// Runs a command of a service, or the service itself, with the configuration of its first replica and these variables,
    /// to its end.
    pub fn command(&self, service: ServiceName, words: &[&str], variables: &[(&str, &str)]) -> anyhow::Result<Output> {
        Ok(self.program(service, words, variables).stdin(Stdio::null()).output()?)
    }

    fn program(&self, service: ServiceName, words: &[&str], variables: &[(&str, &str)]) -> Command {
        let mut program = Command::new(self.programs.join(service.as_str()));
        program.arg("--config").arg(self.config_of((service, 0))).args(words).envs(variables.iter().copied());
        program
    }

    /// What a service, its first replica, has said.
    pub fn log(&self, service: ServiceName) -> anyhow::Result<String> {
        Ok(fs::read_to_string(self.log_of((service, 0)))?)
    }

    /// What a service, its first replica, tells Prometheus just now: the whole answer.
    pub async fn metrics(&self, service: ServiceName) -> anyhow::Result<String> {
        let mut stream = TcpStream::connect(self.suite().ports().metrics(service)).await?;
        stream.write_all(b"GET /metrics HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok(answer)
    }

    /// Starts a service again that was asked to stop, its first replica.
    pub async fn start_again(&mut self, service: ServiceName) -> anyhow::Result<()> {
        self.begin((service, 0))?;
        self.serving((service, 0)).await
    }

    /// Stops a replica of a service where it stands, as a machine that is busy elsewhere does.
    pub fn pause(&mut self, service: ServiceName, replica: usize) -> anyhow::Result<()> {
        self.tell((service, replica), "STOP")
    }

    /// Lets it go on.
    pub fn resume(&mut self, service: ServiceName, replica: usize) -> anyhow::Result<()> {
        self.tell((service, replica), "CONT")
    }

    fn tell(&mut self, member: Member, signal: &str) -> anyhow::Result<()> {
        let guard = self.running.iter_mut().find(|(name, _)| *name == member).context("the service does not run")?;
        let input = guard.1.stdin.as_mut().context("the guard has no standard input")?;
        Ok(writeln!(input, "{signal}")?)
    }

    fn log_of(&self, (service, replica): Member) -> PathBuf {
        self.layout.log_folder().join(format!("{service}-{replica}.log"))
    }

    fn config_of(&self, (service, replica): Member) -> PathBuf {
        self.layout.config_folder().join(format!("{service}-{replica}.toml"))
    }

    fn begin(&mut self, member: Member) -> anyhow::Result<()> {
        let log = File::options().create(true).append(true).open(self.log_of(member))?;
        let mut guard = Command::new("/bin/sh");
        let programs = self.settings.earlier.as_ref().unwrap_or(&self.programs);
        guard.args(["-c", GUARD, "guard"]).arg(programs.join(member.0.as_str()));
        guard.arg("--config").arg(self.config_of(member));
        // A group of its own: Ctrl-C at the terminal must not take the guard before the program.
        guard.process_group(0).stdin(Stdio::piped()).stdout(log.try_clone()?).stderr(log);
        self.running.push((member, guard.spawn().context("/bin/sh can't be started")?));
        Ok(())
    }

    fn signal(&mut self, member: Member, signal: &str) -> anyhow::Result<ExitStatus> {
        let at = self.running.iter().position(|(name, _)| *name == member).context("the service does not run")?;
        let (_, mut guard) = self.running.swap_remove(at);
        let mut input = guard.stdin.take().context("the guard has no standard input")?;
        writeln!(input, "{signal}")?;
        Ok(guard.wait()?)
    }

    async fn serving(&self, member: Member) -> anyhow::Result<()> {
        let started = Instant::now();
        let (service, replica) = member;
        while !self.suites[replica].clients().serves(service).await {
            if started.elapsed() > TIME_TO_START {
                bail!("{service} does not come up:\n{}", fs::read_to_string(self.log_of(member))?);
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Ok(())
    }
}
