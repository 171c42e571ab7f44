//! Step 1: a register system loads an extract through the public API.

use super::stage::Stage;
use crate::people::{self, KAREN, NIELS};
use crate::{extract, register};
use anyhow::Context as _;
use std::fs;
use tokio::time::Instant;

/// How many lines are sent a second time.
const AGAIN: usize = 500;

pub(super) async fn play(stage: &Stage<'_>, persons: usize) -> anyhow::Result<()> {
    stage.show.title("1 · A register system loads the population");
    let path = stage.layout().root().join("population.csv");
    fs::write(&path, extract::text(&people::crowd(persons))).context("can't write the extract")?;
    let text = fs::read_to_string(&path).context("can't read the extract")?;
    stage.show.act("The register", &format!("sends {} line by line: {}", path.display(), extract::HEADING));
    for line in text.lines().skip(1).take(3) {
        stage.show.line("", line);
    }

    let (lines, started) = (extract::parse(&text)?, Instant::now());
    let outcomes = register::load(stage.clients(), &stage.register, &lines).await?;
    let seconds = started.elapsed().as_secs_f64();
    stage.show.line("created", &outcomes.created.to_string());
    stage.show.line("unchanged, updated", &format!("{}, {}", outcomes.unchanged, outcomes.updated));
    stage.show.line("refused", &format!("{:?}", outcomes.refused));
    stage.show.line("took", &format!("{seconds:.1} s"));
    stage.check(outcomes.created == persons, &format!("{persons} persons have a mailbox each"))?;
    let has = |cpr| lines.iter().any(|line| line.cpr == cpr);
    stage.check(has(KAREN.cpr) && has(NIELS.cpr), "Karen and Niels are among them (P1)")?;

    let again = lines.get(..AGAIN.min(lines.len())).unwrap_or_default();
    stage.show.act("The register", &format!("sends the first {} lines again", again.len()));
    let outcomes = register::load(stage.clients(), &stage.register, again).await?;
    stage.check(outcomes.unchanged == again.len(), "nothing is created or changed a second time")
}
