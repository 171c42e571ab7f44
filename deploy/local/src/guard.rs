//! Nothing is left running. An orderly end stops the processes itself; should this process be killed, a second one, the
//! guard, sees its standard input end and kills what was still noted on it.

use anyhow::Context as _;
use rustix::process::{Pid, Signal, kill_process};
use std::collections::BTreeSet;
use std::io::{self, BufRead as _, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

/// The argument that makes the program a guard.
pub const ARGUMENT: &str = "guard";

/// Notes for the guard.
#[derive(Clone, Debug)]
pub(crate) struct Guard(Arc<Mutex<ChildStdin>>);

impl Guard {
    /// Starts `program` as a guard.
    pub(crate) fn start(program: &Path) -> anyhow::Result<Self> {
        // In a group of its own, so that Ctrl-C does not reach it.
        let guard = Command::new(program)
            .arg(ARGUMENT)
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .context("can't start the guard")?;
        Ok(Self(Arc::new(Mutex::new(guard.stdin.context("the guard has no standard input")?))))
    }

    /// Notes a process that runs from now on.
    pub(crate) fn runs(&self, process: Pid) {
        self.note('+', process);
    }

    /// Notes that a process has ended.
    pub(crate) fn ended(&self, process: Pid) {
        self.note('-', process);
    }

    fn note(&self, mark: char, process: Pid) {
        let mut guard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Without a guard an orderly end still stops everything.
        drop(writeln!(guard, "{mark}{}", process.as_raw_nonzero()));
    }
}

/// What the guard does: notes, waits for the end, kills.
pub fn watch() -> anyhow::Result<()> {
    let mut running = BTreeSet::new();
    for line in io::stdin().lock().lines() {
        let line = line?;
        match line.split_at_checked(1) {
            Some(("+", process)) => drop(running.insert(process.parse::<i32>()?)),
            Some(("-", process)) => drop(running.remove(&process.parse()?)),
            _ => {}
        }
    }
    for process in running.into_iter().filter_map(Pid::from_raw) {
        // It may have ended by itself.
        let _ = kill_process(process, Signal::KILL);
    }
    Ok(())
}
