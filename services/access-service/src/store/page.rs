//! Table `access`: the lists, a page at a time.

use super::access::{read, select};
use crate::domain::Access;
use kernel::{AccessId, MailboxId, PersonId, Timestamp};
use sql::{Error, Tx, args};
use uuid::Uuid;

/// A place in a list that is ordered by a time and then by name, latest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Cursor {
    /// The time by which the list is ordered.
    pub time: Timestamp,
    /// The first part of the access's name.
    pub owner: MailboxId,
    /// The second.
    pub id: AccessId,
}

/// The end of the year 9999, later than any time in the table.
const LATEST: Timestamp = Timestamp::from_micros(253_402_214_400_000_000);

impl Cursor {
    /// Before the first item of every list.
    pub fn start() -> Self {
        Self { time: LATEST, owner: PersonId::from(Uuid::max()), id: AccessId::from(Uuid::max()) }
    }

    /// The place of `access` in a list by time of creation.
    pub fn by_creation(access: &Access) -> Self {
        Self { time: access.create_time, owner: access.owner, id: access.id }
    }

    /// The place of `access` in a list by time of its end.
    pub fn by_end(access: &Access) -> Self {
        Self { time: access.end_time.unwrap_or(access.create_time), owner: access.owner, id: access.id }
    }
}

/// Accesses that `owner` has given and that live at `now`, after `cursor`, newest first.
pub async fn given(
    tx: &mut Tx,
    owner: PersonId,
    now: Timestamp,
    after: Cursor,
    most: i64,
) -> Result<Vec<Access>, Error> {
    let sql = select!(
        "access a WHERE a.owner = $1 AND a.end_time IS NULL AND (a.over_time IS NULL OR a.over_time > $2) \
         AND (a.create_time, a.owner, a.id) < ($3, $4, $5) ORDER BY a.create_time DESC, a.id DESC LIMIT $6"
    );
    tx.all(sql, args![owner, now, after.time, after.owner, after.id, most], read).await
}

/// Accesses that `reader` has received and that live at `now`, after `cursor`, newest first.
pub async fn received(
    tx: &mut Tx,
    reader: PersonId,
    now: Timestamp,
    after: Cursor,
    most: i64,
) -> Result<Vec<Access>, Error> {
    let sql = select!(
        "access a WHERE a.reader = $1 AND a.end_time IS NULL AND (a.over_time IS NULL OR a.over_time > $2) \
         AND (a.create_time, a.owner, a.id) < ($3, $4, $5) ORDER BY a.create_time DESC, a.owner DESC, a.id DESC LIMIT $6"
    );
    tx.all(sql, args![reader, now, after.time, after.owner, after.id, most], read).await
}

/// Every access by which a mailbox is open to `reader` at `now`. At most the limit of received accesses.
pub async fn open(tx: &mut Tx, reader: PersonId, now: Timestamp) -> Result<Vec<Access>, Error> {
    let sql = select!(
        "access a WHERE a.reader = $1 AND a.end_time IS NULL AND a.state = 'active' \
         AND (a.over_time IS NULL OR a.over_time > $2)"
    );
    tx.all(sql, args![reader, now], read).await
}

/// Accesses that `owner` had given and that are over at `now`, stored as such or not, latest end first.
pub async fn over_for_owner(
    tx: &mut Tx,
    owner: PersonId,
    now: Timestamp,
    after: Cursor,
    most: i64,
) -> Result<Vec<Access>, Error> {
    let sql = select!(
        "access a WHERE a.owner = $1 AND a.over_time <= $2 AND (a.over_time, a.owner, a.id) < ($3, $4, $5) \
         ORDER BY a.over_time DESC, a.id DESC LIMIT $6"
    );
    tx.all(sql, args![owner, now, after.time, after.owner, after.id, most], read).await
}

/// Accesses that `reader` had received and that are over at `now`, stored as such or not, latest end first.
pub async fn over_for_reader(
    tx: &mut Tx,
    reader: PersonId,
    now: Timestamp,
    after: Cursor,
    most: i64,
) -> Result<Vec<Access>, Error> {
    let sql = select!(
        "access a WHERE a.reader = $1 AND a.over_time <= $2 AND (a.over_time, a.owner, a.id) < ($3, $4, $5) \
         ORDER BY a.over_time DESC, a.owner DESC, a.id DESC LIMIT $6"
    );
    tx.all(sql, args![reader, now, after.time, after.owner, after.id, most], read).await
}
