//! Table `match_attempt`: tries to name a person.

use crate::domain::attempt::Try;
use crypto::LookupHash;
use kernel::Timestamp;
use sql::{Error, Row, Tx, args};
use uuid::Uuid;

/// The subject's tries after `since` that are not taken back, newest first, at most `most`.
pub async fn tries(tx: &mut Tx, subject: &LookupHash, since: Timestamp, most: i64) -> Result<Vec<Try>, Error> {
    let sql = "SELECT attempt_time, under_way FROM match_attempt WHERE subject = $1 AND attempt_time > $2 \
               ORDER BY attempt_time DESC LIMIT $3";
    let read = |row: &Row| Ok(Try { time: row.get("attempt_time")?, under_way: row.get("under_way")? });
    tx.all(sql, args![subject.as_bytes(), since, most], read).await
}

/// Whether this try of the subject's is noted.
pub async fn is_noted(tx: &mut Tx, id: Uuid, subject: &LookupHash) -> Result<bool, Error> {
    let sql = "SELECT id FROM match_attempt WHERE id = $1 AND subject = $2";
    Ok(tx.optional(sql, args![id, subject.as_bytes()], |row| row.get::<Uuid>("id")).await?.is_some())
}

/// Notes a try that begins.
pub async fn insert(tx: &mut Tx, id: Uuid, subject: &LookupHash, now: Timestamp) -> Result<(), Error> {
    let sql = "INSERT INTO match_attempt (id, subject, attempt_time, under_way) VALUES ($1, $2, $3, TRUE)";
    tx.execute(sql, args![id, subject.as_bytes(), now]).await.map(|_| ())
}

/// Notes that a try has missed.
pub async fn missed(tx: &mut Tx, id: Uuid) -> Result<(), Error> {
    tx.execute("UPDATE match_attempt SET under_way = FALSE WHERE id = $1", args![id]).await.map(|_| ())
}

/// Takes a try back: it was no miss.
pub async fn delete(tx: &mut Tx, id: Uuid) -> Result<(), Error> {
    tx.execute("DELETE FROM match_attempt WHERE id = $1", args![id]).await.map(|_| ())
}

/// Forgets tries from before `before`.
pub async fn delete_before(tx: &mut Tx, before: Timestamp) -> Result<(), Error> {
    tx.execute("DELETE FROM match_attempt WHERE attempt_time < $1", args![before]).await.map(|_| ())
}
