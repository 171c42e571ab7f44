//! Writing a letter to an authority (P7): into the writer's sent folder, and into the authority's post, in one transaction.

use super::Parts;
use super::admit::Admitted;
use crate::domain::acting::Acting;
use crate::domain::activity::{Actor, Entry, Kind};
use crate::domain::contact_point::ContactPoint;
use crate::domain::file::MAX_CITIZEN_FILES_BYTES;
use crate::domain::message::{AttachedFile, NewMessage, Summary};
use crate::domain::post::{Mark, Sender};
use crate::domain::writing::{Answered, Reply, ReplyName, Writer};
use crate::error::Error;
use crate::store;
use crate::store::message_file::NewFile;
use crypto::DataKey;
use kernel::{MessageId, ReplyId, Timestamp, UploadId};
use sql::Tx;

/// A letter that is about to be written.
pub(super) struct Written {
    /// Where it goes.
    pub(super) point: ContactPoint,
    /// What it is about.
    pub(super) subject: String,
    /// The text; may be empty where there are files.
    pub(super) body: String,
    /// The files, the main document first.
    pub(super) uploads: Vec<UploadId>,
    /// The letter it answers.
    pub(super) answers: Option<Answered>,
}

/// Whoever writes sees the letter in their sent folder: what is public post, so not in a portal that shows none (P4).
pub(super) fn may_write(acting: &Acting) -> Result<(), Error> {
    if acting.visible().contains(&Mark::Public) { Ok(()) } else { Err(Error::PortalDoesNotShow(acting.portal)) }
}

/// Writes the letter from the writer's own mailbox, which nobody has locked yet.
pub(super) async fn write(
    parts: &Parts,
    tx: &mut Tx,
    own: &Admitted,
    writer: &Writer,
    letter: Written,
) -> Result<MessageId, Error> {
    let (acting, random) = (&own.acting, &*parts.random);
    let owner = store::person::lock(tx, acting.mailbox).await?.ok_or(Error::NotFound)?;
    if owner.close_time.is_some() {
        return Err(Error::CallerHasNoDigitalPost);
    }
    let now = tx.now().await?;
    let (files, file_keys) = attached(parts, tx, writer, &letter.uploads, now).await?;
    let name = owner.name(&own.key)?.full();
    let id = MessageId::new(now, random);
    let message = NewMessage {
        id,
        mailbox: acting.mailbox,
        mark: Mark::Public,
        sender: Sender::person(name.clone()),
        sender_uuid: None,
        subject: letter.subject.clone(),
        body: letter.body.clone(),
        link: None,
        legal_basis: None,
        for_service: false,
        origin: None,
        reply_to: None,
        answers: letter.answers.as_ref().map(Answered::name),
        sent_to: Some(letter.point.full_name()),
        file_count: i64::try_from(files.len()).unwrap_or(i64::MAX),
        files_size: files.iter().map(|file| file.size).sum(),
        available_time: now,
        is_ahead: false,
    };
    let copies = (0..).zip(files.iter().zip(&file_keys)).map(|(ordinal, (file, file_key))| {
        let file = file.clone();
        NewFile { mailbox: acting.mailbox, message: id, ordinal, file, file_key, key: &own.key }
    });
    store::message_file::insert_many(tx, copies.collect(), random).await?;
    let kind = if letter.answers.is_some() { Kind::Replied } else { Kind::Sent };
    let entry = Entry::about_letter(kind, Actor::of(acting, Some(Mark::Public)), Mark::Public, id);
    parts.put_sent(tx, message, &own.key, entry).await?;
    let reply = Reply {
        // One letter, one id: the authority's name for it leads to the citizen's.
        name: ReplyName { cvr: letter.point.name.cvr.clone(), id: ReplyId::from(id.as_uuid()) },
        sequence: store::reply::next_sequence(tx, &letter.point.name.cvr).await?,
        point: letter.point.name.id,
        writer: acting.mailbox,
        writer_cpr: writer.cpr.clone(),
        writer_name: name,
        by_reader: letter.answers.as_ref().is_some_and(|answered| answered.mailbox != acting.mailbox),
        answers: letter.answers.and_then(|answered| answered.sender_uuid),
        subject: letter.subject,
        body: letter.body,
        files,
        send_time: now,
    };
    let keys: Vec<&DataKey> = file_keys.iter().collect();
    store::reply::insert(tx, &reply, &keys, &parts.keys.keyring, random).await?;
    Ok(id)
}

/// The writer's own uploads, within the limit on all of them together (M3), each with its key.
async fn attached(
    parts: &Parts,
    tx: &mut Tx,
    writer: &Writer,
    uploads: &[UploadId],
    now: Timestamp,
) -> Result<(Vec<AttachedFile>, Vec<DataKey>), Error> {
    let ids = uploads.iter().map(|id| id.as_uuid()).collect();
    let mut found = store::upload::get_many(tx, ids, writer.uploader, now, &parts.keys.keyring).await?;
    let (mut files, mut keys) = (Vec::new(), Vec::new());
    for id in uploads {
        let (upload, key) = found.remove(id).ok_or(Error::UploadNotFound(*id))?;
        files.push(AttachedFile {
            id: upload.file,
            name: upload.name,
            media_type: upload.media_type,
            size: upload.size,
            sha256: upload.sha256,
            is_main: files.is_empty(),
        });
        keys.push(key);
    }
    let size: i64 = files.iter().map(|file| file.size).sum();
    if size > MAX_CITIZEN_FILES_BYTES {
        return Err(Error::FileTooLarge(MAX_CITIZEN_FILES_BYTES));
    }
    Ok((files, keys))
}

/// A letter that was written, as its writer's sent folder shows it.
pub(super) async fn shown(tx: &mut Tx, own: &Admitted, id: MessageId) -> Result<Summary, Error> {
    let letter = store::message::get(tx, &own.acting, id, &own.key).await?;
    Ok(letter.ok_or(Error::NotFound)?.summary)
}
