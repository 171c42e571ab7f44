//! Table `message_file`: the files of letters.

use crate::domain::message::AttachedFile;
use crate::store::message::file_place;
use crate::store::sealed::{closed, does_not_open};
use crypto::DataKey;
use kernel::{FileId, MailboxId, MessageId, Random};
use sql::{Error, Insert, Row, Tx, Value, args};

/// A file on its way into a letter.
pub struct NewFile<'l> {
    /// The letter's mailbox.
    pub mailbox: MailboxId,
    /// The letter.
    pub message: MessageId,
    /// Its place among the files of the letter; 0 is the first.
    pub ordinal: i64,
    /// What it is.
    pub file: AttachedFile,
    /// The file's own key.
    pub file_key: &'l DataKey,
    /// The mailbox's key, which wraps the file's.
    pub key: &'l DataKey,
}

const INSERT: Insert = Insert::new(
    "message_file",
    &["mailbox", "message", "ordinal", "file", "wrapped_key", "name", "media_type", "size", "sha256", "is_main"],
    "",
);

/// Writes files of letters.
pub async fn insert_many(tx: &mut Tx, files: Vec<NewFile<'_>>, random: &dyn Random) -> Result<(), Error> {
    let rows = files.into_iter().map(|file| new_row(file, random)).collect();
    tx.insert(INSERT, rows).await.map(|_| ())
}

fn new_row(new: NewFile<'_>, random: &dyn Random) -> Vec<Value> {
    let place = file_place(new.mailbox, new.message, new.ordinal);
    args![
        new.mailbox,
        new.message,
        new.ordinal,
        new.file.id,
        new.key.wrap(&place, new.file_key, random),
        new.key.seal(&name_place(&place), new.file.name.as_bytes(), random),
        new.file.media_type,
        new.file.size,
        new.key.seal(&sha256_place(&place), &new.file.sha256, random),
        new.file.is_main,
    ]
}

/// The files of a letter, the main document first.
pub async fn of(
    tx: &mut Tx,
    mailbox: MailboxId,
    message: MessageId,
    key: &DataKey,
) -> Result<Vec<AttachedFile>, Error> {
    let sql = "SELECT ordinal, file, name, media_type, size, sha256, is_main FROM message_file \
               WHERE mailbox = $1 AND message = $2 ORDER BY ordinal";
    tx.all(sql, args![mailbox, message], |row| read(row, mailbox, message, key)).await
}

fn read(row: &Row, mailbox: MailboxId, message: MessageId, key: &DataKey) -> Result<AttachedFile, Error> {
    let place = file_place(mailbox, message, row.get("ordinal")?);
    let name = key.open_text(&name_place(&place), &row.get::<Vec<u8>>("name")?);
    let sha256 = key.open(&sha256_place(&place), &row.get::<Vec<u8>>("sha256")?);
    Ok(AttachedFile {
        id: row.get("file")?,
        name: name.map_err(|_| does_not_open("message_file.name"))?,
        media_type: row.get("media_type")?,
        size: row.get("size")?,
        sha256: sha256.map_err(closed("message_file.sha256"))?,
        is_main: row.get("is_main")?,
    })
}

/// All files of a letter, the main document first, each with the key that opens it.
pub async fn all_with_keys(
    tx: &mut Tx,
    mailbox: MailboxId,
    message: MessageId,
    key: &DataKey,
) -> Result<Vec<(AttachedFile, DataKey)>, Error> {
    let sql = "SELECT ordinal, file, wrapped_key, name, media_type, size, sha256, is_main FROM message_file \
               WHERE mailbox = $1 AND message = $2 ORDER BY ordinal";
    tx.all(sql, args![mailbox, message], |row| read_with_key(row, mailbox, message, key)).await
}

fn read_with_key(
    row: &Row,
    mailbox: MailboxId,
    message: MessageId,
    key: &DataKey,
) -> Result<(AttachedFile, DataKey), Error> {
    let place = file_place(mailbox, message, row.get("ordinal")?);
    let wrapped: Vec<u8> = row.get("wrapped_key")?;
    let file_key = key.unwrap(&place, &wrapped).map_err(closed("message_file.wrapped_key"))?;
    Ok((read(row, mailbox, message, key)?, file_key))
}

/// A file of a letter, and the key that opens it.
pub async fn with_key(
    tx: &mut Tx,
    mailbox: MailboxId,
    message: MessageId,
    file: FileId,
    key: &DataKey,
) -> Result<Option<(AttachedFile, DataKey)>, Error> {
    let sql = "SELECT ordinal, file, wrapped_key, name, media_type, size, sha256, is_main FROM message_file \
               WHERE mailbox = $1 AND message = $2 AND file = $3";
    tx.optional(sql, args![mailbox, message, file], |row| read_with_key(row, mailbox, message, key)).await
}

/// Whether any letter still has the file.
pub async fn is_used(tx: &mut Tx, file: FileId) -> Result<bool, Error> {
    let sql = "SELECT 1 FROM message_file WHERE file = $1 LIMIT 1";
    Ok(tx.optional(sql, args![file], |_| Ok(())).await?.is_some())
}

fn name_place(place: &str) -> String {
    format!("{place}/name")
}

fn sha256_place(place: &str) -> String {
    format!("{place}/sha256")
}
