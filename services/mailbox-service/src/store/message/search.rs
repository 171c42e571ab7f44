//! What searching reads: the tags of one chunk of a mailbox's letters after the other, and the text of what they hint at.

use super::list::{page_of, page_values};
use super::tags::Tags;
use super::{read_summary, row_place, summary_columns};
use crate::domain::acting::Acting;
use crate::domain::message::{Cursor, Filter, Summary};
use crate::store::sealed::{closed, open, place};
use crypto::DataKey;
use kernel::MessageId;
use sql::{Error, Row, Sql, Tx, args};
use uuid::Uuid;

/// A letter as far as searching has looked at it.
pub struct Scanned {
    /// Which, and where in the order.
    pub at: Cursor,
    /// Its tags.
    pub tags: Tags,
}

/// The tags of up to `limit` letters that `acting` sees, after `cursor`, newest first.
pub async fn scan(
    tx: &mut Tx,
    acting: &Acting,
    filter: &Filter,
    cursor: Option<Cursor>,
    limit: i64,
    key: &DataKey,
) -> Result<Vec<Scanned>, Error> {
    let read = |row: &Row| {
        let at = Cursor { available_time: row.get("available_time")?, id: row.get("id")? };
        let sealed: Vec<u8> = row.get("tags")?;
        let place = place("message.tags", row_place(acting.mailbox, at.id));
        Ok(Scanned { at, tags: Tags::open(&sealed, &place, key).map_err(closed("message.tags"))? })
    };
    let sql = match filter.folder {
        Some(_) => page_of!("id, available_time, tags", "folder = $2"),
        None => page_of!("id, available_time, tags", "folder <> $2"),
    };
    tx.all(sql, page_values(acting, filter, cursor, limit), read).await
}

/// Up to `limit` unserved messages for service among the letters that `acting` sees, newest first. They are few, and an
/// index of their own holds them.
pub async fn unserved_in(tx: &mut Tx, acting: &Acting, filter: &Filter, limit: i64) -> Result<Vec<MessageId>, Error> {
    let sql = match filter.folder {
        Some(_) => page_of!("id", "folder = $2 AND service_state = 'unserved'"),
        None => page_of!("id", "folder <> $2 AND service_state = 'unserved'"),
    };
    tx.all(sql, page_values(acting, filter, None, limit), |row| row.get("id")).await
}

/// A letter with the texts that are searched.
pub struct Text {
    /// What lists show, sender and subject among it.
    pub summary: Summary,
    /// The text.
    pub body: String,
}

const TEXTS: Sql = Sql::each(
    concat!(
        "SELECT ",
        summary_columns!(),
        ", body FROM message WHERE mailbox = $1 AND id IN (SELECT unhex(value) FROM json_each($2)) \
         AND mark IN ($3, $4, $5, $6)"
    ),
    concat!(
        "SELECT ",
        summary_columns!(),
        ", body FROM message WHERE mailbox = $1 AND id = ANY($2) AND mark IN ($3, $4, $5, $6)"
    ),
);

/// Those of the letters that `acting` sees, newest first.
pub async fn texts(tx: &mut Tx, acting: &Acting, ids: &[MessageId], key: &DataKey) -> Result<Vec<Text>, Error> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.as_uuid()).collect();
    let [first, second, third, fourth] = acting.visible_marks();
    let read = |row: &Row| {
        let summary = read_summary(row, acting.mailbox, key)?;
        let at = row_place(acting.mailbox, summary.id);
        Ok(Text { body: open(key, "message.body", &at, &row.get::<Vec<u8>>("body")?)?, summary })
    };
    let mut texts = tx.all(TEXTS, args![acting.mailbox, ids, first, second, third, fourth], read).await?;
    texts.sort_by_key(|text| std::cmp::Reverse((text.summary.available_time, text.summary.id)));
    Ok(texts)
}
