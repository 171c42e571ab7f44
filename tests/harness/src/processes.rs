//! The three services as they ship: programs of their own, which a test can kill and start again.

use crate::ports;
use crate::suite::{Inner, Suite};
use anyhow::{Context as _, bail};
use engines::{DrivenDatabase, Engine};
use kernel::{ServiceName, SystemClock, SystemRandom, Timestamp};
use local::client::Clients;
use local::{Layout, Secrets, cargo, configs};
use notification_service::config::MailConfig;
use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use toml::{Table, Value};

/// Runs the program in `$@`. Sends it the signal that is read from standard input, or KILL when that closes, which happens
/// when the test program is gone for whatever reason; ends as the program does.
const GUARD: &str = r#"
"$@" </dev/null & program=$!
read -r signal
kill -"${signal:-KILL}" "$program"
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
    programs: PathBuf,
    urls: Vec<(ServiceName, String)>,
    outside: Elsewhere,
    running: Vec<(Member, Child)>,
}

/// Where things go that leave the suite.
#[derive(Default)]
struct Elsewhere {
    /// How e-mail leaves; else into a folder.
    mail: Option<MailConfig>,
    /// The URL of a collector of all traces; else there are none.
    traces: Option<String>,
}

/// A service, and which replica of it.
type Member = (ServiceName, usize);

impl Processes {
    /// Builds the programs if need be, and starts all three on fresh databases.
    pub async fn start(engine: Engine) -> anyhow::Result<Self> {
        Self::start_replicas(engine, 1).await
    }

    /// Starts so many of each. SQLite takes one.
    pub async fn start_replicas(engine: Engine, replicas: usize) -> anyhow::Result<Self> {
        Self::start_with(engine, replicas, Elsewhere::default()).await
    }

    /// Starts all three, which tell their traces to the collector at `url`.
    pub async fn start_traced(engine: Engine, url: &str) -> anyhow::Result<Self> {
        Self::start_with(engine, 1, Elsewhere { traces: Some(url.to_owned()), mail: None }).await
    }

    async fn start_with(engine: Engine, replicas: usize, outside: Elsewhere) -> anyhow::Result<Self> {
        let folder = TempDir::new()?;
        let urls = fresh_databases(engine, &folder).await?;
        Self::start_on(folder, urls, replicas, outside).await
    }

    /// Starts so many of each, and e-mail leaves as `mail` says.
    pub async fn start_replicas_with_mail(engine: Engine, replicas: usize, mail: MailConfig) -> anyhow::Result<Self> {
        Self::start_with(engine, replicas, Elsewhere { mail: Some(mail), traces: None }).await
    }

    /// Starts so many of each, where access-service's PostgreSQL has a clock that the test drives.
    pub async fn start_replicas_in_driven_time(
        replicas: usize,
        start: Timestamp,
    ) -> anyhow::Result<(Self, DrivenDatabase)> {
        let folder = TempDir::new()?;
        let (driven, mut urls) = (DrivenDatabase::fresh(start).await?, Vec::new());
        for &service in ServiceName::ALL {
            let url = match service {
                ServiceName::Access => driven.url().to_owned(),
                _ => Engine::Postgres.fresh_database(folder.path(), service.as_str()).await?.url,
            };
            urls.push((service, url));
        }
        Ok((Self::start_on(folder, urls, replicas, Elsewhere::default()).await?, driven))
    }

    async fn start_on(
        folder: TempDir,
        urls: Vec<(ServiceName, String)>,
        replicas: usize,
        outside: Elsewhere,
    ) -> anyhow::Result<Self> {
        let (programs, folder) = (build()?, Arc::new(folder));
        let layout = Layout::new(folder.path().join("data"));
        let secrets = Secrets::prepare(&layout, &SystemClock, &SystemRandom)?;
        let mut processes = Self { suites: Vec::new(), layout, programs, urls, outside, running: Vec::new() };
        for replica in 0..replicas {
            let ports = ports::free()?;
            configs::write(&secrets, &ports)?;
            for (service, url) in &processes.urls {
                processes.adapt((*service, replica), url)?;
            }
            let clients = Clients::new(&processes.layout, &ports)?;
            processes.suites.push(Suite::new(Inner {
                clock: Arc::new(SystemClock),
                driven: None,
                secrets: secrets.clone(),
                ports,
                clients,
                jobs: Vec::new(),
                mail: processes.layout.mail(),
                stopping: Vec::new(),
                stop: CancellationToken::new().drop_guard(),
                folder: folder.clone(),
            }));
        }
        let members: Vec<Member> =
            (0..replicas).flat_map(|replica| ServiceName::ALL.iter().map(move |service| (*service, replica))).collect();
        for &member in &members {
            processes.begin(member)?;
        }
        for &member in &members {
            processes.serving(member).await?;
        }
        Ok(processes)
    }

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

    /// Starts what the program of a service does instead of serving.
    pub fn begin_command(&self, service: ServiceName, arguments: &[&str]) -> anyhow::Result<Child> {
        let mut program = Command::new(self.programs.join(service.as_str()));
        program.arg("--config").arg(self.config_of((service, 0))).args(arguments);
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

    /// Asks a service, its first replica, to stop in order, and waits for it.
    pub fn terminate(&mut self, service: ServiceName) -> anyhow::Result<ExitStatus> {
        self.signal((service, 0), "TERM")
    }

    /// Starts a service again that was asked to stop, its first replica.
    pub async fn start_again(&mut self, service: ServiceName) -> anyhow::Result<()> {
        self.begin((service, 0))?;
        self.serving((service, 0)).await
    }

    /// Runs a command of a service, or the service itself, with the configuration of its first replica and these variables,
    /// to its end.
    pub fn command(&self, service: ServiceName, words: &[&str], variables: &[(&str, &str)]) -> anyhow::Result<Output> {
        let mut program = Command::new(self.programs.join(service.as_str()));
        program.arg("--config").arg(self.config_of((service, 0))).args(words).envs(variables.iter().copied());
        Ok(program.stdin(Stdio::null()).output()?)
    }

    /// What a service, its first replica, has said.
    pub fn log(&self, service: ServiceName) -> anyhow::Result<String> {
        Ok(fs::read_to_string(self.log_of((service, 0)))?)
    }

    fn log_of(&self, (service, replica): Member) -> PathBuf {
        self.layout.log_folder().join(format!("{service}-{replica}.log"))
    }

    fn config_of(&self, (service, replica): Member) -> PathBuf {
        self.layout.config_folder().join(format!("{service}-{replica}.toml"))
    }

    /// Another database than the launcher's, and e-mails without a wait.
    fn adapt(&self, member: Member, url: &str) -> anyhow::Result<()> {
        let mut config: Table = toml::from_str(&fs::read_to_string(self.layout.config(member.0))?)?;
        section(&mut config, "database").insert("url".to_owned(), Value::String(url.to_owned()));
        if let Some(url) = &self.outside.traces {
            let otlp = Table::from_iter([
                ("endpoint".to_owned(), Value::String(url.clone())),
                ("sample_ratio".to_owned(), Value::Float(1.0)),
            ]);
            section(&mut config, "telemetry").insert("otlp".to_owned(), Value::Table(otlp));
        }
        if member.0 == ServiceName::Notification {
            let service = section(&mut config, "service");
            service.insert("window_seconds".to_owned(), Value::Integer(0));
            if let Some(mail) = &self.outside.mail {
                service.insert("mail".to_owned(), Value::try_from(mail)?);
            }
        }
        Ok(fs::write(self.config_of(member), toml::to_string(&config)?)?)
    }

    fn begin(&mut self, member: Member) -> anyhow::Result<()> {
        let log = File::options().create(true).append(true).open(self.log_of(member))?;
        let mut guard = Command::new("/bin/sh");
        guard.args(["-c", GUARD, "guard"]).arg(self.programs.join(member.0.as_str()));
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

async fn fresh_databases(engine: Engine, folder: &TempDir) -> anyhow::Result<Vec<(ServiceName, String)>> {
    let mut urls = Vec::new();
    for &service in ServiceName::ALL {
        urls.push((service, engine.fresh_database(folder.path(), service.as_str()).await?.url));
    }
    Ok(urls)
}

/// Builds the programs beside the test's own, and says where they lie.
fn build() -> anyhow::Result<PathBuf> {
    let own = std::env::current_exe()?;
    let folder = own.parent().context("this program lies in no folder")?;
    // Test programs lie in `deps`, one folder below.
    let folder = if folder.ends_with("deps") { folder.parent().context("no target folder")? } else { folder };
    let beside = folder.join("test");
    cargo::build(&beside)?;
    cargo::programs(&beside)
}

fn section<'c>(config: &'c mut Table, name: &str) -> &'c mut Table {
    let section = config.entry(name).or_insert_with(|| Value::Table(Table::new()));
    section.as_table_mut().expect("a section is a table")
}
