//! Accesses that have ended and mailboxes that were closed, for as long as a call may be under way that was let in before
//! (N5, P8).
//!
//! Whether an access is active is asked before the transaction of a call. Its end may be told between the two; then there
//! is nothing yet that it could end, and what the call makes would live on.

use kernel::Timestamp;
use sql::{Error, Sql, Tx, args, turn};
use uuid::Uuid;

const ANY: Sql = Sql::each(
    "SELECT EXISTS (SELECT 1 FROM has_ended WHERE id IN (SELECT unhex(value) FROM json_each($1))) AS ended",
    "SELECT EXISTS (SELECT 1 FROM has_ended WHERE id = ANY($1)) AS ended",
);

/// Remembers that an access, or the mailbox of a person, has ended. Whoever is about to make something for it comes either
/// before, and is found; or after, and finds this.
pub async fn remember(tx: &mut Tx, id: Uuid, now: Timestamp) -> Result<(), Error> {
    turn::take(tx, &[subject(id)]).await?;
    let sql = "INSERT INTO has_ended (id, end_time) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING";
    tx.execute(sql, args![id, now]).await.map(|_| ())
}

/// Whether any of them has ended, and none ends until the transaction does.
pub async fn any(tx: &mut Tx, ids: Vec<Uuid>) -> Result<bool, Error> {
    let subjects: Vec<[u8; 32]> = ids.iter().copied().map(subject).collect();
    turn::take(tx, &subjects).await?;
    tx.one(ANY, args![ids], |row| row.get("ended")).await
}

/// Forgets up to `most` of those that ended before `before`; how many.
pub async fn forget(tx: &mut Tx, before: Timestamp, most: i64) -> Result<u64, Error> {
    let sql = "DELETE FROM has_ended WHERE id IN \
               (SELECT id FROM has_ended WHERE end_time < $1 ORDER BY end_time LIMIT $2)";
    tx.execute(sql, args![before, most]).await
}

/// What turns are taken over: they sort as the ids do, which is the order in which a batch of events takes them.
fn subject(id: Uuid) -> [u8; 32] {
    let mut subject = [0; 32];
    subject[..16].copy_from_slice(id.as_bytes());
    subject
}
