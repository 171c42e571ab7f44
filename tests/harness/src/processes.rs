//! The three services as they ship: programs of their own, which a test can kill and start again.

use crate::ports;
use crate::suite::{Inner, Suite};
use anyhow::{Context as _, bail};
use engines::Engine;
use kernel::{ServiceName, SystemClock, SystemRandom};
use local::client::Clients;
use local::{Layout, Secrets, cargo, configs};
use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
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

/// The three processes.
pub struct Processes {
    suite: Suite,
    layout: Layout,
    programs: PathBuf,
    running: Vec<(ServiceName, Child)>,
}

impl Processes {
    /// Builds the programs if need be, and starts all three on fresh databases.
    pub async fn start(engine: Engine) -> anyhow::Result<Self> {
        let programs = build()?;
        let folder = TempDir::new()?;
        let layout = Layout::new(folder.path().join("data"));
        let secrets = Secrets::prepare(&layout, &SystemClock, &SystemRandom)?;
        let ports = ports::free()?;
        configs::write(&secrets, &ports)?;
        for &service in ServiceName::ALL {
            let url = engine.fresh_database(folder.path(), service.as_str()).await?.url;
            adapt(&layout, service, &url)?;
        }
        let clients = Clients::new(&layout, &ports)?;
        let (mail, stop) = (layout.mail(), CancellationToken::new().drop_guard());
        let suite = Suite::new(Inner {
            clock: Arc::new(SystemClock),
            driven: None,
            secrets,
            ports,
            clients,
            jobs: Vec::new(),
            mail,
            stopping: Vec::new(),
            stop,
            folder,
        });
        let mut processes = Self { suite, layout, programs, running: Vec::new() };
        for &service in ServiceName::ALL {
            processes.begin(service)?;
        }
        for &service in ServiceName::ALL {
            processes.serving(service).await?;
        }
        Ok(processes)
    }

    /// The suite that they make.
    pub fn suite(&self) -> &Suite {
        &self.suite
    }

    /// Kills a service with signal 9, and starts it again.
    pub async fn kill_and_restart(&mut self, service: ServiceName) -> anyhow::Result<()> {
        let status = self.signal(service, "KILL")?;
        if status.success() {
            bail!("{service} was to be killed and ended by itself");
        }
        self.begin(service)?;
        self.serving(service).await
    }

    /// Asks a service to stop in order, and waits for it.
    pub fn terminate(&mut self, service: ServiceName) -> anyhow::Result<ExitStatus> {
        self.signal(service, "TERM")
    }

    /// What a service has said.
    pub fn log(&self, service: ServiceName) -> anyhow::Result<String> {
        Ok(fs::read_to_string(self.layout.log(service))?)
    }

    fn begin(&mut self, service: ServiceName) -> anyhow::Result<()> {
        let log = File::options().create(true).append(true).open(self.layout.log(service))?;
        let mut guard = Command::new("/bin/sh");
        guard.args(["-c", GUARD, "guard"]).arg(self.programs.join(service.as_str()));
        guard.arg("--config").arg(self.layout.config(service));
        // A group of its own: Ctrl-C at the terminal must not take the guard before the program.
        guard.process_group(0).stdin(Stdio::piped()).stdout(log.try_clone()?).stderr(log);
        self.running.push((service, guard.spawn().context("/bin/sh can't be started")?));
        Ok(())
    }

    fn signal(&mut self, service: ServiceName, signal: &str) -> anyhow::Result<ExitStatus> {
        let at = self.running.iter().position(|(name, _)| *name == service).context("the service does not run")?;
        let (_, mut guard) = self.running.swap_remove(at);
        let mut input = guard.stdin.take().context("the guard has no standard input")?;
        writeln!(input, "{signal}")?;
        Ok(guard.wait()?)
    }

    async fn serving(&self, service: ServiceName) -> anyhow::Result<()> {
        let started = Instant::now();
        while !self.suite.clients().serves(service).await {
            if started.elapsed() > TIME_TO_START {
                bail!("{service} does not come up:\n{}", self.log(service)?);
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Ok(())
    }
}

/// Builds the programs beside the test's own, and says where they lie.
fn build() -> anyhow::Result<PathBuf> {
    let test = std::env::current_exe()?;
    // Test programs lie in `deps`, one folder below.
    let beside =
        test.parent().and_then(std::path::Path::parent).context("the test lies in no target folder")?.join("test");
    cargo::build(&beside)?;
    cargo::programs(&beside)
}

/// Another database than the launcher's, and e-mails without a wait.
fn adapt(layout: &Layout, service: ServiceName, url: &str) -> anyhow::Result<()> {
    let path = layout.config(service);
    let mut config: Table = toml::from_str(&fs::read_to_string(&path)?)?;
    section(&mut config, "database").insert("url".to_owned(), Value::String(url.to_owned()));
    if service == ServiceName::Notification {
        section(&mut config, "service").insert("window_seconds".to_owned(), Value::Integer(0));
    }
    Ok(fs::write(path, toml::to_string(&config)?)?)
}

fn section<'c>(config: &'c mut Table, name: &str) -> &'c mut Table {
    let section = config.entry(name).or_insert_with(|| Value::Table(Table::new()));
    section.as_table_mut().expect("a section is a table")
}
