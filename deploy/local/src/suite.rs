//! A suite of three real processes.

use crate::client::Clients;
use crate::configs;
use crate::guard::Guard;
use crate::layout::Layout;
use crate::logs::{Logs, Written};
use crate::ports::Ports;
use crate::secrets::{Secrets, file};
use crate::supervisor::Supervisor;
use anyhow::{Context as _, bail};
use kernel::ServiceName;
use rustix::process::{Signal, kill_process};
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::time::Instant;

/// How long the processes may take to serve.
const TIME_TO_START: Duration = Duration::from_mins(1);
/// How often a process may fail before the start is given up.
const FAILED_STARTS: u32 = 3;
/// How often it is looked at whether they serve.
const INTERVAL: Duration = Duration::from_millis(20);

/// What to start, and how.
#[derive(Clone, Debug)]
pub struct Start {
    /// Where they listen.
    pub ports: Ports,
    /// The folder with the programs of the services.
    pub programs: PathBuf,
    /// The program that becomes the guard: kills the processes should this one be killed. `None`: only an orderly end
    /// stops them.
    pub guard: Option<PathBuf>,
    /// Whether their logs go to the terminal too.
    pub follow: bool,
}

/// Three processes that run, supervised: one that ends is started again. Stop it with [`Suite::stop`].
#[derive(Debug)]
pub struct Suite {
    secrets: Secrets,
    ports: Ports,
    clients: Clients,
    supervisor: Supervisor,
    logs: Logs,
    written: Written,
    /// Unlocked when it is dropped.
    _running: File,
}

impl Suite {
    /// Writes the configurations, starts the processes, and waits until all of them serve.
    ///
    /// # Errors
    /// When a suite runs in the folder already, a port is taken, or a process does not come up; the sentence says which.
    pub async fn start(secrets: Secrets, start: Start) -> anyhow::Result<Self> {
        let layout = secrets.layout();
        let running = claim(layout)?;
        start.ports.check()?;
        configs::write(&secrets, &start.ports)?;
        let guard = start.guard.as_deref().map(Guard::start).transpose()?;
        let (logs, written) = Logs::start(layout, start.follow)?;
        let clients = Clients::new(layout, &start.ports)?;
        let supervisor = Supervisor::start(layout, &start.programs, guard.as_ref(), &logs);
        let suite = Self { secrets, ports: start.ports, clients, supervisor, logs, written, _running: running };
        for &service in ServiceName::ALL {
            if let Err(error) = suite.serving(service).await {
                suite.stop().await;
                return Err(error);
            }
        }
        Ok(suite)
    }

    /// Waits until `service` serves.
    pub async fn serving(&self, service: ServiceName) -> anyhow::Result<()> {
        let (failed_before, give_up) = (self.supervisor.failures(service), Instant::now() + TIME_TO_START);
        while !self.clients.serves(service).await {
            let failed = self.supervisor.failures(service) - failed_before;
            if failed >= FAILED_STARTS || Instant::now() > give_up {
                bail!("{service} does not come up. {}", end_of(&self.layout().log(service)));
            }
            tokio::time::sleep(INTERVAL).await;
        }
        Ok(())
    }

    /// Kills the process of `service` with signal 9, as a crash would; it is started again by itself.
    pub fn kill(&self, service: ServiceName) -> anyhow::Result<()> {
        let process = self.supervisor.process(service).with_context(|| format!("{service} does not run"))?;
        kill_process(process, Signal::KILL).with_context(|| format!("can't kill {service}"))
    }

    /// How often `service` has ended without being asked.
    pub fn failures(&self, service: ServiceName) -> u32 {
        self.supervisor.failures(service)
    }

    /// The number of the process of `service`, while it runs.
    pub fn process_id(&self, service: ServiceName) -> Option<i32> {
        self.supervisor.process(service).map(|process| process.as_raw_nonzero().get())
    }

    /// Stops the processes in order, and waits for it and for their last lines.
    pub async fn stop(self) {
        let Self { supervisor, logs, written, .. } = self;
        supervisor.stop().await;
        drop(logs);
        // The tasks that read the processes' lines end with the processes; the thread ends with them.
        drop(tokio::task::spawn_blocking(move || written.finish()).await);
    }

    /// Where it keeps what.
    pub fn layout(&self) -> &Layout {
        self.secrets.layout()
    }

    /// Its secrets, and the tokens they sign.
    pub fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// Where it listens.
    pub fn ports(&self) -> &Ports {
        &self.ports
    }

    /// Clients of its services.
    pub fn clients(&self) -> &Clients {
        &self.clients
    }

    /// Says something among the logs.
    pub fn say(&self, line: impl Into<String>) {
        self.logs.say(line);
    }
}

/// The last lines of a log, for the sentence that says what is wrong.
fn end_of(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let last = lines.get(lines.len().saturating_sub(5)..).unwrap_or_default();
    if last.is_empty() {
        format!("It has said nothing in {}.", log.display())
    } else {
        format!("The end of its log, {}:\n  {}", log.display(), last.join("\n  "))
    }
}

/// Two suites on the same databases would each do the other's work.
fn claim(layout: &Layout) -> anyhow::Result<File> {
    let running = file::lock(&layout.running_lock())?;
    match running.try_lock() {
        Ok(()) => Ok(running),
        Err(TryLockError::WouldBlock) => {
            bail!("a suite runs in {} already. Stop it, or take another folder with --data.", layout.root().display())
        }
        Err(TryLockError::Error(error)) => Err(error).context("can't lock the folder"),
    }
}
