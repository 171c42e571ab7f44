//! Reading letters that are not acknowledged: of those that are nothing is left to read.

use super::{file_place, key_place, sha256_place};
use crate::domain::contact_point::PointId;
use crate::domain::message::AttachedFile;
use crate::domain::writing::{Reply, ReplyName};
use crate::store::sealed::{closed, open};
use crypto::{DataKey, Keyring, WrappedKey};
use kernel::{CprNumber, CvrNumber, FileId, ReplyId};
use sql::{Error, Row, Sql, Tx, args};
use std::collections::HashMap;
use uuid::Uuid;

macro_rules! page_of {
    ($point:literal) => {
        concat!(
            "SELECT cvr, id, sequence, contact_point, writer, answers, by_reader, key_id, wrapped_key, writer_cpr, \
             writer_name, subject, body, send_time FROM reply WHERE cvr = $1 AND sequence > $2 AND acknowledge_time IS NULL",
            $point,
            " ORDER BY sequence LIMIT $3"
        )
    };
}

/// Which letters an authority asks for.
#[derive(Clone)]
pub struct Page {
    /// Which authority asks.
    pub cvr: CvrNumber,
    /// Only those to this contact point.
    pub point: Option<PointId>,
    /// Only those that came after this place.
    pub after: i64,
    /// The most.
    pub limit: i64,
}

/// The letters that are not acknowledged, oldest first.
pub async fn page(tx: &mut Tx, page: &Page, keyring: &Keyring) -> Result<Vec<Reply>, Error> {
    let mut values = args![page.cvr.as_str(), page.after, page.limit];
    let sql = match &page.point {
        Some(point) => {
            values.extend(args![point.as_str()]);
            page_of!(" AND contact_point = $4")
        }
        None => page_of!(""),
    };
    let (mut replies, mut keys) = (Vec::new(), HashMap::new());
    for (reply, key) in tx.all(sql, values, |row| read(row, keyring)).await? {
        keys.insert(reply.name.id, key);
        replies.push(reply);
    }
    let mut files: HashMap<ReplyId, Vec<AttachedFile>> = HashMap::new();
    for (reply, file, _) in files_of(tx, &page.cvr, &keys).await? {
        files.entry(reply).or_default().push(file);
    }
    for reply in &mut replies {
        reply.files = files.remove(&reply.name.id).unwrap_or_default();
    }
    Ok(replies)
}

/// A file of a letter, and the key that opens it.
pub async fn file(
    tx: &mut Tx,
    name: &ReplyName,
    file: FileId,
    keyring: &Keyring,
) -> Result<Option<(AttachedFile, DataKey)>, Error> {
    let sql = "SELECT key_id, wrapped_key FROM reply WHERE cvr = $1 AND id = $2 AND acknowledge_time IS NULL";
    let key = tx.optional(sql, args![name.cvr.as_str(), name.id], |row| unwrap(row, name.id, keyring)).await?;
    let Some(key) = key else { return Ok(None) };
    let files = files_of(tx, &name.cvr, &HashMap::from([(name.id, key)])).await?;
    Ok(files.into_iter().find(|(_, of, _)| of.id == file).map(|(_, file, key)| (file, key)))
}

const FILES: Sql = Sql::each(
    "SELECT reply, ordinal, file, wrapped_key, name, media_type, size, sha256 FROM reply_file \
     WHERE cvr = $1 AND reply IN (SELECT unhex(value) FROM json_each($2)) ORDER BY reply, ordinal",
    "SELECT reply, ordinal, file, wrapped_key, name, media_type, size, sha256 FROM reply_file \
     WHERE cvr = $1 AND reply = ANY($2) ORDER BY reply, ordinal",
);

/// The files of these letters, each opened with its letter's key, the main document first.
async fn files_of(
    tx: &mut Tx,
    cvr: &CvrNumber,
    keys: &HashMap<ReplyId, DataKey>,
) -> Result<Vec<(ReplyId, AttachedFile, DataKey)>, Error> {
    let replies: Vec<Uuid> = keys.keys().map(|reply| reply.as_uuid()).collect();
    if replies.is_empty() {
        return Ok(Vec::new());
    }
    tx.all(FILES, args![cvr.as_str(), replies], |row| read_file(row, keys)).await
}

fn read_file(row: &Row, keys: &HashMap<ReplyId, DataKey>) -> Result<(ReplyId, AttachedFile, DataKey), Error> {
    let (reply, ordinal): (ReplyId, i64) = (row.get("reply")?, row.get("ordinal")?);
    let key = keys.get(&reply).ok_or_else(|| Error::corrupt("reply_file.reply", "unknown"))?;
    let at = file_place(reply, ordinal);
    let sha256 = key.open(&sha256_place(&at), &row.get::<Vec<u8>>("sha256")?);
    let file = AttachedFile {
        id: row.get("file")?,
        name: open(key, "reply_file.name", &at, &row.get::<Vec<u8>>("name")?)?,
        media_type: row.get("media_type")?,
        size: row.get("size")?,
        sha256: sha256.map_err(closed("reply_file.sha256"))?,
        is_main: ordinal == 0,
    };
    let wrapped: Vec<u8> = row.get("wrapped_key")?;
    Ok((reply, file, key.unwrap(&at, &wrapped).map_err(closed("reply_file.wrapped_key"))?))
}

fn unwrap(row: &Row, id: ReplyId, keyring: &Keyring) -> Result<DataKey, Error> {
    let wrapped = WrappedKey { key_id: row.get("key_id")?, bytes: row.get("wrapped_key")? };
    keyring.unwrap(&key_place(id.as_uuid()), &wrapped).map_err(closed("reply.wrapped_key"))
}

/// A letter without its files, and its key.
fn read(row: &Row, keyring: &Keyring) -> Result<(Reply, DataKey), Error> {
    let id: ReplyId = row.get("id")?;
    let key = unwrap(row, id, keyring)?;
    let text = |column: &'static str, name: &'static str| open(&key, name, id, &row.get::<Vec<u8>>(column)?);
    let (cvr, point): (String, String) = (row.get("cvr")?, row.get("contact_point")?);
    let cpr = CprNumber::parse(&text("writer_cpr", "reply.writer_cpr")?);
    let cvr = CvrNumber::parse(&cvr).map_err(|_| Error::corrupt("reply.cvr", "no number"))?;
    let reply = Reply {
        name: ReplyName { cvr, id },
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
