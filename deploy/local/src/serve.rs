//! `cargo run`: start, seed, say what there is, follow until it is to stop.

use crate::client::Bearer;
use crate::people::HANDFUL;
use crate::register;
use crate::suite::Suite;
use crate::welcome;
use anyhow::Context as _;
use kernel::{Clock as _, SystemClock};
use tokio::signal::unix::{SignalKind, signal};

/// Seeds the suite, greets, and waits for Ctrl-C or SIGTERM; then stops the suite.
pub async fn until_stopped(suite: Suite) -> anyhow::Result<()> {
    let (mut interrupt, mut term) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let ended = tokio::select! {
        seeded = seed(&suite) => match seeded {
            Ok(()) => {
                suite.say(welcome::text(suite.layout(), suite.ports()));
                tokio::select! { _ = interrupt.recv() => {} _ = term.recv() => {} }
                Ok(())
            }
            Err(error) => Err(error),
        },
        _ = interrupt.recv() => Ok(()),
        _ = term.recv() => Ok(()),
    };
    suite.say("stopping");
    suite.stop().await;
    ended
}

/// Registers the handful of test citizens; a second time changes nothing.
async fn seed(suite: &Suite) -> anyhow::Result<()> {
    let token = suite.secrets().token(&register::system(), SystemClock.now())?;
    let lines: Vec<_> = HANDFUL.iter().map(crate::people::Person::line).collect();
    let seeded = register::load(suite.clients(), &Bearer::new(&token)?, &lines).await;
    let outcomes = seeded.context("the test citizens can't be registered")?;
    anyhow::ensure!(outcomes.refused.is_empty(), "test citizens were refused: {:?}", outcomes.refused);
    Ok(())
}
