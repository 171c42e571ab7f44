//! `main` of every service.

use crate::app::App;
use crate::base::Outside;
use crate::command::{Command, Commands, NoCommand};
use crate::config::Config;
use crate::telemetry;
use anyhow::Context as _;
use clap::Parser;
use kernel::ServiceName;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sql::Migrations;
use std::path::PathBuf;
use std::process::ExitCode;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

#[derive(Parser)]
#[command(
    version,
    about = "One of the three services of Digital Post with read access; deploy/README.md tells how to configure it."
)]
struct Arguments<C: clap::Subcommand> {
    /// The configuration file (TOML). Every key can also come from the environment: `database.url` is
    /// DIGITALPOST_DATABASE__URL.
    #[arg(long, env = "DIGITALPOST_CONFIG")]
    config: Option<PathBuf>,
    /// What to do instead of serving.
    #[command(subcommand)]
    command: Option<Commands<C>>,
}

/// Runs the service that `build` makes, until SIGTERM or Ctrl-C. Exit code 0 after an orderly end, 1 after a
/// failure, 64 (as in sysexits.h) when the configuration is wrong.
pub fn main<S, B, F>(name: ServiceName, migrations: Migrations, build: B) -> ExitCode
where
    S: Default + Serialize + DeserializeOwned,
    B: FnOnce(Config<S>, Outside) -> F,
    F: Future<Output = anyhow::Result<App>>,
{
    main_with::<NoCommand, S, B, F>(name, migrations, build)
}

/// What a command that found something amiss ends with. Not 2, with which a wrong command line ends.
const AMISS: u8 = 3;

/// The same for a service that has commands beside those of all, `migrate`, `ready` and `redrive-events`: with one it does that instead. Exit code 0 when all is well, 3 when
/// the command found something amiss, 1 when it could not be done.
pub fn main_with<C, S, B, F>(name: ServiceName, migrations: Migrations, build: B) -> ExitCode
where
    C: Command<S>,
    S: Default + Serialize + DeserializeOwned,
    B: FnOnce(Config<S>, Outside) -> F,
    F: Future<Output = anyhow::Result<App>>,
{
    let arguments = Arguments::<C>::parse();
    let config = match Config::<S>::load(arguments.config.as_deref()) {
        Ok(config) => config,
        Err(error) => {
            eprintln!("{name}: {error:#}");
            return ExitCode::from(64);
        }
    };
    let done = match arguments.command {
        None => run(name, config, build).map(|()| true),
        Some(command) => carry_out(command.run(name, config, migrations)),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(AMISS),
        Err(error) => {
            eprintln!("{name}: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn carry_out(command: impl Future<Output = anyhow::Result<bool>>) -> anyhow::Result<bool> {
    prefer_ring()?;
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(command)
}

/// The one provider of cryptography for TLS, chosen before anything could choose another.
fn prefer_ring() -> anyhow::Result<()> {
    rustls::crypto::ring::default_provider().install_default().ok().context("a TLS provider is already installed")
}

fn run<S, B, F>(name: ServiceName, config: Config<S>, build: B) -> anyhow::Result<()>
where
    B: FnOnce(Config<S>, Outside) -> F,
    F: Future<Output = anyhow::Result<App>>,
{
    prefer_ring()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let traces = telemetry::start(name, &config.telemetry)?;
        let stopping = CancellationToken::new();
        tokio::spawn(stop_on_signal(stopping.clone())?);
        let app = build(config, Outside::system()).await?;
        tracing::info!(service = %name, address = %app.address(), "listening");
        let ended = app.run(stopping).await;
        traces.end().await;
        ended?;
        tracing::info!(service = %name, "stopped");
        Ok(())
    })
}

/// The first SIGTERM or Ctrl-C ends the process in order, the second at once.
fn stop_on_signal(stopping: CancellationToken) -> anyhow::Result<impl Future<Output = ()>> {
    let (mut term, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        for _ in 0..2 {
            tokio::select! { _ = term.recv() => {} _ = interrupt.recv() => {} }
            if stopping.is_cancelled() {
                tracing::warn!("stopped at once by a second signal");
                std::process::exit(1);
            }
            tracing::info!("stopping");
            stopping.cancel();
        }
    })
}
