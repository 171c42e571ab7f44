//! When codes were made, for the limits (N8).

use crypto::LookupHash;
use kernel::Timestamp;
use sql::{Error, Sql, Tx, args};
use uuid::Uuid;

const GATE: Sql = Sql::each("SELECT $1", "SELECT pg_advisory_xact_lock($1)");

/// Lets only one transaction at a time count and add for `subject`. SQLite's writers take turns anyway.
pub async fn gate(tx: &mut Tx, subject: LookupHash) -> Result<(), Error> {
    let number = subject.as_bytes().first_chunk().copied().map_or(0, i64::from_be_bytes);
    tx.execute(GATE, args![number]).await.map(|_| ())
}

/// When codes were made for `subject` after `after`, oldest first. The limits keep the list short.
pub async fn moments(tx: &mut Tx, subject: LookupHash, after: Timestamp) -> Result<Vec<Timestamp>, Error> {
    let sql = "SELECT make_time FROM code_made WHERE subject = $1 AND make_time > $2 ORDER BY make_time";
    tx.all(sql, args![subject.as_bytes(), after], |row| row.get("make_time")).await
}

/// Counts the code whose e-mail is `email` for `subject`.
pub async fn add(tx: &mut Tx, subject: LookupHash, email: Uuid, now: Timestamp) -> Result<(), Error> {
    let sql = "INSERT INTO code_made (subject, make_time, id) VALUES ($1, $2, $3)";
    tx.execute(sql, args![subject.as_bytes(), now, email]).await.map(|_| ())
}

/// Forgets what no limit counts any more.
pub async fn forget(tx: &mut Tx, before: Timestamp) -> Result<(), Error> {
    tx.execute("DELETE FROM code_made WHERE make_time < $1", args![before]).await.map(|_| ())
}
