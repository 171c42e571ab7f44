//! Proving that the activity logs are what was written (R13): every chain is gone along, every exported head looked for.

use crate::domain::activity_check::{Finding, Walk};
use crate::error::Error;
use crate::heads::{Heads, Line};
use crate::store::activity::check;
use crypto::ChainKey;
use kernel::MailboxId;
use kernel::hex;
use sql::Db;
use std::collections::HashMap;
use uuid::Uuid;

/// Rows read in one go: what bounds the memory, whatever the size of the logs.
const PAGE: i64 = 1_000;

/// What was looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Seen {
    /// Entries of logs.
    pub entries: u64,
    /// Lines of the export.
    pub exported: u64,
    /// What was not as it should be.
    pub findings: u64,
}

/// Goes through the logs of a database.
pub struct Verifier<F> {
    db: Db,
    chain: ChainKey,
    tell: F,
    seen: Seen,
}

impl<F: FnMut(Finding)> Verifier<F> {
    /// Of the logs in `db`; each finding is told to `tell` as it is made.
    pub fn new(db: Db, chain: ChainKey, tell: F) -> Self {
        Self { db, chain, tell, seen: Seen::default() }
    }

    /// What was looked at so far.
    pub fn seen(&self) -> Seen {
        self.seen
    }

    /// All logs, as far as the database itself can tell.
    pub async fn logs(&mut self) -> Result<(), Error> {
        let (mut walk, mut after) = (Walk::default(), (Uuid::nil(), 0));
        loop {
            let page = self.db.read(move |tx| Box::pin(async move { check::page(tx, after, PAGE).await })).await?;
            let Some((last, _)) = page.last() else { break };
            after = (last.mailbox, last.sequence);
            for (record, linked) in page {
                self.seen.entries += 1;
                let link_to = |before: &[u8]| record.link_to(before, &self.chain);
                walk.step(linked, link_to, &mut |finding| {
                    self.seen.findings += 1;
                    (self.tell)(finding);
                });
            }
        }
        walk.end(&mut |finding| self.found(finding));
        self.without_entries().await
    }

    /// Logs of which no entry is left.
    async fn without_entries(&mut self) -> Result<(), Error> {
        let mut after = Uuid::nil();
        loop {
            let page = self.db.read(move |tx| Box::pin(async move { check::emptied(tx, after, PAGE).await })).await?;
            let Some(last) = page.last() else { break };
            after = last.as_uuid();
            for mailbox in page {
                self.found(Finding::CutOff(mailbox, 0));
            }
        }
        after = Uuid::nil();
        loop {
            let page =
                self.db.read(move |tx| Box::pin(async move { check::without_head(tx, after, PAGE).await })).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after = last.as_uuid();
            for mailbox in page {
                self.found(Finding::Gone(mailbox));
            }
        }
    }

    /// All heads that were exported.
    pub async fn export(&mut self, heads: &Heads) -> Result<(), Error> {
        for object in heads.objects().await? {
            let mut whole = Vec::new();
            for line in heads.lines(&object).await? {
                self.seen.exported += 1;
                let mailbox = line.as_ref().and_then(|line| line.mailbox(&self.chain));
                match (line, mailbox) {
                    (Some(line), Some(mailbox)) => whole.push((mailbox, line)),
                    _ => self.found(Finding::ExportAltered(self.seen.exported)),
                }
            }
            for lines in whole.chunks(500) {
                self.lines(lines).await?;
            }
        }
        Ok(())
    }

    async fn lines(&mut self, lines: &[(MailboxId, Line)]) -> Result<(), Error> {
        let ends: Vec<_> = lines.iter().map(|(mailbox, line)| (*mailbox, line.sequence)).collect();
        let there = self.db.read(move |tx| Box::pin(async move { check::links(tx, &ends).await })).await?;
        let there = there.into_iter().map(|(mailbox, head)| ((mailbox, head.sequence), hex(&head.link)));
        let there: HashMap<(MailboxId, i64), String> = there.collect();
        for (mailbox, line) in lines {
            if there.get(&(*mailbox, line.sequence)) != Some(&line.link) {
                self.found(Finding::NotAsExported(*mailbox, line.sequence));
            }
        }
        Ok(())
    }

    fn found(&mut self, finding: Finding) {
        self.seen.findings += 1;
        (self.tell)(finding);
    }
}
