//! When codes were made, for the limits (N8).

use crypto::LookupHash;
use kernel::Timestamp;
use sql::{Error, Tx, args};
use uuid::Uuid;

/// When codes were made for `subject` after `after`, newest first. The limits keep the list short.
pub async fn moments(tx: &mut Tx, subject: LookupHash, after: Timestamp) -> Result<Vec<Timestamp>, Error> {
    let sql = "SELECT make_time FROM code_made WHERE subject = $1 AND make_time > $2 ORDER BY make_time DESC";
    tx.all(sql, args![subject.as_bytes(), after], |row| row.get("make_time")).await
}

/// Counts the code whose e-mail is `email` for `subject`.
pub async fn add(tx: &mut Tx, subject: LookupHash, email: Uuid, now: Timestamp) -> Result<(), Error> {
    let sql = "INSERT INTO code_made (subject, make_time, id) VALUES ($1, $2, $3)";
    tx.execute(sql, args![subject.as_bytes(), now, email]).await.map(|_| ())
}

/// Forgets up to `most` of those that no limit counts any more; how many.
pub async fn forget(tx: &mut Tx, before: Timestamp, most: i64) -> Result<u64, Error> {
    let sql = "DELETE FROM code_made WHERE (subject, make_time, id) IN \
               (SELECT subject, make_time, id FROM code_made WHERE make_time < $1 ORDER BY make_time LIMIT $2)";
    tx.execute(sql, args![before, most]).await
}
