//! Pages of letters, newest first, by keyset on one index.

use super::{read_summary, summary_columns};
use crate::domain::acting::Acting;
use crate::domain::folder::Folder;
use crate::domain::message::{Cursor, Filter, Summary};
use crypto::DataKey;
use kernel::{MessageId, Timestamp};
use sql::{Error, Tx, Value, args};
use uuid::Uuid;

/// 0001-01-01 and the end of 9999: earlier and later than any letter, and within what both engines keep.
const EARLIEST: Timestamp = Timestamp::from_micros(-62_135_596_800_000_000);
const LATEST: Timestamp = Timestamp::from_micros(253_402_300_799_999_999);

/// `$columns` of a page of the letters that somebody sees: the one place that says which those are, for lists and search.
macro_rules! page_of {
    ($columns:expr, $folder:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM message WHERE mailbox = $1 AND ",
            $folder,
            " AND mark IN ($3, $4, $5, $12) AND (available_time, id) < ($6, $7) AND available_time >= $8 \
             AND ($9 IS NULL OR sender_cvr = $9) AND NOT ($10 AND is_read) ORDER BY available_time DESC, id DESC LIMIT $11"
        )
    };
}
pub(super) use page_of;

/// The values of [`page_of`]: up to `limit` letters that `acting` sees, after `cursor`.
pub(super) fn page_values(acting: &Acting, filter: &Filter, cursor: Option<Cursor>, limit: i64) -> Vec<Value> {
    let [first, second, third, fourth] = acting.visible_marks();
    // `before` is exclusive: no letter of that very moment, so the least id.
    let before = Cursor { available_time: filter.before.unwrap_or(LATEST), id: MessageId::from(Uuid::nil()) };
    let start = match cursor {
        Some(cursor) if cursor.available_time < before.available_time => cursor,
        _ => before,
    };
    args![
        acting.mailbox,
        filter.folder.unwrap_or(Folder::Bin).as_uuid(),
        first,
        second,
        third,
        start.available_time,
        start.id,
        filter.from.unwrap_or(EARLIEST),
        filter.sender.as_ref().map(kernel::CvrNumber::as_str),
        filter.unread_only,
        limit,
        fourth,
    ]
}

/// Up to `limit` letters that `acting` sees, after `cursor`.
pub async fn list(
    tx: &mut Tx,
    acting: &Acting,
    filter: &Filter,
    cursor: Option<Cursor>,
    limit: i64,
    key: &DataKey,
) -> Result<Vec<Summary>, Error> {
    let sql = match filter.folder {
        Some(_) => page_of!(summary_columns!(), "folder = $2"),
        None => page_of!(summary_columns!(), "folder <> $2"),
    };
    tx.all(sql, page_values(acting, filter, cursor, limit), |row| read_summary(row, acting.mailbox, key)).await
}
