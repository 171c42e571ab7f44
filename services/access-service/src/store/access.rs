//! Table `access`: one row each.

use super::words;
use crate::domain::{Access, Expiry, Guardianship, Scope};
use kernel::{AccessId, Date, MailboxId, PersonId};
use sql::{Error, Row, Sql, Tx, args};
use uuid::Uuid;

/// The columns of a whole row.
macro_rules! columns {
    () => {
        "a.id, a.owner, a.reader, a.scope, a.post, a.version, a.state, a.end_reason, a.expires_on, \
         a.guardianship_reference, a.guardianship_ends_on, a.create_time, a.lapse_time, a.approve_time, a.end_time"
    };
}
pub(super) use columns;

/// A query for whole rows.
macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT ", $crate::store::access::columns!(), " FROM ", $rest)
    };
}
pub(super) use select;

pub(super) fn read(row: &Row) -> Result<Access, Error> {
    let expiry = date(row, "expires_on")?.map_or(Expiry::Never, Expiry::On);
    let reference: Option<String> = row.get("guardianship_reference")?;
    let guardianship = reference
        .zip(date(row, "guardianship_ends_on")?)
        .map(|(reference, end_date)| Guardianship { reference, end_date });
    let state = words::read_state(&row.get::<String>("state")?, row.get::<Option<String>>("end_reason")?.as_deref())?;
    Ok(Access {
        id: row.get("id")?,
        owner: row.get("owner")?,
        reader: row.get("reader")?,
        scope: words::read_scope(&row.get::<String>("scope")?, &row.get::<String>("post")?)?,
        version: row.get("version")?,
        state,
        expiry,
        guardianship,
        create_time: row.get("create_time")?,
        lapse_time: row.get("lapse_time")?,
        approve_time: row.get("approve_time")?,
        end_time: row.get("end_time")?,
    })
}

fn date(row: &Row, column: &'static str) -> Result<Option<Date>, Error> {
    let day: Option<String> = row.get(column)?;
    day.map(|day| Date::parse(&day).map_err(|_| Error::corrupt(column, "no date"))).transpose()
}

fn expires_on(access: &Access) -> Option<String> {
    match access.expiry {
        Expiry::On(day) => Some(day.to_string()),
        Expiry::Never => None,
    }
}

/// Writes a new access. False: the pair has a live one for the same post (rule A18).
pub async fn insert(tx: &mut Tx, access: &Access) -> Result<bool, Error> {
    let sql = "INSERT INTO access (id, owner, reader, scope, post, version, state, expires_on, guardianship_reference, \
               guardianship_ends_on, create_time, lapse_time, over_time) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING";
    let guardianship = access.guardianship.as_ref();
    let args = args![
        access.id,
        access.owner,
        access.reader,
        words::scope(access.scope),
        words::post(access.scope),
        access.version,
        words::state(access.state),
        expires_on(access),
        guardianship.map(|guardianship| guardianship.reference.as_str()),
        guardianship.map(|guardianship| guardianship.end_date.to_string()),
        access.create_time,
        access.lapse_time,
        access.over_time(),
    ];
    Ok(tx.execute(sql, args).await? == 1)
}

/// Writes the next version of an access that is locked.
pub async fn update(tx: &mut Tx, access: &Access) -> Result<(), Error> {
    let sql = "UPDATE access SET version = $3, state = $4, end_reason = $5, expires_on = $6, approve_time = $7, \
               end_time = $8, over_time = $9 WHERE id = $1 AND version = $2";
    let args = args![
        access.id,
        access.version - 1,
        access.version,
        words::state(access.state),
        access.state.end_reason().map(words::end_reason),
        expires_on(access),
        access.approve_time,
        access.end_time,
        access.over_time(),
    ];
    match tx.execute(sql, args).await? {
        1 => Ok(()),
        _ => Err(Error::corrupt("access.version", "not the one that was locked")),
    }
}

/// The access of this name.
pub async fn find(tx: &mut Tx, owner: MailboxId, id: AccessId) -> Result<Option<Access>, Error> {
    tx.optional(select!("access a WHERE a.id = $1 AND a.owner = $2"), args![id, owner], read).await
}

/// The access of this id, known to exist.
pub async fn get(tx: &mut Tx, id: Uuid) -> Result<Access, Error> {
    tx.one(select!("access a WHERE a.id = $1"), args![id], read).await
}

const LOCK: Sql = Sql::each(select!("access a WHERE a.id = $1"), select!("access a WHERE a.id = $1 FOR UPDATE"));

/// The access of this id, nobody else's to change until the transaction ends.
pub async fn lock(tx: &mut Tx, id: Uuid) -> Result<Option<Access>, Error> {
    tx.optional(LOCK, args![id], read).await
}

const LOCK_LIVE: Sql = Sql::each(
    select!("access a WHERE a.owner = $1 AND a.reader = $2 AND a.post = $3 AND a.end_time IS NULL"),
    select!("access a WHERE a.owner = $1 AND a.reader = $2 AND a.post = $3 AND a.end_time IS NULL FOR UPDATE"),
);

/// The access between two persons to the post of `scope` whose end is not stored, locked.
pub async fn lock_live(tx: &mut Tx, owner: PersonId, reader: PersonId, scope: Scope) -> Result<Option<Access>, Error> {
    tx.optional(LOCK_LIVE, args![owner, reader, words::post(scope)], read).await
}

const LOCK_ALL_LIVE: Sql = Sql::each(
    select!("access a WHERE a.end_time IS NULL AND (a.owner = $1 OR a.reader = $1) ORDER BY a.id"),
    select!("access a WHERE a.end_time IS NULL AND (a.owner = $1 OR a.reader = $1) ORDER BY a.id FOR UPDATE"),
);

/// Every access of `person`, on either side, whose end is not stored, locked. At most the two limits of accesses.
pub async fn lock_all_live(tx: &mut Tx, person: PersonId) -> Result<Vec<Access>, Error> {
    tx.all(LOCK_ALL_LIVE, args![person], read).await
}

/// How many live accesses `owner` has given.
pub async fn count_given(tx: &mut Tx, owner: PersonId) -> Result<i64, Error> {
    let sql = "SELECT COUNT(*) AS live FROM access WHERE owner = $1 AND end_time IS NULL";
    tx.one(sql, args![owner], |row| row.get("live")).await
}

/// How many live accesses `reader` has received.
pub async fn count_received(tx: &mut Tx, reader: PersonId) -> Result<i64, Error> {
    let sql = "SELECT COUNT(*) AS live FROM access WHERE reader = $1 AND end_time IS NULL";
    tx.one(sql, args![reader], |row| row.get("live")).await
}

const BY_IDS: Sql = Sql::each(
    select!("access a WHERE a.id IN (SELECT unhex(value) FROM json_each($1))"),
    select!("access a WHERE a.id = ANY($1)"),
);

/// The accesses of `ids`, in no order.
pub async fn by_ids(tx: &mut Tx, ids: Vec<Uuid>) -> Result<Vec<Access>, Error> {
    tx.all(BY_IDS, args![ids], read).await
}
