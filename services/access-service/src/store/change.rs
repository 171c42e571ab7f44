//! Tables `access_change` and `access_change_head`: every change of an access, numbered in the order of the commits.

use super::words;
use crate::domain::{Access, Scope, State};
use kernel::{AccessId, PersonId, Timestamp};
use sql::{Error, Row, Tx, args};

/// What an access was after a change.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Change {
    /// The change's place among all: 1, 2, 3, ... without a gap.
    pub number: i64,
    /// Of which access.
    pub access: AccessId,
    /// Whose post it is.
    pub owner: PersonId,
    /// Who may read it.
    pub reader: PersonId,
    /// What it covers.
    pub scope: Scope,
    /// The version that the change made.
    pub version: i64,
    /// Where in its life the access was then.
    pub state: State,
    /// When it was to expire.
    pub expire_time: Option<Timestamp>,
    /// When it was changed.
    pub time: Timestamp,
}

/// What a look at the changes found.
pub struct Page {
    /// The number of the latest change of all.
    pub latest: i64,
    /// The number of the latest change that is forgotten; 0: none is.
    pub forgotten: i64,
    /// The changes asked for, in order.
    pub changes: Vec<Change>,
}

/// Notes what `access` is now. Every other transaction that changes an access waits from here until this one ends: to be
/// called last.
pub async fn append(tx: &mut Tx, access: &Access) -> Result<(), Error> {
    let now = tx.now().await?;
    let next = "UPDATE access_change_head SET latest = latest + 1 RETURNING latest";
    let number: i64 = tx.one(next, args![], |row| row.get("latest")).await?;
    let sql = "INSERT INTO access_change (number, access, owner, reader, scope, post, version, state, end_reason, \
               expire_time, change_time) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    let args = args![
        number,
        access.id,
        access.owner,
        access.reader,
        words::scope(access.scope),
        words::post(access.scope),
        access.version,
        words::state(access.state),
        access.state.end_reason().map(words::end_reason),
        access.expire_time(),
        now,
    ];
    tx.execute(sql, args).await.map(|_| ())
}

/// Up to `most` changes after the one of `number`, and where the changes begin and end, as of one moment.
pub async fn after(tx: &mut Tx, number: i64, most: i64) -> Result<Page, Error> {
    let sql = "SELECT h.latest, h.forgotten, c.number, c.access, c.owner, c.reader, c.scope, c.post, c.version, c.state, \
               c.end_reason, c.expire_time, c.change_time FROM access_change_head h \
               LEFT JOIN (SELECT * FROM access_change WHERE number > $1 ORDER BY number LIMIT $2) c ON TRUE \
               ORDER BY c.number";
    let rows = tx.all(sql, args![number, most], |row| {
        let change = row.get::<Option<i64>>("number")?.map(|number| read(row, number)).transpose()?;
        Ok((row.get::<i64>("latest")?, row.get::<i64>("forgotten")?, change))
    });
    let rows = rows.await?;
    let &(latest, forgotten, _) = rows.first().ok_or_else(|| Error::corrupt("access_change_head", "no row"))?;
    Ok(Page { latest, forgotten, changes: rows.into_iter().filter_map(|(_, _, change)| change).collect() })
}

fn read(row: &Row, number: i64) -> Result<Change, Error> {
    Ok(Change {
        number,
        access: row.get("access")?,
        owner: row.get("owner")?,
        reader: row.get("reader")?,
        scope: words::read_scope(&row.get::<String>("scope")?, &row.get::<String>("post")?)?,
        version: row.get("version")?,
        state: words::read_state(&row.get::<String>("state")?, row.get::<Option<String>>("end_reason")?.as_deref())?,
        expire_time: row.get("expire_time")?,
        time: row.get("change_time")?,
    })
}

/// The number of the latest change from before `before`, if there is one to forget.
pub async fn latest_before(tx: &mut Tx, before: Timestamp) -> Result<Option<i64>, Error> {
    let sql = "SELECT number FROM access_change WHERE change_time < $1 ORDER BY change_time DESC, number DESC LIMIT 1";
    tx.optional(sql, args![before], |row| row.get("number")).await
}

/// Forgets the changes up to the one of `number`, and that there were any.
pub async fn forget_to(tx: &mut Tx, number: i64) -> Result<(), Error> {
    tx.execute("DELETE FROM access_change WHERE number <= $1", args![number]).await?;
    tx.execute("UPDATE access_change_head SET forgotten = $1 WHERE forgotten < $1", args![number]).await.map(|_| ())
}
