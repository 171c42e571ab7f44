//! Keeps the three processes running until they are to stop.

use crate::guard::Guard;
use crate::layout::Layout;
use crate::logs::Logs;
use anyhow::Context as _;
use kernel::ServiceName;
use rustix::process::{Pid, Signal, kill_process};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, AtomicU32, Ordering};
use std::time::Duration;
use tokio::process::{Child, Command};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// The pause before the first restart; doubles with each that follows soon.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// A process that ran this long is not failing again and again.
const STEADY: Duration = Duration::from_secs(10);
/// How long a process may take to stop: longer than the services' own grace.
const TIME_TO_STOP: Duration = Duration::from_secs(10);

/// The processes of a suite.
#[derive(Debug)]
pub(crate) struct Supervisor {
    services: Vec<Arc<Supervised>>,
    tasks: JoinSet<()>,
    stopping: CancellationToken,
}

/// One of them.
#[derive(Debug)]
struct Supervised {
    service: ServiceName,
    program: PathBuf,
    config: PathBuf,
    /// The number of the process that runs, 0 for none.
    process: AtomicI32,
    /// How often it ended without being asked.
    failures: AtomicU32,
    guard: Option<Guard>,
    logs: Logs,
}

impl Supervisor {
    /// Starts the processes, whose programs lie in the folder `programs`.
    pub(crate) fn start(layout: &Layout, programs: &Path, guard: Option<&Guard>, logs: &Logs) -> Self {
        let supervised = |service: &ServiceName| {
            Arc::new(Supervised {
                service: *service,
                program: programs.join(service.as_str()),
                config: layout.config(*service),
                process: AtomicI32::new(0),
                failures: AtomicU32::new(0),
                guard: guard.cloned(),
                logs: logs.clone(),
            })
        };
        let services: Vec<Arc<Supervised>> = ServiceName::ALL.iter().map(supervised).collect();
        let (stopping, mut tasks) = (CancellationToken::new(), JoinSet::new());
        for service in &services {
            tasks.spawn(service.clone().supervise(stopping.clone()));
        }
        Self { services, tasks, stopping }
    }

    /// How often `service` ended without being asked.
    pub(crate) fn failures(&self, service: ServiceName) -> u32 {
        self.of(service).map_or(0, |service| service.failures.load(Ordering::SeqCst))
    }

    /// The number of the process of `service`, if it runs.
    pub(crate) fn process(&self, service: ServiceName) -> Option<Pid> {
        self.of(service).and_then(|service| Pid::from_raw(service.process.load(Ordering::SeqCst)))
    }

    /// Stops all of them in order, and waits for it.
    pub(crate) async fn stop(mut self) {
        self.stopping.cancel();
        while self.tasks.join_next().await.is_some() {}
    }

    fn of(&self, service: ServiceName) -> Option<&Supervised> {
        self.services.iter().find(|supervised| supervised.service == service).map(|supervised| &**supervised)
    }
}

impl Supervised {
    async fn supervise(self: Arc<Self>, stopping: CancellationToken) {
        let mut pause = FIRST_PAUSE;
        while !stopping.is_cancelled() {
            let started = Instant::now();
            let how = match self.run(&stopping).await {
                Ok(_) if stopping.is_cancelled() => return,
                Ok(status) => format!("ended ({status})"),
                Err(error) => format!("can't be started: {error:#}"),
            };
            self.failures.fetch_add(1, Ordering::SeqCst);
            if started.elapsed() > STEADY {
                pause = FIRST_PAUSE;
            }
            self.logs.say(format!("{} {how}; it is started again in {:.1} s", self.service, pause.as_secs_f32()));
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = stopping.cancelled() => {}
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// One life of the process.
    async fn run(&self, stopping: &CancellationToken) -> anyhow::Result<ExitStatus> {
        // In a group of its own: Ctrl-C at the terminal is ours to pass on.
        let mut child = Command::new(&self.program)
            .arg("--config")
            .arg(&self.config)
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| self.program.display().to_string())?;
        let process = child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?)).context("it has no number")?;
        self.process.store(process.as_raw_nonzero().get(), Ordering::SeqCst);
        if let Some(guard) = &self.guard {
            guard.runs(process);
        }
        if let (Some(out), Some(error)) = (child.stdout.take(), child.stderr.take()) {
            self.logs.take(self.service, out);
            self.logs.take(self.service, error);
        }
        let status = tokio::select! {
            status = child.wait() => status,
            () = stopping.cancelled() => self.stop(process, &mut child).await,
        };
        self.process.store(0, Ordering::SeqCst);
        if let Some(guard) = &self.guard {
            guard.ended(process);
        }
        status.context("can't wait for it")
    }

    /// Asks the process to stop, and kills it if it does not.
    async fn stop(&self, process: Pid, child: &mut Child) -> std::io::Result<ExitStatus> {
        kill_process(process, Signal::TERM)?;
        if let Ok(status) = tokio::time::timeout(TIME_TO_STOP, child.wait()).await {
            return status;
        }
        self.logs.say(format!("{} did not stop within {} s and is killed", self.service, TIME_TO_STOP.as_secs()));
        child.kill().await?;
        child.wait().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secrets::file;
    use std::os::unix::fs::PermissionsExt as _;

    /// A folder with scripts that stand in for the services.
    fn stand_ins(folder: &Path) -> (Layout, Logs) {
        let layout = Layout::new(folder);
        file::folder(&layout.log_folder()).unwrap();
        for service in ServiceName::ALL {
            let program = folder.join(service.as_str());
            std::fs::write(&program, "#!/bin/sh\necho begins\nexec sleep 60\n").unwrap();
            std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        let (logs, _) = Logs::start(&layout, false).unwrap();
        (layout, logs)
    }

    async fn until(so: impl Fn() -> bool) {
        let give_up = Instant::now() + Duration::from_secs(10);
        while !so() {
            assert!(Instant::now() < give_up, "not within ten seconds");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    #[tokio::test]
    async fn one_that_is_killed_is_started_again_and_all_stop_when_asked() {
        let folder = tempfile::tempdir().unwrap();
        let (layout, logs) = stand_ins(folder.path());
        let supervisor = Supervisor::start(&layout, folder.path(), None, &logs);
        let runs = || ServiceName::ALL.iter().all(|service| supervisor.process(*service).is_some());
        until(runs).await;
        let first = supervisor.process(ServiceName::Mailbox).unwrap();
        kill_process(first, Signal::KILL).unwrap();
        until(|| supervisor.failures(ServiceName::Mailbox) == 1).await;
        until(runs).await;
        let second = supervisor.process(ServiceName::Mailbox).unwrap();
        assert_ne!(first, second);
        assert_eq!(supervisor.failures(ServiceName::Access), 0);
        supervisor.stop().await;
        assert!(rustix::process::test_kill_process(second).is_err(), "nothing is left running");
    }
}
