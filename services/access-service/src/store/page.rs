//! Table `access`: the lists, a page at a time.

use super::access::{read, select};
use crate::domain::Access;
use kernel::{AccessId, MailboxId, PersonId, Portal, Timestamp};
use sql::{Error, Tx, Value, args};
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

/// Which part of a list.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// Whose list.
    pub person: PersonId,
    /// Where it is shown, which decides whose private post it may be about; `None`: at a municipality, public post only.
    pub portal: Option<Portal>,
    /// The present.
    pub now: Timestamp,
    /// Begin after this place.
    pub after: Cursor,
    /// At most so many.
    pub most: i64,
}

impl Part {
    /// Person, present, the three parts of the cursor, the limit, and the post beside public that is shown.
    fn args(&self) -> Vec<Value> {
        let Self { person, now, after, most, .. } = *self;
        args![person, now, after.time, after.owner, after.id, most, self.post()]
    }

    fn post(&self) -> &'static str {
        self.portal.map_or("public", Portal::as_str)
    }
}

/// Accesses that the person has given and that live, newest first.
pub async fn given(tx: &mut Tx, part: Part) -> Result<Vec<Access>, Error> {
    let sql = select!(
        "access a WHERE a.owner = $1 AND a.end_time IS NULL AND (a.over_time IS NULL OR a.over_time > $2) \
         AND (a.create_time, a.owner, a.id) < ($3, $4, $5) AND a.post IN ('public', $7) \
         ORDER BY a.create_time DESC, a.id DESC LIMIT $6"
    );
    tx.all(sql, part.args(), read).await
}

/// Accesses that the person has received and that live, newest first.
pub async fn received(tx: &mut Tx, part: Part) -> Result<Vec<Access>, Error> {
    let sql = select!(
        "access a WHERE a.reader = $1 AND a.end_time IS NULL AND (a.over_time IS NULL OR a.over_time > $2) \
         AND (a.create_time, a.owner, a.id) < ($3, $4, $5) AND a.post IN ('public', $7) \
         ORDER BY a.create_time DESC, a.owner DESC, a.id DESC LIMIT $6"
    );
    tx.all(sql, part.args(), read).await
}

/// Every access by which a mailbox is open to `reader` in `portal` at `now`. At most the limit of received accesses.
pub async fn open(tx: &mut Tx, reader: PersonId, portal: Portal, now: Timestamp) -> Result<Vec<Access>, Error> {
    let sql = select!(
        "access a WHERE a.reader = $1 AND a.end_time IS NULL AND a.state = 'active' \
         AND (a.over_time IS NULL OR a.over_time > $2) AND a.post IN ('public', $3)"
    );
    tx.all(sql, args![reader, now, portal.as_str()], read).await
}

/// Accesses that the person had given and that are over, stored as such or not, latest end first.
pub async fn over_for_owner(tx: &mut Tx, part: Part) -> Result<Vec<Access>, Error> {
    let sql = select!(
        "access a WHERE a.owner = $1 AND a.over_time <= $2 AND (a.over_time, a.owner, a.id) < ($3, $4, $5) \
         AND a.post IN ('public', $7) ORDER BY a.over_time DESC, a.id DESC LIMIT $6"
    );
    tx.all(sql, part.args(), read).await
}

/// Accesses that the person had received and that are over, stored as such or not, latest end first.
pub async fn over_for_reader(tx: &mut Tx, part: Part) -> Result<Vec<Access>, Error> {
    let sql = select!(
        "access a WHERE a.reader = $1 AND a.over_time <= $2 AND (a.over_time, a.owner, a.id) < ($3, $4, $5) \
         AND a.post IN ('public', $7) ORDER BY a.over_time DESC, a.owner DESC, a.id DESC LIMIT $6"
    );
    tx.all(sql, part.args(), read).await
}

/// Accesses that the person has ever given, newest first. The present plays no part.
pub async fn ever_given(tx: &mut Tx, part: Part) -> Result<Vec<Access>, Error> {
    let sql = select!(
        "access a WHERE a.owner = $1 AND (a.create_time, a.owner, a.id) < ($2, $3, $4) AND a.post IN ('public', $6) \
         ORDER BY a.create_time DESC, a.id DESC LIMIT $5"
    );
    let Part { person, after, most, .. } = part;
    tx.all(sql, args![person, after.time, after.owner, after.id, most, part.post()], read).await
}

/// Accesses that the person has ever received, newest first. The present plays no part.
pub async fn ever_received(tx: &mut Tx, part: Part) -> Result<Vec<Access>, Error> {
    let sql = select!(
        "access a WHERE a.reader = $1 AND (a.create_time, a.owner, a.id) < ($2, $3, $4) AND a.post IN ('public', $6) \
         ORDER BY a.create_time DESC, a.owner DESC, a.id DESC LIMIT $5"
    );
    let Part { person, after, most, .. } = part;
    tx.all(sql, args![person, after.time, after.owner, after.id, most, part.post()], read).await
}
