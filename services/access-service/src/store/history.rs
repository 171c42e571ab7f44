//! Table `access_history`: every change, for good.

use kernel::{AccessId, PersonId, Timestamp};
use sql::{Error, Tx, args};

/// What happened to an access.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// To which.
    pub access: AccessId,
    /// The version that it made.
    pub version: i64,
    /// What, in a word.
    pub act: &'static str,
    /// The party who did it; `None`: a caseworker, time or an event.
    pub person: Option<PersonId>,
    /// When.
    pub time: Timestamp,
}

/// Writes an entry. There is no way to change or delete one.
pub async fn append(tx: &mut Tx, entry: Entry) -> Result<(), Error> {
    let sql = "INSERT INTO access_history (access, version, act, person, change_time) VALUES ($1, $2, $3, $4, $5)";
    tx.execute(sql, args![entry.access, entry.version, entry.act, entry.person, entry.time]).await.map(|_| ())
}
