//! Tables `activity` and `activity_head`: the log of each mailbox, a chain of entries (R13).
//!
//! What was done is appended in the transaction that did it, after all else: the head is locked last. Each entry's link
//! is a keyed hash of the entry and the link before it, so that without the key no entry can be altered, taken out or
//! put elsewhere. The link is made of the row as it is stored, sealed where it is sealed: who checks a chain reads nobody's
//! name, and replacing the keys that wrap data keys changes nothing.

pub mod check;
pub mod export;
mod follow;
mod list;
mod record;

pub use follow::{heads, since};
pub use list::list;
pub use record::Record;

use crate::domain::activity::Entry;
use crypto::{ChainKey, DataKey};
use kernel::hex;
use kernel::{MailboxId, Random};
use serde_json::json;
use sql::{Error, Sql, Tx, args};
use std::collections::BTreeMap;
use uuid::Uuid;

macro_rules! columns {
    () => {
        "mailbox, sequence, id, kind, activity_time, capacity, actor, actor_name, portal, access, mark, message, messages, \
         folder, file"
    };
}
pub(crate) use columns;

/// An act in a mailbox, to be logged.
pub struct Logged<'k> {
    /// Where.
    pub mailbox: MailboxId,
    /// The key of the mailbox, which seals names.
    pub key: &'k DataKey,
    /// What was done, by whom.
    pub entry: Entry,
}

/// The end of a log.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Head {
    /// How many entries there are.
    pub sequence: i64,
    /// The link of the last one; empty where there is none.
    pub link: Vec<u8>,
}

const LOCK_HEADS: Sql = Sql::each(
    "SELECT mailbox, sequence, link FROM activity_head WHERE mailbox IN (SELECT unhex(value) FROM json_each($1))",
    "SELECT mailbox, sequence, link FROM activity_head WHERE mailbox = ANY($1) ORDER BY mailbox FOR UPDATE",
);

const APPEND: Sql = Sql::each(
    concat!(
        "INSERT INTO activity (",
        columns!(),
        ", link) SELECT unhex(value ->> 'mailbox'), value ->> 'sequence', unhex(value ->> 'id'), value ->> 'kind', $2, \
         value ->> 'capacity', unhex(value ->> 'actor'), unhex(value ->> 'actor_name'), value ->> 'portal', \
         unhex(value ->> 'access'), value ->> 'mark', unhex(value ->> 'message'), unhex(value ->> 'messages'), \
         unhex(value ->> 'folder'), unhex(value ->> 'file'), unhex(value ->> 'link') FROM json_each($1)"
    ),
    concat!(
        "INSERT INTO activity (",
        columns!(),
        ", link) SELECT r.mailbox, r.sequence, r.id, r.kind, $2, r.capacity, r.actor, decode(r.actor_name, 'hex'), r.portal, \
         r.access, r.mark, r.message, decode(r.messages, 'hex'), r.folder, r.file, decode(r.link, 'hex') \
         FROM json_to_recordset($1::json) AS r(mailbox UUID, sequence BIGINT, id UUID, kind TEXT, capacity TEXT, \
         actor UUID, actor_name TEXT, portal TEXT, access UUID, mark TEXT, message UUID, messages TEXT, folder UUID, \
         file UUID, link TEXT)"
    ),
);

const SET_HEADS: Sql = Sql::each(
    "INSERT INTO activity_head (mailbox, sequence, link) \
     SELECT unhex(value ->> 'mailbox'), value ->> 'sequence', unhex(value ->> 'link') FROM json_each($1) WHERE TRUE \
     ON CONFLICT (mailbox) DO UPDATE SET sequence = excluded.sequence, link = excluded.link",
    "INSERT INTO activity_head (mailbox, sequence, link) \
     SELECT r.mailbox, r.sequence, decode(r.link, 'hex') \
     FROM json_to_recordset($1::json) AS r(mailbox UUID, sequence BIGINT, link TEXT) \
     ON CONFLICT (mailbox) DO UPDATE SET sequence = excluded.sequence, link = excluded.link",
);

/// Appends to the logs of mailboxes that this transaction has locked, in three statements however many there are.
pub async fn append(tx: &mut Tx, acts: &[Logged<'_>], chain: &ChainKey, random: &dyn Random) -> Result<(), Error> {
    if acts.is_empty() {
        return Ok(());
    }
    let now = tx.now().await?;
    let mut heads = lock_heads(tx, acts).await?;
    let mut rows = Vec::with_capacity(acts.len());
    for act in acts {
        let head = heads.entry(act.mailbox.as_uuid()).or_default();
        head.sequence += 1;
        let record = Record::new(act, head.sequence, now, random);
        head.link = record.link_to(&head.link, chain).to_vec();
        rows.push(record.to_json(&head.link));
    }
    tx.execute(APPEND, args![json!(rows).to_string(), now]).await?;
    let heads = heads.iter().map(|(mailbox, head)| {
        json!({"mailbox": mailbox.simple().to_string(), "sequence": head.sequence, "link": hex(&head.link)})
    });
    let heads = json!(heads.collect::<Vec<_>>()).to_string();
    tx.execute(SET_HEADS, args![heads]).await.map(|_| ())
}

async fn lock_heads(tx: &mut Tx, acts: &[Logged<'_>]) -> Result<BTreeMap<Uuid, Head>, Error> {
    let mut mailboxes: Vec<Uuid> = acts.iter().map(|act| act.mailbox.as_uuid()).collect();
    mailboxes.sort_unstable();
    mailboxes.dedup();
    let read =
        |row: &sql::Row| Ok((row.get("mailbox")?, Head { sequence: row.get("sequence")?, link: row.get("link")? }));
    Ok(tx.all(LOCK_HEADS, args![mailboxes], read).await?.into_iter().collect())
}
