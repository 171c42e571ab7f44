//! Table `message`.

mod ahead;
mod bin;
mod bulk;
mod list;
mod origin;
mod search;
mod service;
mod tags;

pub(crate) use ahead::{ahead_posts, publish};
pub use bin::{bin_folders, expired_in_bin, with_expired_bin};
pub use bulk::{Placed, barred, place_in, placed, purge, set_read};
pub use list::list;
pub use search::{Scanned, Text, scan, texts, unserved_in};
pub use service::{Unserved, set_served, unserved};
pub use tags::{QueryTags, Tags};

use crate::domain::acting::Acting;
use crate::domain::contact_point::{PointId, PointName, ReplyTo};
use crate::domain::folder::Folder;
use crate::domain::forward::Origin;
use crate::domain::message::{Link, NewMessage, Summary};
use crate::domain::post::{Mark, Sender, SenderKind};
use crate::domain::service::ServiceState;
use crate::store::sealed::{open, place, seal};
use crypto::DataKey;
use kernel::{CvrNumber, MailboxId, MessageId, Random};
use sql::{Error, Insert, Row, Tx, Value, args};
use uuid::Uuid;

/// Of a letter as lists show it. A contact point that its authority has left out takes no more replies.
macro_rules! summary_columns {
    () => {
        "id, folder, mark, is_read, available_time, sender_kind, sender_cvr, sender_system, sender_name, subject, \
         service_state, file_count, files_size, bin_time, sent_to, reply_by, \
         (SELECT c.id FROM contact_point c WHERE c.cvr = message.sender_cvr AND c.id = message.reply_point \
          AND NOT c.left_out) AS reply_point"
    };
}
pub(crate) use summary_columns;

/// Divides the text of a link from its address; neither can hold it.
const LINK_DIVIDER: char = '\n';

pub(crate) fn read_summary(row: &Row, mailbox: MailboxId, key: &DataKey) -> Result<Summary, Error> {
    let id: MessageId = row.get("id")?;
    let at = row_place(mailbox, id);
    let cvr: Option<String> = row.get("sender_cvr")?;
    let kind: String = row.get("sender_kind")?;
    let sender = Sender {
        kind: SenderKind::parse(&kind).ok_or_else(|| Error::corrupt("message.sender_kind", "unknown"))?,
        cvr: cvr
            .map(|cvr| CvrNumber::parse(&cvr).map_err(|_| Error::corrupt("message.sender_cvr", "no number")))
            .transpose()?,
        system_id: row.get("sender_system")?,
        name: open(key, "message.sender_name", &at, &row.get::<Vec<u8>>("sender_name")?)?,
    };
    let reply_to = read_reply_to(row, sender.cvr.as_ref())?;
    Ok(Summary {
        id,
        folder: Folder::from_uuid(row.get("folder")?),
        mark: read_mark(row)?,
        is_read: row.get("is_read")?,
        available_time: row.get("available_time")?,
        sender,
        service: read_service(row)?,
        subject: open(key, "message.subject", &at, &row.get::<Vec<u8>>("subject")?)?,
        file_count: row.get("file_count")?,
        files_size: row.get("files_size")?,
        bin_time: row.get("bin_time")?,
        reply_to,
        sent_to: open_optional(row, key, "sent_to", "message.sent_to", &at)?,
    })
}

pub(crate) fn read_mark(row: &Row) -> Result<Mark, Error> {
    Mark::parse(&row.get::<String>("mark")?).ok_or_else(|| Error::corrupt("message.mark", "unknown"))
}

pub(crate) fn read_service(row: &Row) -> Result<Option<ServiceState>, Error> {
    let state: Option<String> = row.get("service_state")?;
    let read =
        |state: String| ServiceState::parse(&state).ok_or_else(|| Error::corrupt("message.service_state", "unknown"));
    state.map(read).transpose()
}

fn read_reply_to(row: &Row, sender: Option<&CvrNumber>) -> Result<Option<ReplyTo>, Error> {
    let (Some(point), Some(cvr)) = (row.get::<Option<String>>("reply_point")?, sender) else { return Ok(None) };
    let id = PointId::parse(&point).map_err(|_| Error::corrupt("message.reply_point", "no id"))?;
    Ok(Some(ReplyTo { point: PointName { cvr: cvr.clone(), id }, by: row.get("reply_by")? }))
}

/// The text in `column`, sealed for `place`, if there is one.
fn open_optional(
    row: &Row,
    key: &DataKey,
    column: &'static str,
    place: &'static str,
    at: &str,
) -> Result<Option<String>, Error> {
    row.get::<Option<Vec<u8>>>(column)?.map(|sealed| open(key, place, at, &sealed)).transpose()
}

/// What names a letter's row among all.
fn row_place(mailbox: MailboxId, id: MessageId) -> String {
    format!("{mailbox}/{id}")
}

/// What only the opening of a letter shows.
pub struct Content {
    /// What lists show too.
    pub summary: Summary,
    /// The text.
    pub body: String,
    /// The link below a notice.
    pub link: Option<Link>,
    /// The legal basis it was delivered by.
    pub legal_basis: Option<String>,
    /// Of a forwarded copy: where it comes from.
    pub origin: Option<Origin>,
    /// The sender's own id of it.
    pub sender_uuid: Option<Uuid>,
    /// The letter it answers.
    pub answers: Option<String>,
}

/// The letter of this id, if `acting` sees it (A11).
pub async fn get(tx: &mut Tx, acting: &Acting, id: MessageId, key: &DataKey) -> Result<Option<Content>, Error> {
    marked(tx, acting.mailbox, acting.visible_marks(), id, key).await
}

/// The letter of this id, if it has this mark.
pub async fn get_marked(
    tx: &mut Tx,
    mailbox: MailboxId,
    mark: Mark,
    id: MessageId,
    key: &DataKey,
) -> Result<Option<Content>, Error> {
    marked(tx, mailbox, [mark.as_str(); 4], id, key).await
}

async fn marked(
    tx: &mut Tx,
    mailbox: MailboxId,
    [first, second, third, fourth]: [&'static str; 4],
    id: MessageId,
    key: &DataKey,
) -> Result<Option<Content>, Error> {
    let sql = concat!(
        "SELECT ",
        summary_columns!(),
        ", body, link, legal_basis, origin, sender_uuid, answers FROM message WHERE mailbox = $1 AND id = $2 AND mark IN ($3, $4, $5, $6)"
    );
    let at = row_place(mailbox, id);
    let read = |row: &Row| {
        let link: Option<Vec<u8>> = row.get("link")?;
        let origin: Option<Vec<u8>> = row.get("origin")?;
        Ok(Content {
            summary: read_summary(row, mailbox, key)?,
            body: open(key, "message.body", &at, &row.get::<Vec<u8>>("body")?)?,
            link: link.map(|sealed| read_link(&open(key, "message.link", &at, &sealed)?)).transpose()?,
            legal_basis: row.get("legal_basis")?,
            origin: origin.map(|sealed| origin::read(&open(key, "message.origin", &at, &sealed)?)).transpose()?,
            sender_uuid: row.get("sender_uuid")?,
            answers: open_optional(row, key, "answers", "message.answers", &at)?,
        })
    };
    tx.optional(sql, args![mailbox, id, first, second, third, fourth], read).await
}

fn read_link(text: &str) -> Result<Link, Error> {
    let (text, url) = text.split_once(LINK_DIVIDER).ok_or_else(|| Error::corrupt("message.link", "no link"))?;
    Ok(Link { text: text.to_owned(), url: url.to_owned() })
}

const INSERT: Insert = Insert::new(
    "message",
    &[
        "mailbox",
        "id",
        "folder",
        "mark",
        "is_read",
        "available_time",
        "sender_kind",
        "sender_cvr",
        "sender_system",
        "sender_uuid",
        "tags",
        "sender_name",
        "subject",
        "body",
        "link",
        "legal_basis",
        "service_state",
        "origin",
        "file_count",
        "files_size",
        "sent_to",
        "reply_point",
        "reply_by",
        "answers",
    ],
    "",
);

/// Writes new letters: into inboxes, unread, and what their owners write into sent folders; each is sealed with the key of its mailbox, and has the tags by which it is
/// found there (M6). The counters are the caller's to change.
pub async fn insert_many(tx: &mut Tx, letters: &[(NewMessage, DataKey)], random: &dyn Random) -> Result<(), Error> {
    let rows = letters.iter().map(|(message, key)| new_row(message, key, random)).collect();
    tx.insert(INSERT, rows).await.map(|_| ())
}

fn new_row(message: &NewMessage, key: &DataKey, random: &dyn Random) -> Vec<Value> {
    let at = row_place(message.mailbox, message.id);
    let sealed = |column: &'static str, text: &str| seal(key, column, &at, text, random);
    let link = message.link.as_ref().map(|link| format!("{}{LINK_DIVIDER}{}", link.text, link.url));
    args![
        message.mailbox,
        message.id,
        message.folder().as_uuid(),
        ahead::stored_mark(message),
        message.is_read(),
        message.available_time,
        message.sender.kind.as_str(),
        message.sender.cvr.as_ref().map(CvrNumber::as_str),
        message.sender.system_id.as_deref(),
        message.sender_uuid,
        Tags::of(message, key).seal(&place("message.tags", &at), key, random),
        sealed("message.sender_name", &message.sender.name),
        sealed("message.subject", &message.subject),
        sealed("message.body", &message.body),
        link.map(|link| sealed("message.link", &link)),
        message.legal_basis.as_deref(),
        message.for_service.then_some(ServiceState::Unserved.as_str()),
        message.origin.as_ref().map(|origin| sealed("message.origin", &origin::write(origin))),
        message.file_count,
        message.files_size,
        message.sent_to.as_ref().map(|to| sealed("message.sent_to", to)),
        message.reply_to.as_ref().map(|reply| reply.point.id.as_str()),
        message.reply_to.as_ref().and_then(|reply| reply.by),
        message.answers.as_ref().map(|answers| sealed("message.answers", answers)),
    ]
}

/// Where the key of a letter's file is wrapped for.
pub(crate) fn file_place(mailbox: MailboxId, id: MessageId, ordinal: i64) -> String {
    place("message_file", format_args!("{mailbox}/{id}/{ordinal}"))
}
