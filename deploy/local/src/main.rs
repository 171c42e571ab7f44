//! `cargo run`: the local suite, its tokens, its story.

mod arguments;

use anyhow::Context as _;
use arguments::{Arguments, Command};
use clap::Parser as _;
use kernel::{Caller, Clock as _, SystemClock, SystemRandom};
use local::{DATA_FOLDER, Layout, Ports, Secrets, Start, Suite, cargo, demo, guard, serve, tokens};
use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("digitalpost: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> anyhow::Result<()> {
    match arguments.command {
        Some(Command::Guard) => guard::watch(),
        Some(Command::Token(token)) => print_token(arguments.data, &token.into()),
        Some(Command::Demo(options)) => {
            let own = own_program()?;
            let programs = programs(&own, options.no_build)?;
            let options = demo::Options {
                data: data(arguments.data)?,
                programs,
                guard: Some(own),
                keep: options.keep,
                chaos: options.chaos,
                persons: usize::try_from(options.persons)?,
            };
            runtime()?.block_on(demo::run(options))
        }
        None => {
            let ports = Ports::from(arguments.port_base, arguments.metrics_port_base)?;
            ports.check()?;
            let own = own_program()?;
            let programs = programs(&own, arguments.no_build)?;
            let secrets = secrets(arguments.data)?;
            let start = Start { ports, programs, guard: Some(own), follow: true };
            runtime()?.block_on(async { serve::until_stopped(Suite::start(secrets, start).await?).await })
        }
    }
}

fn print_token(data: Option<PathBuf>, caller: &Caller) -> anyhow::Result<()> {
    let now = SystemClock.now();
    let token = secrets(data)?.token(caller, now)?;
    let mut out = std::io::stdout();
    writeln!(out, "{token}").context("can't write the token")?;
    if out.is_terminal() {
        eprintln!(
            "\nValid for {} hours. As a header of a call: authorization: Bearer <token>",
            tokens::LIFE.as_secs() / 3600
        );
        if matches!(caller, Caller::Service(_)) {
            eprintln!(
                "Services must show their client certificate too: tls/<service>-client.pem and .key in the folder."
            );
        }
    }
    Ok(())
}

fn programs(own: &Path, no_build: bool) -> anyhow::Result<PathBuf> {
    if !no_build {
        eprintln!("building the services ...");
        cargo::build(own)?;
    }
    cargo::programs(own)
}

/// Ask before anything is built: a build that replaces this program leaves the system with no path to it.
fn own_program() -> anyhow::Result<PathBuf> {
    std::env::current_exe().context("can't tell where this program lies")
}

/// Configurations name files by absolute paths, so that the services can be started from anywhere.
fn data(folder: Option<PathBuf>) -> anyhow::Result<PathBuf> {
    let folder = folder.unwrap_or_else(|| cargo::workspace().join(DATA_FOLDER));
    std::path::absolute(&folder).with_context(|| format!("{} is no folder", folder.display()))
}

fn secrets(folder: Option<PathBuf>) -> anyhow::Result<Secrets> {
    Secrets::prepare(&Layout::new(data(folder)?), &SystemClock, &SystemRandom)
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    // The one provider of cryptography for TLS, as in the services.
    rustls::crypto::ring::default_provider().install_default().ok().context("a TLS provider is already installed")?;
    tokio::runtime::Builder::new_multi_thread().enable_all().build().context("can't start")
}
