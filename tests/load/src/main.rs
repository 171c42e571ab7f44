//! How much the suite takes, and how much of what it stands on it costs: the binaries that ship, as processes of their own,
//! called over TLS on loopback, beside the raw limit measured in the same run.
//!
//! The raw limit is a bare tonic server in a process of its own, with the same certificates and messages, that runs the same
//! SQL through sqlx and does nothing else: no tokens, no layers, no rules. Both are called in turns, round by round, and
//! the median of the rounds counts, so that whatever else the machine does weighs on both alike.
//!
//! `tests/README.md` says how to run it and what was measured.

mod arguments;
mod checks;
mod delegated;
mod mail;
mod mailing;
mod measure;
mod others;
mod post;
mod raw;
mod register;
mod report;
mod rows;
mod sink;
mod stage;
mod subscribers;

use arguments::{Arguments, Scenario};
use clap::Parser as _;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // Fails only where one is installed already.
    drop(rustls::crypto::ring::default_provider().install_default());
    match Arguments::parse().scenario {
        Scenario::Checks(sizes) => checks::run(&sizes).await,
        Scenario::Delegated(sizes) => delegated::run(&sizes).await,
        Scenario::Register(sizes) => register::run(&sizes).await,
        Scenario::Mail(sizes) => mail::run(&sizes).await,
        Scenario::Mailing(sizes) => mailing::run(&sizes).await,
        Scenario::Post(sizes) => post::run(&sizes).await,
        Scenario::RawChecks(server) => raw::serve(&server, raw::checks::routes(&server).await?).await,
        Scenario::RawPost(server) => raw::serve(&server, raw::post::routes(&server).await?).await,
    }
}
