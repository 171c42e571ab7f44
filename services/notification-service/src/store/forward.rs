//! Forwarded letters in the ledger (M7). Nothing of a letter lies here, nor its address: a row has the forwarding's id.

use crate::domain::forward::ForwardName;
use kernel::{ForwardId, Timestamp};
use sql::{Error, Row, Sql, Tx, args};

/// A forwarded letter that is owed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// Which forwarding.
    pub name: ForwardName,
    /// How often it was tried to be sent.
    pub attempt_count: i64,
    /// Since when it is owed.
    pub create_time: Timestamp,
    /// The `traceparent` of the call that led to it, if that is known.
    pub traces: String,
}

/// Adds a letter to be sent. False: it was there.
pub async fn insert(tx: &mut Tx, name: ForwardName, trace: Option<String>, now: Timestamp) -> Result<bool, Error> {
    let sql = "INSERT INTO ledger (id, mailbox, kind, state, letter_count, open, attempt_count, tries, tries_since, \
               last_result, create_time, state_time, traces) VALUES ($1, $2, 'forward', 'owed', 0, FALSE, 0, 0, $3, '', $3, $3, $4) \
               ON CONFLICT (id) DO NOTHING";
    Ok(tx.execute(sql, args![name.id, name.mailbox, now, trace]).await? == 1)
}

/// Notes that a worker has claimed the letter.
pub async fn begin_sending(tx: &mut Tx, id: ForwardId, now: Timestamp) -> Result<(), Error> {
    let sql = "UPDATE ledger SET state = 'sending', state_time = $2 WHERE id = $1";
    tx.execute(sql, args![id, now]).await.map(|_| ())
}

/// Counts a try to send it.
pub async fn count_attempt(tx: &mut Tx, id: ForwardId) -> Result<(), Error> {
    let sql = "UPDATE ledger SET attempt_count = attempt_count + 1, tries = tries + 1 WHERE id = $1";
    tx.execute(sql, args![id]).await.map(|_| ())
}

const LOCK: Sql = Sql::each(
    "SELECT mailbox, attempt_count, create_time, traces FROM ledger WHERE id = $1",
    "SELECT mailbox, attempt_count, create_time, traces FROM ledger WHERE id = $1 FOR UPDATE",
);

/// The letter, kept from changing until the transaction ends.
pub async fn lock(tx: &mut Tx, id: ForwardId) -> Result<Entry, Error> {
    let read = |row: &Row| {
        Ok(Entry {
            name: ForwardName { mailbox: row.get("mailbox")?, id },
            attempt_count: row.get("attempt_count")?,
            create_time: row.get("create_time")?,
            traces: row.get::<Option<String>>("traces")?.unwrap_or_default(),
        })
    };
    tx.one(LOCK, args![id], read).await
}
