//! Letters sent ahead (M4): until they are published they stand under a mark that no reader of the table asks for, so that no
//! list, count, search, download or act can meet them.

use super::{read_mark, read_summary, summary_columns};
use crate::domain::message::{Arrival, NewMessage};
use crate::domain::post::Mark;
use crypto::DataKey;
use kernel::{MailboxId, MessageId, Timestamp};
use sql::{Error, Row, Sql, Tx, args};
use std::collections::HashMap;
use uuid::Uuid;

/// In front of the mark of a letter sent ahead: `ahead/public` is no mark.
const AHEAD: &str = "ahead/";

/// The mark as it is stored.
pub(super) fn stored_mark(message: &NewMessage) -> String {
    let mark = message.mark.as_str();
    if message.is_ahead { format!("{AHEAD}{mark}") } else { mark.to_owned() }
}

/// What decides on a waiting letter.
#[derive(Clone, Copy)]
pub(crate) struct AheadPost {
    /// Public or private, once it is there.
    pub(crate) mark: Mark,
    /// Whether it goes to the exempt too (X3).
    pub(crate) on_legal_basis: bool,
}

const POSTS: Sql = Sql::each(
    "SELECT m.id, substr(m.mark, 7) AS mark, m.legal_basis IS NOT NULL AS on_legal_basis \
     FROM sent_ahead a JOIN message m ON m.mailbox = a.mailbox AND m.id = a.message \
     WHERE a.message IN (SELECT unhex(value) FROM json_each($1)) AND m.mark LIKE 'ahead/%'",
    "SELECT m.id, substr(m.mark, 7) AS mark, m.legal_basis IS NOT NULL AS on_legal_basis \
     FROM sent_ahead a JOIN message m ON m.mailbox = a.mailbox AND m.id = a.message \
     WHERE a.message = ANY($1) AND m.mark LIKE 'ahead/%'",
);

/// What decides on each of these waiting letters.
pub(crate) async fn ahead_posts(tx: &mut Tx, letters: Vec<Uuid>) -> Result<HashMap<MessageId, AheadPost>, Error> {
    let read = |row: &Row| {
        let post = AheadPost { mark: read_mark(row)?, on_legal_basis: row.get("on_legal_basis")? };
        Ok((row.get("id")?, post))
    };
    Ok(tx.all(POSTS, args![letters], read).await?.into_iter().collect())
}

const PUBLISH: Sql = Sql::each(
    concat!(
        "UPDATE message SET mark = substr(mark, 7), available_time = $2 WHERE mark LIKE 'ahead/%' AND (mailbox, id) IN \
         (SELECT mailbox, message FROM sent_ahead WHERE message IN (SELECT unhex(value) FROM json_each($1))) \
         RETURNING mailbox, ",
        summary_columns!()
    ),
    concat!(
        "UPDATE message SET mark = substr(mark, 7), available_time = $2 WHERE mark LIKE 'ahead/%' AND (mailbox, id) IN \
         (SELECT mailbox, message FROM sent_ahead WHERE message = ANY($1)) RETURNING mailbox, ",
        summary_columns!()
    ),
);

/// Publishes waiting letters at `now`; each that was waiting, opened with the key of its mailbox, which is locked.
pub(crate) async fn publish(
    tx: &mut Tx,
    letters: Vec<Uuid>,
    now: Timestamp,
    keys: &HashMap<MailboxId, DataKey>,
) -> Result<Vec<Arrival>, Error> {
    let read = |row: &Row| {
        let mailbox: MailboxId = row.get("mailbox")?;
        let key = keys.get(&mailbox).ok_or_else(|| Error::corrupt("message.mailbox", "not locked"))?;
        let letter = read_summary(row, mailbox, key)?;
        let (id, mark, sender) = (letter.id, letter.mark, letter.sender);
        Ok(Arrival { mailbox, id, mark, sender, available_time: letter.available_time })
    };
    tx.all(PUBLISH, args![letters, now], read).await
}
