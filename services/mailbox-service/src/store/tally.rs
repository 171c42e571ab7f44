//! Table `tally`: moments that count against limits.

use crypto::LookupHash;
use kernel::limit::{self, Limit};
use kernel::{Random, Timestamp, id};
use sql::{Error, Tx, args};
use std::time::Duration;

/// How long to wait until `subject` is within `limits` again; `None`: it is now. Ask only when it is one's turn over the
/// subject ([`sql::turn`]), and until the transaction ends nobody else counts.
pub async fn wait(tx: &mut Tx, subject: &LookupHash, limits: &[Limit]) -> Result<Option<Duration>, Error> {
    let now = tx.now().await?;
    let most = limits.iter().map(|limit| limit.most).max().unwrap_or(0);
    let longest = limits.iter().map(|limit| limit.window).max().unwrap_or_default();
    let sql = "SELECT moment FROM tally WHERE subject = $1 AND moment > $2 ORDER BY moment DESC LIMIT $3";
    let values = args![subject.as_bytes(), now.minus(longest), i64::try_from(most).unwrap_or(i64::MAX)];
    let moments: Vec<Timestamp> = tx.all(sql, values, |row| row.get("moment")).await?;
    Ok(limit::wait(&moments, limits, now))
}

/// Counts this moment.
pub async fn count(tx: &mut Tx, subject: &LookupHash, random: &dyn Random) -> Result<(), Error> {
    let now = tx.now().await?;
    let sql = "INSERT INTO tally (subject, id, moment) VALUES ($1, $2, $3)";
    tx.execute(sql, args![subject.as_bytes(), id::new_uuid(now, random), now]).await.map(|_| ())
}

/// Whether there are moments from before `before`.
pub async fn any_before(tx: &mut Tx, before: Timestamp) -> Result<bool, Error> {
    let sql = "SELECT 1 FROM tally WHERE moment < $1 LIMIT 1";
    Ok(tx.optional(sql, args![before], |_| Ok(())).await?.is_some())
}

/// Forgets moments from before `before`.
pub async fn forget(tx: &mut Tx, before: Timestamp) -> Result<(), Error> {
    tx.execute("DELETE FROM tally WHERE moment < $1", args![before]).await.map(|_| ())
}
