//! Reading logs to check them: all of them, page by page, in the order of mailbox and sequence.

use super::{Head, Record, columns};
use crate::domain::activity_check::{End, Linked};
use kernel::MailboxId;
use serde_json::json;
use sql::{Error, Row, Sql, Tx, args};
use uuid::Uuid;

/// Up to `limit` entries after `after`, each with the head of its log as the same statement saw it: what is appended
/// meanwhile is no contradiction.
pub async fn page(tx: &mut Tx, after: (Uuid, i64), limit: i64) -> Result<Vec<(Record, Linked)>, Error> {
    let sql = concat!(
        "SELECT a.*, h.sequence AS head_sequence, h.link AS head_link FROM (SELECT ",
        columns!(),
        ", link FROM activity WHERE (mailbox, sequence) > ($1, $2) ORDER BY mailbox, sequence LIMIT $3) AS a \
         LEFT JOIN activity_head AS h ON h.mailbox = a.mailbox ORDER BY a.mailbox, a.sequence"
    );
    let read = |row: &Row| {
        let record = Record::read(row)?;
        let head: Option<i64> = row.get("head_sequence")?;
        let end = head.map(|sequence| Ok::<_, Error>(End { sequence, link: row.get("head_link")? })).transpose()?;
        let mailbox = MailboxId::from(record.mailbox);
        let linked = Linked { mailbox, sequence: record.sequence, link: row.get("link")?, end };
        Ok((record, linked))
    };
    tx.all(sql, args![after.0, after.1, limit], read).await
}

/// Up to `limit` mailboxes after `after` whose head knows of entries of which there are none.
pub async fn emptied(tx: &mut Tx, after: Uuid, limit: i64) -> Result<Vec<MailboxId>, Error> {
    let sql = "SELECT h.mailbox FROM activity_head AS h WHERE h.mailbox > $1 \
               AND NOT EXISTS (SELECT 1 FROM activity AS a WHERE a.mailbox = h.mailbox) ORDER BY h.mailbox LIMIT $2";
    tx.all(sql, args![after, limit], |row| row.get("mailbox")).await
}

/// Up to `limit` mailboxes after `after` that have letters and no head: no letter comes without an entry.
pub async fn without_head(tx: &mut Tx, after: Uuid, limit: i64) -> Result<Vec<MailboxId>, Error> {
    let sql = "SELECT p.id FROM person AS p WHERE p.id > $1 \
               AND NOT EXISTS (SELECT 1 FROM activity_head AS h WHERE h.mailbox = p.id) \
               AND EXISTS (SELECT 1 FROM message AS m WHERE m.mailbox = p.id) ORDER BY p.id LIMIT $2";
    tx.all(sql, args![after, limit], |row| row.get("id")).await
}

const LINKS: Sql = Sql::each(
    "SELECT a.mailbox, a.sequence, a.link FROM json_each($1) AS r JOIN activity AS a \
     ON a.mailbox = unhex(r.value ->> 'mailbox') AND a.sequence = r.value ->> 'sequence'",
    "SELECT a.mailbox, a.sequence, a.link FROM json_to_recordset($1::json) AS r(mailbox UUID, sequence BIGINT) \
     JOIN activity AS a ON a.mailbox = r.mailbox AND a.sequence = r.sequence",
);

/// The entries that these are the ends of, as they are now; those that are not there are left out.
pub async fn links(tx: &mut Tx, ends: &[(MailboxId, i64)]) -> Result<Vec<(MailboxId, Head)>, Error> {
    let ends = ends
        .iter()
        .map(|(mailbox, sequence)| json!({"mailbox": mailbox.as_uuid().simple().to_string(), "sequence": sequence}));
    let ends = json!(ends.collect::<Vec<_>>()).to_string();
    let read = |row: &Row| Ok((row.get("mailbox")?, Head { sequence: row.get("sequence")?, link: row.get("link")? }));
    tx.all(LINKS, args![ends], read).await
}
