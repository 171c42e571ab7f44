//! `cargo run -- demo`: the whole story, from offer to e-mail to the end, against real processes.
//!
//! Nine steps, one file each. A step calls as its actors would, shows what they are answered, and checks it.

mod address;
mod desk;
mod email;
mod give;
mod guardian;
mod inbox;
mod letter;
mod population;
mod remove;
mod request;
mod show;
mod stage;

use crate::layout::Layout;
use crate::ports::Ports;
use crate::secrets::{Secrets, file};
use crate::suite::{Start, Suite};
use anyhow::Context as _;
use kernel::{Clock as _, Date, ServiceName, SystemClock, SystemRandom};
use show::Show;
use stage::Stage;
use std::path::{Path, PathBuf};
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::Instant;

/// How the story is told.
#[derive(Clone, Debug)]
pub struct Options {
    /// The demo gets a fresh folder beside this one.
    pub data: PathBuf,
    /// The folder with the programs of the services.
    pub programs: PathBuf,
    /// The program that becomes the guard (see [`Start::guard`]).
    pub guard: Option<PathBuf>,
    /// Keep the folder.
    pub keep: bool,
    /// Kill processes on the way.
    pub chaos: bool,
    /// How many persons the register has.
    pub persons: usize,
}

/// Starts a suite, plays the story, stops the suite.
///
/// # Errors
/// When a step does not go as promised; the error names it.
pub async fn run(options: Options) -> anyhow::Result<()> {
    let show = Show::new();
    let folder = fresh_folder(&options.data)?;
    let started = Instant::now();
    let secrets = Secrets::prepare(&Layout::new(&folder), &SystemClock, &SystemRandom)?;
    let start = Start {
        ports: Ports::free()?,
        programs: options.programs.clone(),
        guard: options.guard.clone(),
        follow: false,
    };
    let suite = Suite::start(secrets, start).await?;
    show.title(&format!("A suite of its own in {}", folder.display()));
    for &service in ServiceName::ALL {
        show.line(service.as_str(), &suite.ports().url(service));
    }
    show.note(&format!("all three serve after {} ms", started.elapsed().as_millis()));

    let stage = Stage::new(&suite, show, options.chaos)?;
    let told = tokio::select! {
        told = tell(&stage, &options) => told,
        stopped = stop_signal() => stopped,
    };
    let unasked: u32 = ServiceName::ALL.iter().map(|service| suite.failures(*service)).sum();
    let killed = stage.killed();
    show_memory(&suite, show);
    suite.stop().await;
    conclude(show, &folder, &options, told.and_then(|()| no_crash(unasked, killed)), started)
}

async fn tell(stage: &Stage<'_>, options: &Options) -> anyhow::Result<()> {
    let population = population::play(stage, options.persons).await;
    population.context("step 1 · A register system loads the population")?;
    stage.crash(&[ServiceName::Mailbox]).await?;
    let access = give::play(stage).await.context("step 2 · Karen gives Niels read access")?;
    stage.crash(&[ServiceName::Access]).await?;
    letter::play(stage, &access).await.context("step 3 · A letter comes, and Niels reads it")?;
    stage.crash(&[ServiceName::Notification]).await?;
    let mut inbox = email::play(stage, &access).await.context("step 4 · Niels switches on e-mail about new post")?;
    let karens = address::begin(stage).await.context("step 4 · Karen switches on e-mail about her own post")?;
    stage.crash(ServiceName::ALL).await?;
    remove::play(stage, &access, &mut inbox).await.context("step 5 · Karen removes the access")?;
    request::play(stage).await.context("step 6 · Søren asks for access to Åse's post")?;
    stage.crash(&[ServiceName::Access]).await?;
    guardian::play(stage).await.context("step 7 · Anne-Marie asks as Mohammed's guardian")?;
    desk::play(stage).await.context("step 8 · Bjørn comes to the municipality's desk")?;
    address::play(stage, karens).await.context("step 9 · Karen changes her address, and switches e-mail off")
}

/// What each process holds of the machine's memory after the story, where the system tells.
fn show_memory(suite: &Suite, show: Show) {
    show.title("Memory of the processes");
    for &service in ServiceName::ALL {
        let process = suite.process_id(service).unwrap_or_default();
        let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        show.line(service.as_str(), resident.map_or("not told", str::trim));
    }
}

/// The processes may end when they are killed, and never by themselves.
fn no_crash(unasked: u32, killed: u32) -> anyhow::Result<()> {
    let crashed = unasked.saturating_sub(killed);
    anyhow::ensure!(crashed == 0, "the story went through, but processes crashed {crashed} times on the way");
    Ok(())
}

fn conclude(
    show: Show,
    folder: &Path,
    options: &Options,
    told: anyhow::Result<()>,
    started: Instant,
) -> anyhow::Result<()> {
    let Err(error) = told else {
        show.success(&format!("The whole story went through in {:.1} s.", started.elapsed().as_secs_f32()));
        if options.keep {
            show.note(&format!("Its folder is kept: {}", folder.display()));
            return Ok(());
        }
        return std::fs::remove_dir_all(folder).with_context(|| format!("can't delete {}", folder.display()));
    };
    show.note(&format!("The folder is kept, with the logs: {}", folder.display()));
    Err(error)
}

async fn stop_signal() -> anyhow::Result<()> {
    let (mut interrupt, mut term) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    tokio::select! { _ = interrupt.recv() => {} _ = term.recv() => {} }
    anyhow::bail!("stopped before the end")
}

/// `.data/demo-<when>-<chance>`.
fn fresh_folder(data: &Path) -> anyhow::Result<PathBuf> {
    let now = SystemClock.now();
    let [a, b] = kernel::random::bytes::<2>(&SystemRandom);
    let folder = data.join(format!("demo-{}-{a:02x}{b:02x}", Date::in_denmark(now)));
    file::folder(&folder)?;
    Ok(folder)
}
