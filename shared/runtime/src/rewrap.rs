//! Rotation of wrapping keys while the service goes on: each data key is wrapped anew by the active key, row by row, and what
//! it seals stays as it is.

use anyhow::Context as _;
use crypto::{Keyring, SealError, WrappedKey};
use kernel::SystemRandom;
use sql::{Db, Error, Row, Sql, Tx, args};
use std::fmt::Write as _;
use uuid::Uuid;

/// Rows of one transaction: few enough that nobody waits long for one of them.
const BATCH: i64 = 100;

/// A table whose rows have a data key each, in columns `id`, `key_id` and `wrapped_key`. Made by [`crate::wrapped_table!`].
#[derive(Clone, Copy)]
pub struct WrappedTable {
    /// Its name.
    pub name: &'static str,
    /// Up to `$3` rows after `$2` that another key than `$1` wraps, locked.
    pub next: Sql,
    /// Writes the key `$1` and the wrapped keys in `$2`.
    pub write: Sql,
    /// What the key of a row was sealed for.
    pub place: fn(Uuid) -> String,
}

/// The [`WrappedTable`] of this name, with the place of its rows' keys.
#[macro_export]
macro_rules! wrapped_table {
    ($name:literal, $place:expr) => {
        $crate::WrappedTable {
            name: $name,
            next: sql::Sql::each(
                concat!(
                    "SELECT id, key_id, wrapped_key FROM ",
                    $name,
                    " WHERE id > $2 AND key_id <> $1 ORDER BY id LIMIT $3"
                ),
                concat!(
                    "SELECT id, key_id, wrapped_key FROM ",
                    $name,
                    " WHERE id > $2 AND key_id <> $1 ORDER BY id LIMIT $3 FOR UPDATE"
                ),
            ),
            write: sql::Sql::each(
                concat!(
                    "UPDATE ",
                    $name,
                    " SET key_id = $1, wrapped_key = unhex(r.value ->> 'key') \
                     FROM json_each($2) AS r WHERE ",
                    $name,
                    ".id = unhex(r.value ->> 'id')"
                ),
                concat!(
                    "UPDATE ",
                    $name,
                    " SET key_id = $1, wrapped_key = decode(r.key, 'hex') \
                     FROM json_to_recordset($2::json) AS r(id UUID, key TEXT) WHERE ",
                    $name,
                    ".id = r.id"
                ),
            ),
            place: $place,
        }
    };
}

/// What became of the keys of a table.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Rewrapped {
    /// Wrapped by the active key now.
    pub done: u64,
    /// Not: the key that wraps them is not in the key file, or does not open them.
    pub failed: u64,
}

/// Wraps all data keys of a table by the active key. In batches, each a transaction: stopped at any moment, it goes on where it
/// stopped; two at once share the work; what is written meanwhile is right either way.
pub async fn rewrap(db: &Db, keyring: &Keyring, table: WrappedTable) -> Result<Rewrapped, Error> {
    let (mut sum, mut after) = (Rewrapped::default(), Uuid::nil());
    loop {
        let keyring = keyring.clone();
        let batch = db.write(move |tx| Box::pin(async move { rewrap_batch(tx, &keyring, table, after).await })).await?;
        sum.done += batch.sum.done;
        sum.failed += batch.sum.failed;
        let Some(last) = batch.last else { return Ok(sum) };
        after = last;
    }
}

struct Batch {
    sum: Rewrapped,
    /// The last row looked at; none: there are no more.
    last: Option<Uuid>,
}

async fn rewrap_batch(tx: &mut Tx, keyring: &Keyring, table: WrappedTable, after: Uuid) -> Result<Batch, Error> {
    let read = |row: &Row| {
        let wrapped = WrappedKey { key_id: row.get("key_id")?, bytes: row.get("wrapped_key")? };
        Ok((row.get::<Uuid>("id")?, wrapped))
    };
    let rows = tx.all(table.next, args![keyring.active(), after, BATCH], read).await?;
    let mut batch = Batch { sum: Rewrapped::default(), last: rows.last().map(|(id, _)| *id) };
    let mut json = String::new();
    for (id, wrapped) in rows {
        match keyring.rewrap(&(table.place)(id), &wrapped, &SystemRandom) {
            Ok(wrapped) => {
                let separator = if json.is_empty() { "[" } else { "," };
                // Writing to a String does not fail.
                let _ = write!(json, r#"{separator}{{"id":"{}","key":"{}"}}"#, id.simple(), Hex(&wrapped.bytes));
                batch.sum.done += 1;
            }
            Err(SealError) => batch.sum.failed += 1,
        }
    }
    if batch.sum.done > 0 {
        json.push(']');
        tx.execute(table.write, args![keyring.active(), json]).await?;
    }
    Ok(batch)
}

struct Hex<'b>(&'b [u8]);

impl std::fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// The command: re-wraps the tables and says what became of each. True: nothing in them needs another key than the active
/// one any more, so that the others can leave the key file once every process has the new one.
pub async fn rewrap_all(db: &Db, keyring: &Keyring, tables: &[WrappedTable]) -> anyhow::Result<bool> {
    let mut all = true;
    for table in tables {
        let Rewrapped { done, failed } = rewrap(db, keyring, *table).await.context(table.name)?;
        println!("{}: {done} keys wrapped by {:?}, {failed} can't be", table.name, keyring.active());
        all &= failed == 0;
    }
    Ok(all)
}
