//! Following the changes of accesses as they are committed (rules A6, A9), in this process and in others.
//!
//! What is told comes from the database, so that none is missed over restarts, and a slow listener costs nothing: nothing
//! is read until the last answer is taken. A commit of this process wakes the watch; those of others are looked for each second.

use super::Context;
use crate::error::Error;
use crate::store::change::{self, Change, Page};
use kernel::{Clock, Timestamp};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// The most changes that are read at once.
const PAGE: i64 = 100;
/// When a sign of life is due.
const SIGN_AFTER: Duration = Duration::from_secs(10);
/// How often the commits of other processes are looked for.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How long changes are kept for those who resume.
pub const CHANGES_KEPT: Duration = Duration::from_hours(8 * 24);

/// What every watch of this process works with. Clones share it.
#[derive(Clone)]
pub struct Watches {
    context: Context,
    clock: Arc<dyn Clock>,
}

/// One watch.
pub struct Watch {
    context: Context,
    clock: Arc<dyn Clock>,
    commits: watch::Receiver<()>,
    /// The number of the last change that was told.
    position: i64,
    read: VecDeque<Change>,
    /// When something was told last; `None`: nothing was.
    told: Option<Timestamp>,
}

/// What a watch tells.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum News {
    /// A change.
    Changed(Change),
    /// That there was none for a while, up to the change of this number.
    Alive(i64),
}

impl Watches {
    /// Watches that give signs of life by `clock`.
    pub fn new(context: Context, clock: Arc<dyn Clock>) -> Self {
        Self { context, clock }
    }

    /// A watch from after the change of number `after`; `None`: from now on.
    pub async fn open(&self, after: Option<i64>) -> Result<Watch, Error> {
        let Self { context, clock } = self.clone();
        let commits = context.db.work_queued();
        let Page { latest, forgotten, .. } = look(&context, after.unwrap_or(i64::MAX)).await?;
        let position = after.unwrap_or(latest);
        // Behind the latest, the database is older than the token.
        if !(forgotten..=latest).contains(&position) {
            return Err(Error::InvalidResumeToken);
        }
        Ok(Watch { context, clock, commits, position, read: VecDeque::new(), told: None })
    }
}

impl Watch {
    /// What there is to tell next: at once where the watch has told nothing yet, so that it is known from where on it
    /// watches.
    pub async fn next(&mut self) -> Result<News, Error> {
        loop {
            if let Some(change) = self.read.pop_front() {
                self.position = change.number;
                self.told = Some(self.clock.now());
                return Ok(News::Changed(change));
            }
            // Before the look, so that what is committed meanwhile wakes the next one.
            self.commits.mark_unchanged();
            self.read = self.look().await?.into();
            let now = self.clock.now();
            if !self.read.is_empty() {
                continue;
            }
            if self.told.is_none_or(|told| now.since(told) >= SIGN_AFTER) {
                self.told = Some(now);
                return Ok(News::Alive(self.position));
            }
            tokio::select! {
                _ = self.commits.changed() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    }

    async fn look(&self) -> Result<Vec<Change>, Error> {
        let page = look(&self.context, self.position).await?;
        if self.position < page.forgotten { Err(Error::InvalidResumeToken) } else { Ok(page.changes) }
    }
}

async fn look(context: &Context, after: i64) -> Result<Page, Error> {
    Ok(context.db.read(|tx| Box::pin(change::after(tx, after, PAGE))).await?)
}
