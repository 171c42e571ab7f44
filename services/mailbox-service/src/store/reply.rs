//! Tables `reply` and `reply_file`: letters from citizens, kept until their authority has acknowledged them.

mod read;

pub use read::{Page, file, page};

use crate::domain::message::AttachedFile;
use crate::domain::writing::Reply;
use crate::store::sealed::{place, seal};
use crypto::{DataKey, Keyring};
use kernel::{CvrNumber, FileId, MailboxId, Random, ReplyId, Timestamp};
use sql::{Error, Insert, Row, Sql, Tx, Value, args};
use std::collections::HashMap;
use uuid::Uuid;

/// The next place among an authority's letters. Holds the authority until the transaction ends, so that whoever sees a number
/// has seen all before it; to be taken last.
pub async fn next_sequence(tx: &mut Tx, cvr: &CvrNumber) -> Result<i64, Error> {
    let sql = "UPDATE authority SET sequence = sequence + 1 WHERE cvr = $1 RETURNING sequence";
    tx.one(sql, args![cvr.as_str()], |row| row.get("sequence")).await
}

/// Writes a letter under a key of its own; each of its files comes with the file's key.
pub async fn insert(
    tx: &mut Tx,
    reply: &Reply,
    file_keys: &[&DataKey],
    keyring: &Keyring,
    random: &dyn Random,
) -> Result<(), Error> {
    let (id, key) = (reply.name.id, DataKey::generate(random));
    let wrapped = keyring.wrap(&key_place(id.as_uuid()), &key, random);
    let sealed = |column: &'static str, text: &str| seal(&key, column, id, text, random);
    let sql = "INSERT INTO reply (cvr, id, sequence, contact_point, writer, answers, by_reader, key_id, wrapped_key, \
               writer_cpr, writer_name, subject, body, send_time) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
    let values = args![
        reply.name.cvr.as_str(),
        id,
        reply.sequence,
        reply.point.as_str(),
        reply.writer,
        reply.answers,
        reply.by_reader,
        wrapped.key_id,
        wrapped.bytes,
        sealed("reply.writer_cpr", reply.writer_cpr.digits()),
        sealed("reply.writer_name", &reply.writer_name),
        sealed("reply.subject", &reply.subject),
        sealed("reply.body", &reply.body),
        reply.send_time,
    ];
    tx.execute(sql, values).await?;
    let files = (0..).zip(reply.files.iter().zip(file_keys));
    let rows =
        files.map(|(ordinal, (file, file_key))| new_file(reply, ordinal, file, file_key, &key, random)).collect();
    tx.insert(INSERT_FILE, rows).await.map(|_| ())
}

const INSERT_FILE: Insert = Insert::new(
    "reply_file",
    &["cvr", "reply", "ordinal", "file", "wrapped_key", "name", "media_type", "size", "sha256"],
    "",
);

fn new_file(
    reply: &Reply,
    ordinal: i64,
    file: &AttachedFile,
    file_key: &DataKey,
    key: &DataKey,
    random: &dyn Random,
) -> Vec<Value> {
    let at = file_place(reply.name.id, ordinal);
    args![
        reply.name.cvr.as_str(),
        reply.name.id,
        ordinal,
        file.id,
        key.wrap(&at, file_key, random),
        seal(key, "reply_file.name", &at, &file.name, random),
        &file.media_type,
        file.size,
        key.seal(&sha256_place(&at), &file.sha256, random),
    ]
}

/// What a letter's own key is wrapped for.
pub(super) fn key_place(id: Uuid) -> String {
    place("reply", id)
}

/// Where the hash of a file is sealed for.
fn sha256_place(file: &str) -> String {
    place("reply_file.sha256", file)
}

/// Where the key of a file is wrapped for.
fn file_place(reply: ReplyId, ordinal: i64) -> String {
    place("reply_file", format_args!("{reply}/{ordinal}"))
}

const WRITERS: Sql = Sql::each(
    "SELECT id, writer FROM reply WHERE cvr = $1 AND id IN (SELECT unhex(value) FROM json_each($2))",
    "SELECT id, writer FROM reply WHERE cvr = $1 AND id = ANY($2)",
);

/// Who wrote these letters, as far as they were sent to this authority; acknowledged ones too.
pub async fn writers(tx: &mut Tx, cvr: &CvrNumber, ids: Vec<Uuid>) -> Result<HashMap<ReplyId, MailboxId>, Error> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let found = tx.all(WRITERS, args![cvr.as_str(), ids], |row| Ok((row.get("id")?, row.get("writer")?)));
    Ok(found.await?.into_iter().collect())
}

const LOCK: Sql = Sql::each(
    "SELECT id, acknowledge_time FROM reply WHERE cvr = $1 AND id IN (SELECT unhex(value) FROM json_each($2))",
    "SELECT id, acknowledge_time FROM reply WHERE cvr = $1 AND id = ANY($2) ORDER BY id FOR UPDATE",
);

/// Those of the letters that were sent to this authority, each with whether it is acknowledged, and kept from changing: in one
/// order for everybody.
pub async fn lock_many(tx: &mut Tx, cvr: &CvrNumber, ids: Vec<Uuid>) -> Result<Vec<(ReplyId, bool)>, Error> {
    let read = |row: &Row| Ok((row.get("id")?, row.get::<Option<Timestamp>>("acknowledge_time")?.is_some()));
    tx.all(LOCK, args![cvr.as_str(), ids], read).await
}

const ERASE: Sql = Sql::each(
    "UPDATE reply SET acknowledge_time = $3, key_id = NULL, wrapped_key = NULL, writer_cpr = NULL, writer_name = NULL, \
     subject = NULL, body = NULL WHERE cvr = $1 AND id IN (SELECT unhex(value) FROM json_each($2))",
    "UPDATE reply SET acknowledge_time = $3, key_id = NULL, wrapped_key = NULL, writer_cpr = NULL, writer_name = NULL, \
     subject = NULL, body = NULL WHERE cvr = $1 AND id = ANY($2)",
);

const REMOVE_FILES: Sql = Sql::each(
    "DELETE FROM reply_file WHERE cvr = $1 AND reply IN (SELECT unhex(value) FROM json_each($2)) RETURNING file",
    "DELETE FROM reply_file WHERE cvr = $1 AND reply = ANY($2) RETURNING file",
);

/// Notes that the authority keeps these letters from now on, and erases what was written, key and all. The files they had,
/// which other letters may still have.
pub async fn acknowledge(tx: &mut Tx, cvr: &CvrNumber, ids: Vec<Uuid>, now: Timestamp) -> Result<Vec<FileId>, Error> {
    tx.execute(ERASE, args![cvr.as_str(), ids.clone(), now]).await?;
    tx.all(REMOVE_FILES, args![cvr.as_str(), ids], |row| row.get("file")).await
}

/// Whether any letter still has the file.
pub async fn is_used(tx: &mut Tx, file: FileId) -> Result<bool, Error> {
    let sql = "SELECT 1 FROM reply_file WHERE file = $1 LIMIT 1";
    Ok(tx.optional(sql, args![file], |_| Ok(())).await?.is_some())
}
