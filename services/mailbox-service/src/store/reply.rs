//! Tables `reply` and `reply_file`: letters from citizens, kept until their authority has acknowledged them.

use crate::domain::contact_point::PointId;
use crate::domain::message::AttachedFile;
use crate::domain::writing::Reply;
use crate::store::sealed::{closed, open, place, seal};
use crypto::{DataKey, Keyring, WrappedKey};
use kernel::{CprNumber, CvrNumber, FileId, Random, ReplyId, Timestamp};
use sql::{Error, Insert, Row, Sql, Tx, Value, args};
use std::collections::HashMap;
use uuid::Uuid;

/// The next place among an authority's letters. Locks the authority until the transaction ends, so that whoever sees a number
/// has seen all before it; take it last.
pub async fn next_sequence(tx: &mut Tx, cvr: &CvrNumber) -> Result<i64, Error> {
    let sql = "UPDATE authority SET sequence = sequence + 1 WHERE cvr = $1 RETURNING sequence";
    tx.one(sql, args![cvr.as_str()], |row| row.get("sequence")).await
}

/// Writes a letter, under a key of its own; each file comes with its own key.
pub async fn insert(
    tx: &mut Tx,
    reply: &Reply,
    file_keys: &[DataKey],
    keyring: &Keyring,
    random: &dyn Random,
) -> Result<(), Error> {
    let key = DataKey::generate(random);
    let wrapped = keyring.wrap(&place("reply", reply.id), &key, random);
    let sealed = |column: &'static str, text: &str| seal(&key, column, reply.id, text, random);
    let sql = "INSERT INTO reply (cvr, id, sequence, contact_point, writer, answers, by_reader, key_id, wrapped_key, \
               writer_cpr, writer_name, subject, body, send_time) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
    let values = args![
        reply.cvr.as_str(),
        reply.id,
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
    insert_files(tx, reply, file_keys, &key, random).await
}

const INSERT_FILE: Insert = Insert::new(
    "reply_file",
    &["cvr", "reply", "ordinal", "file", "wrapped_key", "name", "media_type", "size", "sha256"],
    "",
);

async fn insert_files(
    tx: &mut Tx,
    reply: &Reply,
    file_keys: &[DataKey],
    key: &DataKey,
    random: &dyn Random,
) -> Result<(), Error> {
    let row = |(ordinal, (file, file_key)): (i64, (&AttachedFile, &DataKey))| -> Vec<Value> {
        let place = file_place(reply.id, ordinal);
        args![
            reply.cvr.as_str(),
            reply.id,
            ordinal,
            file.id,
            key.wrap(&place, file_key, random),
            seal(key, "reply_file.name", &place, &file.name, random),
            &file.media_type,
            file.size,
            file.sha256.clone(),
        ]
    };
    let rows = (0..).zip(reply.files.iter().zip(file_keys)).map(row).collect();
    tx.insert(INSERT_FILE, rows).await.map(|_| ())
}

fn file_place(reply: ReplyId, ordinal: i64) -> String {
    place("reply_file", format_args!("{reply}/{ordinal}"))
}

macro_rules! columns {
    () => {
        "cvr, id, sequence, contact_point, writer, answers, by_reader, key_id, wrapped_key, writer_cpr, writer_name, \
         subject, body, send_time"
    };
}

/// Up to `limit` letters to an authority that are not acknowledged, after the place `after`, oldest first; of one contact
/// point, or of all.
pub async fn page(
    tx: &mut Tx,
    cvr: &CvrNumber,
    point: Option<&PointId>,
    after: i64,
    limit: i64,
    keyring: &Keyring,
) -> Result<Vec<Reply>, Error> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM reply WHERE cvr = $1 AND sequence > $2 AND acknowledge_time IS NULL AND ($3 IS NULL OR contact_point = $3) \
         ORDER BY sequence LIMIT $4"
    );
    let values = args![cvr.as_str(), after, point.map(PointId::as_str), limit];
    let mut opened = tx.all(sql, values, |row| read(row, keyring)).await?;
    let ids = opened.iter().map(|(reply, _)| reply.id.as_uuid()).collect();
    let keys: HashMap<ReplyId, DataKey> = opened.iter().map(|(reply, key)| (reply.id, key.clone())).collect();
    for (reply, _, file) in files(tx, cvr, ids, &keys).await? {
        if let Some((of, _)) = opened.iter_mut().find(|(of, _)| of.id == reply) {
            of.files.push(file);
        }
    }
    Ok(opened.into_iter().map(|(reply, _)| reply).collect())
}

const FILES: Sql = Sql::each(
    "SELECT reply, ordinal, file, wrapped_key, name, media_type, size, sha256 FROM reply_file \
     WHERE cvr = $1 AND reply IN (SELECT unhex(value) FROM json_each($2)) ORDER BY reply, ordinal",
    "SELECT reply, ordinal, file, wrapped_key, name, media_type, size, sha256 FROM reply_file \
     WHERE cvr = $1 AND reply = ANY($2) ORDER BY reply, ordinal",
);

async fn files(
    tx: &mut Tx,
    cvr: &CvrNumber,
    replies: Vec<Uuid>,
    keys: &HashMap<ReplyId, DataKey>,
) -> Result<Vec<(ReplyId, DataKey, AttachedFile)>, Error> {
    if replies.is_empty() {
        return Ok(Vec::new());
    }
    let read = |row: &Row| {
        let (reply, ordinal): (ReplyId, i64) = (row.get("reply")?, row.get("ordinal")?);
        let key = keys.get(&reply).ok_or_else(|| Error::corrupt("reply_file.reply", "unknown"))?;
        let place = file_place(reply, ordinal);
        let wrapped: Vec<u8> = row.get("wrapped_key")?;
        let file = AttachedFile {
            id: row.get("file")?,
            name: open(key, "reply_file.name", &place, &row.get::<Vec<u8>>("name")?)?,
            media_type: row.get("media_type")?,
            size: row.get("size")?,
            sha256: row.get("sha256")?,
            is_main: ordinal == 0,
        };
        Ok((reply, key.unwrap(&place, &wrapped).map_err(closed("reply_file.wrapped_key"))?, file))
    };
    tx.all(FILES, args![cvr.as_str(), replies], read).await
}

/// A file of a letter that is not acknowledged, and the key that opens it.
pub async fn file(
    tx: &mut Tx,
    cvr: &CvrNumber,
    reply: ReplyId,
    file: FileId,
    keyring: &Keyring,
) -> Result<Option<(AttachedFile, DataKey)>, Error> {
    let sql = "SELECT key_id, wrapped_key FROM reply WHERE cvr = $1 AND id = $2 AND acknowledge_time IS NULL";
    let key = tx.optional(sql, args![cvr.as_str(), reply], |row| unwrap(row, reply, keyring)).await?;
    let Some(key) = key else { return Ok(None) };
    let found = files(tx, cvr, vec![reply.as_uuid()], &HashMap::from([(reply, key)])).await?;
    Ok(found.into_iter().find(|(_, _, of)| of.id == file).map(|(_, key, file)| (file, key)))
}

/// Of these letters, those that are the authority's, each with whether it is acknowledged; kept from changing.
pub async fn lock_many(tx: &mut Tx, cvr: &CvrNumber, ids: Vec<Uuid>) -> Result<Vec<(ReplyId, bool)>, Error> {
    let lock = Sql::each(
        "SELECT id, acknowledge_time FROM reply WHERE cvr = $1 AND id IN (SELECT unhex(value) FROM json_each($2)) ORDER BY id",
        "SELECT id, acknowledge_time FROM reply WHERE cvr = $1 AND id = ANY($2) ORDER BY id FOR UPDATE",
    );
    let read = |row: &Row| Ok((row.get("id")?, row.get::<Option<Timestamp>>("acknowledge_time")?.is_some()));
    tx.all(lock, args![cvr.as_str(), ids], read).await
}

/// Notes that the authority keeps these letters from now on: all that was written is erased here. The files they had.
pub async fn acknowledge(tx: &mut Tx, cvr: &CvrNumber, ids: Vec<Uuid>, now: Timestamp) -> Result<Vec<FileId>, Error> {
    let erase = Sql::each(
        "UPDATE reply SET acknowledge_time = $3, key_id = NULL, wrapped_key = NULL, writer_cpr = NULL, writer_name = NULL, \
         subject = NULL, body = NULL WHERE cvr = $1 AND id IN (SELECT unhex(value) FROM json_each($2))",
        "UPDATE reply SET acknowledge_time = $3, key_id = NULL, wrapped_key = NULL, writer_cpr = NULL, writer_name = NULL, \
         subject = NULL, body = NULL WHERE cvr = $1 AND id = ANY($2)",
    );
    tx.execute(erase, args![cvr.as_str(), ids.clone(), now]).await?;
    let remove = Sql::each(
        "DELETE FROM reply_file WHERE cvr = $1 AND reply IN (SELECT unhex(value) FROM json_each($2)) RETURNING file",
        "DELETE FROM reply_file WHERE cvr = $1 AND reply = ANY($2) RETURNING file",
    );
    tx.all(remove, args![cvr.as_str(), ids], |row| row.get("file")).await
}

/// Whether any letter still has the file.
pub async fn is_used(tx: &mut Tx, file: FileId) -> Result<bool, Error> {
    let sql = "SELECT 1 FROM reply_file WHERE file = $1 LIMIT 1";
    Ok(tx.optional(sql, args![file], |_| Ok(())).await?.is_some())
}

fn unwrap(row: &Row, id: ReplyId, keyring: &Keyring) -> Result<DataKey, Error> {
    let wrapped = WrappedKey { key_id: row.get("key_id")?, bytes: row.get("wrapped_key")? };
    keyring.unwrap(&place("reply", id), &wrapped).map_err(closed("reply.wrapped_key"))
}

fn read(row: &Row, keyring: &Keyring) -> Result<(Reply, DataKey), Error> {
    let id: ReplyId = row.get("id")?;
    let key = unwrap(row, id, keyring)?;
    let text = |column: &'static str, name: &'static str| -> Result<String, Error> {
        open(&key, name, id, &row.get::<Vec<u8>>(column)?)
    };
    let (cvr, point): (String, String) = (row.get("cvr")?, row.get("contact_point")?);
    let cpr = CprNumber::parse(&text("writer_cpr", "reply.writer_cpr")?);
    let reply = Reply {
        id,
        cvr: CvrNumber::parse(&cvr).map_err(|_| Error::corrupt("reply.cvr", "no number"))?,
        sequence: row.get("sequence")?,
        point: PointId::parse(&point).map_err(|_| Error::corrupt("reply.contact_point", "no id"))?,
        writer: row.get("writer")?,
        writer_cpr: cpr.map_err(|_| Error::corrupt("reply.writer_cpr", "no number"))?,
        writer_name: text("writer_name", "reply.writer_name")?,
        answers: row.get("answers")?,
        by_reader: row.get("by_reader")?,
        subject: text("subject", "reply.subject")?,
        body: text("body", "reply.body")?,
        files: Vec::new(),
        send_time: row.get("send_time")?,
    };
    Ok((reply, key))
}
