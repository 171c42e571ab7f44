//! Table `activity_export`: the ends of logs that are kept outside the database.

use super::Head;
use kernel::MailboxId;
use serde_json::json;
use sql::{Error, Row, Sql, Tx, args};
use uuid::Uuid;

/// Up to `limit` heads after `after` that have moved on since they were exported.
pub async fn moved_on(tx: &mut Tx, after: Uuid, limit: i64) -> Result<Vec<(MailboxId, Head)>, Error> {
    let sql = "SELECT h.mailbox, h.sequence, h.link FROM activity_head AS h \
               LEFT JOIN activity_export AS e ON e.mailbox = h.mailbox \
               WHERE h.mailbox > $1 AND (e.sequence IS NULL OR e.sequence < h.sequence) ORDER BY h.mailbox LIMIT $2";
    let read = |row: &Row| Ok((row.get("mailbox")?, Head { sequence: row.get("sequence")?, link: row.get("link")? }));
    tx.all(sql, args![after, limit], read).await
}

const NOTE: Sql = Sql::each(
    "INSERT INTO activity_export (mailbox, sequence) \
     SELECT unhex(value ->> 'mailbox'), value ->> 'sequence' FROM json_each($1) WHERE TRUE \
     ON CONFLICT (mailbox) DO UPDATE SET sequence = excluded.sequence WHERE activity_export.sequence < excluded.sequence",
    "INSERT INTO activity_export (mailbox, sequence) \
     SELECT r.mailbox, r.sequence FROM json_to_recordset($1::json) AS r(mailbox UUID, sequence BIGINT) \
     ORDER BY r.mailbox \
     ON CONFLICT (mailbox) DO UPDATE SET sequence = excluded.sequence WHERE activity_export.sequence < excluded.sequence",
);

/// Notes that these heads are exported.
pub async fn note(tx: &mut Tx, heads: &[(MailboxId, Head)]) -> Result<(), Error> {
    let heads = heads
        .iter()
        .map(|(mailbox, head)| json!({"mailbox": mailbox.as_uuid().simple().to_string(), "sequence": head.sequence}));
    tx.execute(NOTE, args![json!(heads.collect::<Vec<_>>()).to_string()]).await.map(|_| ())
}
