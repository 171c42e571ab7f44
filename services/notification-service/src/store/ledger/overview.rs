//! The ledger, counted and listed for operators.

use super::kind;
use crate::domain::ledger::State;
use crate::domain::overview::{Cursor, Filter, Shown, Summary};
use kernel::{LedgerEntryId, Timestamp};
use sql::{Error, Glimpse, Row, Sql, Tx, args, present_columns};
use uuid::Uuid;

macro_rules! count {
    ($engine:ident, $which:literal) => {
        concat!(
            "SELECT state, kind, CAST(COUNT(*) AS BIGINT) AS many, MIN(create_time) AS oldest, ",
            present_columns!($engine),
            " FROM ledger ",
            $which,
            " GROUP BY state, kind ORDER BY state, kind"
        )
    };
}

/// In one statement, so that an e-mail that is just being sent is counted once.
const ALL: Sql = Sql::each(count!(sqlite, ""), count!(postgres, ""));

macro_rules! owed {
    ($engine:ident) => {
        count!($engine, "WHERE state IN ('owed', 'sending', 'parked')")
    };
}

const OWED: Sql = Sql::each(owed!(sqlite), owed!(postgres));

/// Every e-mail by state and kind, and the age of the oldest that is owed, at one moment.
pub async fn summary(tx: &mut Tx) -> Result<Summary, Error> {
    count(tx, ALL).await
}

/// The same of those that are still owed: few, however long the ledger is.
pub async fn owed(tx: &mut Tx) -> Result<Summary, Error> {
    count(tx, OWED).await
}

async fn count(tx: &mut Tx, sql: Sql) -> Result<Summary, Error> {
    let read = |row: &Row| {
        let oldest: Timestamp = row.get("oldest")?;
        Ok(((state(row)?, kind(row)?, row.get("many")?), oldest, Glimpse::read(row)?))
    };
    let rows = tx.all(sql, args![], read).await?;
    let Some((_, _, glimpse)) = rows.first() else { return Ok(Summary::default()) };
    let now = tx.now_from(*glimpse);
    let owed = rows.iter().filter(|((state, ..), ..)| state.is_owed()).map(|(_, oldest, _)| *oldest);
    Ok(Summary {
        oldest_owed: owed.min().map(|oldest| (oldest, now.since(oldest))),
        counts: rows.into_iter().map(|(count, ..)| count).collect(),
    })
}

/// When an owed e-mail is tried next lies with the queue it waits in.
macro_rules! page {
    ($which:literal) => {
        concat!(
            "SELECT l.id, l.kind, l.state, l.attempt_count, l.last_result, l.letter_count, l.create_time, l.state_time, ",
            "d.due AS next_attempt_time FROM ledger l ",
            "LEFT JOIN due_work d ON d.queue IN ('email', 'email_awaited', 'forward') AND d.id = l.id AND l.state = 'owed' ",
            "WHERE (l.create_time, l.id) > ($1, $2) ",
            $which,
            " ORDER BY l.create_time, l.id LIMIT $3"
        )
    };
}

/// Up to `limit` e-mails after `cursor`, oldest first.
pub async fn page(tx: &mut Tx, filter: Filter, cursor: Option<Cursor>, limit: i64) -> Result<Vec<Shown>, Error> {
    let (time, id) = cursor.map_or((Timestamp::from_micros(0), Uuid::nil()), |at| (at.create_time, at.id.as_uuid()));
    match (filter.state.map(State::as_str), filter.kind.map(super::Kind::as_str)) {
        (None, None) => tx.all(page!(""), args![time, id, limit], shown).await,
        (Some(state), None) => tx.all(page!("AND l.state = $4"), args![time, id, limit, state], shown).await,
        (None, Some(kind)) => tx.all(page!("AND l.kind = $4"), args![time, id, limit, kind], shown).await,
        (Some(state), Some(kind)) => {
            tx.all(page!("AND l.state = $4 AND l.kind = $5"), args![time, id, limit, state, kind], shown).await
        }
    }
}

const STATES: Sql = Sql::each(
    "SELECT id, state FROM ledger WHERE id IN (SELECT unhex(value) FROM json_each($1))",
    "SELECT id, state FROM ledger WHERE id = ANY($1)",
);

/// Where those of `ids` stand that there are.
pub async fn states(tx: &mut Tx, ids: Vec<Uuid>) -> Result<Vec<(Uuid, State)>, Error> {
    tx.all(STATES, args![ids], |row| Ok((row.get("id")?, state(row)?))).await
}

fn shown(row: &Row) -> Result<Shown, Error> {
    Ok(Shown {
        id: row.get::<LedgerEntryId>("id")?,
        kind: kind(row)?,
        state: state(row)?,
        attempt_count: row.get("attempt_count")?,
        next_attempt_time: row.get("next_attempt_time")?,
        last_result: row.get("last_result")?,
        letter_count: row.get("letter_count")?,
        create_time: row.get("create_time")?,
        state_time: row.get("state_time")?,
    })
}

fn state(row: &Row) -> Result<State, Error> {
    let word: String = row.get("state")?;
    State::from_word(&word).ok_or_else(|| Error::corrupt("ledger.state", "unknown word"))
}
