//! Due work: the one queue of a service, for outbox rows, e-mails and all that has its moment.
//!
//! A piece of work is queued in the transaction that causes it. A worker claims what is due by moving its due
//! time to the end of a lease and counting the attempt; if the worker dies, the work is simply due again. The
//! attempt is the fence: a worker that slept through its lease finds another attempt there and can change nothing.
//!
//! Why not a library: see the README of `shared/`, "Job queue".

use crate::args;
use crate::db::Db;
use crate::error::Error;
use crate::insert::Insert;
use crate::tx::{Sql, Tx};
use kernel::Timestamp;
use std::collections::BTreeMap;
use std::time::Duration;
use uuid::Uuid;

/// A claimed piece of work.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Claim {
    /// What the work is about: the id of the row it belongs to.
    pub id: Uuid,
    /// How often it has been claimed, this time included. Fences all that is done with the claim.
    pub attempt: i64,
}

/// The work was claimed again by somebody else, or is done: what this worker did no longer counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[must_use]
pub enum Held {
    /// The claim still held, and the change is made.
    Yes,
    /// The claim was lost, and nothing is changed.
    No,
}

const CLAIM: Sql = Sql::each(
    "UPDATE due_work SET attempt = attempt + 1, due = $3 WHERE queue = $1 AND id IN \
     (SELECT id FROM due_work WHERE queue = $1 AND NOT parked AND due <= $2 ORDER BY due LIMIT $4) RETURNING id, attempt",
    "UPDATE due_work SET attempt = attempt + 1, due = $3 WHERE queue = $1 AND id IN \
     (SELECT id FROM due_work WHERE queue = $1 AND NOT parked AND due <= $2 ORDER BY due LIMIT $4 FOR UPDATE SKIP LOCKED) \
     RETURNING id, attempt",
);

const PUSH: Insert = Insert::new(
    "due_work",
    &["queue", "id", "due", "attempt", "parked"],
    "ON CONFLICT (queue, id) DO UPDATE SET parked = FALSE, attempt = due_work.attempt + 1, \
     due = CASE WHEN due_work.parked OR excluded.due < due_work.due THEN excluded.due ELSE due_work.due END",
);

/// Queues work on `id`, due at `due`. Work that is already queued keeps the earlier moment; who holds a claim on it loses
/// the claim, since there is more to do than they saw. Parked work is set going again. The attempt only ever grows, for
/// that too: it is the fence, and must fit no claim of before.
pub async fn push(tx: &mut Tx, queue: &str, id: Uuid, due: Timestamp) -> Result<(), Error> {
    push_all(tx, queue, vec![id], due).await
}

/// The same for many at once.
pub async fn push_all(tx: &mut Tx, queue: &str, mut ids: Vec<Uuid>, due: Timestamp) -> Result<(), Error> {
    tx.work_was_queued |= !ids.is_empty();
    // In one order for everybody, so that nobody waits in a circle, and none twice.
    ids.sort_unstable();
    ids.dedup();
    let row = |id: Uuid| args![queue, id, due, 0, false];
    tx.insert(PUSH, ids.into_iter().map(row).collect()).await.map(|_| ())
}

/// Whether anything is due. Workers ask this first: the common answer costs no write.
pub async fn is_due(db: &Db, queue: &'static str) -> Result<bool, Error> {
    db.read(|tx| {
        Box::pin(async move {
            let Some(due) = next_due(tx, queue).await? else { return Ok(false) };
            Ok(due <= tx.now().await?)
        })
    })
    .await
}

/// Claims up to `most` pieces of due work for `lease`.
pub async fn claim(tx: &mut Tx, queue: &str, most: i64, lease: Duration) -> Result<Vec<Claim>, Error> {
    let now = tx.now().await?;
    let claimed = |row: &crate::Row| Ok(Claim { id: row.get("id")?, attempt: row.get("attempt")? });
    tx.all(CLAIM, args![queue, now, now.plus(lease), most], claimed).await
}

/// Takes finished work out of the queue.
pub async fn finish(tx: &mut Tx, queue: &str, claim: Claim) -> Result<Held, Error> {
    let sql = "DELETE FROM due_work WHERE queue = $1 AND id = $2 AND attempt = $3 AND NOT parked";
    held(tx.execute(sql, args![queue, claim.id, claim.attempt]).await?)
}

const FINISH_ALL: Sql = Sql::each(
    "DELETE FROM due_work WHERE queue = $1 AND attempt = $2 AND NOT parked \
     AND id IN (SELECT unhex(value) FROM json_each($3)) RETURNING id",
    "DELETE FROM due_work WHERE queue = $1 AND attempt = $2 AND NOT parked AND id = ANY($3) RETURNING id",
);

/// Takes a batch of finished work out of the queue; the ids of the claims that still held.
pub async fn finish_all(tx: &mut Tx, queue: &str, claims: &[Claim]) -> Result<Vec<Uuid>, Error> {
    let mut held = Vec::with_capacity(claims.len());
    for (attempt, ids) in by_attempt(claims) {
        held.extend(tx.all(FINISH_ALL, args![queue, attempt, ids], |row| row.get::<Uuid>("id")).await?);
    }
    Ok(held)
}

/// The claims by how often each was tried. What was claimed together has seldom been tried more than once: one statement, mostly.
fn by_attempt(claims: &[Claim]) -> BTreeMap<i64, Vec<Uuid>> {
    let mut by_attempt: BTreeMap<i64, Vec<Uuid>> = BTreeMap::new();
    for claim in claims {
        by_attempt.entry(claim.attempt).or_default().push(claim.id);
    }
    by_attempt
}

/// Puts work back until `due`: after a failure, or to hold on to it for longer.
pub async fn postpone(tx: &mut Tx, queue: &str, claim: Claim, due: Timestamp) -> Result<Held, Error> {
    let sql = "UPDATE due_work SET due = $4 WHERE queue = $1 AND id = $2 AND attempt = $3 AND NOT parked";
    held(tx.execute(sql, args![queue, claim.id, claim.attempt, due]).await?)
}

const POSTPONE_ALL: Sql = Sql::each(
    "UPDATE due_work SET due = $4 WHERE queue = $1 AND attempt = $2 AND NOT parked \
     AND id IN (SELECT unhex(value) FROM json_each($3)) RETURNING id",
    // In one order for everybody, so that nobody waits in a circle.
    "UPDATE due_work SET due = $4 WHERE queue = $1 AND id IN (SELECT id FROM due_work WHERE queue = $1 AND attempt = $2 \
     AND NOT parked AND id = ANY($3) ORDER BY id FOR UPDATE) RETURNING id",
);

/// Puts a batch back until `due`; the ids of the claims that still held.
pub async fn postpone_all(tx: &mut Tx, queue: &str, claims: &[Claim], due: Timestamp) -> Result<Vec<Uuid>, Error> {
    let mut held = Vec::with_capacity(claims.len());
    for (attempt, ids) in by_attempt(claims) {
        held.extend(tx.all(POSTPONE_ALL, args![queue, attempt, ids, due], |row| row.get::<Uuid>("id")).await?);
    }
    Ok(held)
}

/// Sets work aside that keeps failing, for an operator to look at.
pub async fn park(tx: &mut Tx, queue: &str, claim: Claim) -> Result<Held, Error> {
    let sql = "UPDATE due_work SET parked = TRUE WHERE queue = $1 AND id = $2 AND attempt = $3 AND NOT parked";
    held(tx.execute(sql, args![queue, claim.id, claim.attempt]).await?)
}

/// Up to `most` pieces of work that are set aside, of those whose ids come after `after`, in the order of their ids.
pub async fn parked(tx: &mut Tx, queue: &str, after: Uuid, most: i64) -> Result<Vec<Uuid>, Error> {
    let sql = "SELECT id FROM due_work WHERE queue = $1 AND parked AND id > $2 ORDER BY id LIMIT $3";
    tx.all(sql, args![queue, after, most], |row| row.get("id")).await
}

const REVIVE: Sql = Sql::each(
    "UPDATE due_work SET parked = FALSE, attempt = attempt + 1, due = $2 WHERE queue = $1 AND parked \
     AND id IN (SELECT unhex(value) FROM json_each($3)) RETURNING id",
    "UPDATE due_work SET parked = FALSE, attempt = attempt + 1, due = $2 WHERE queue = $1 AND id IN \
     (SELECT id FROM due_work WHERE queue = $1 AND parked AND id = ANY($3) ORDER BY id FOR UPDATE) RETURNING id",
);

/// Sets those of `ids` going again that are set aside, due at `due`; which they were.
pub async fn revive(tx: &mut Tx, queue: &str, ids: Vec<Uuid>, due: Timestamp) -> Result<Vec<Uuid>, Error> {
    let revived = tx.all(REVIVE, args![queue, due, ids], |row| row.get("id")).await?;
    tx.work_was_queued |= !revived.is_empty();
    Ok(revived)
}

/// Takes work out of the queue whoever holds it: it is not wanted any more.
pub async fn cancel(tx: &mut Tx, queue: &str, id: Uuid) -> Result<(), Error> {
    tx.execute("DELETE FROM due_work WHERE queue = $1 AND id = $2", args![queue, id]).await.map(|_| ())
}

/// When the next work falls due, if any is queued.
pub async fn next_due(tx: &mut Tx, queue: &str) -> Result<Option<Timestamp>, Error> {
    let sql = "SELECT due FROM due_work WHERE queue = $1 AND NOT parked ORDER BY due LIMIT 1";
    tx.optional(sql, args![queue], |row| row.get("due")).await
}

#[expect(clippy::unnecessary_wraps, reason = "reads as the last step of its callers")]
fn held(changed: u64) -> Result<Held, Error> {
    Ok(if changed == 1 { Held::Yes } else { Held::No })
}

/// When to try again after `attempt` failures: from half a second, doubled each time, up to `most`, spread by
/// `spread` (0 to 255, from the random source) over half of it so that failures do not come back in step.
pub fn backoff(attempt: i64, most: Duration, spread: u8) -> Duration {
    let doublings = u32::try_from(attempt.clamp(1, 20)).unwrap_or(20) - 1;
    let full = Duration::from_millis(500).saturating_mul(1 << doublings).min(most);
    full / 2 + full.mul_f64(f64::from(spread) / 512.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backoff_grows_is_spread_and_bounded() {
        let most = Duration::from_mins(1);
        assert_eq!(backoff(1, most, 0), Duration::from_millis(250));
        assert!(backoff(1, most, 255) < Duration::from_millis(500));
        assert_eq!(backoff(3, most, 0), Duration::from_secs(1));
        assert!(backoff(1_000, most, 255) < most);
    }
}
