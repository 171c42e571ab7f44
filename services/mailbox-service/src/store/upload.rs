//! Table `upload`: files on their way to letters. The row is there before the object is.

use crate::domain::file::{Upload, UploadHeader};
use crate::store::sealed::{closed, open, place, seal};
use crypto::{DataKey, Keyring, WrappedKey};
use kernel::{FileId, Random, Timestamp, UploadId};
use sql::{Error, Row, Sql, Tx, args};
use std::collections::HashMap;
use uuid::Uuid;

/// An upload that has begun.
#[derive(Clone)]
pub struct NewUpload {
    /// Which.
    pub id: UploadId,
    /// The file it becomes.
    pub file: FileId,
    /// The keyed hash of who uploads.
    pub caller: [u8; 32],
    /// The keyed hash of what is in it.
    pub content: [u8; 32],
    /// What was stated.
    pub header: UploadHeader,
    /// The file's key.
    pub key: DataKey,
    /// Until when it must be complete.
    pub expire_time: Timestamp,
}

/// The place of an upload's key.
pub(super) fn key_place(id: Uuid) -> String {
    place("upload", id)
}

/// Writes an upload that has begun.
pub async fn begin(tx: &mut Tx, new: &NewUpload, keyring: &Keyring, random: &dyn Random) -> Result<(), Error> {
    let sql = "INSERT INTO upload \
               (id, caller, content, file, key_id, wrapped_key, name, size, sha256, complete, expire_time) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, FALSE, $10)";
    let wrapped = keyring.wrap(&key_place(new.id.as_uuid()), &new.key, random);
    let values = args![
        new.id,
        new.caller,
        new.content,
        new.file,
        wrapped.key_id,
        wrapped.bytes,
        seal(&new.key, "upload.name", new.id, &new.header.name, random),
        new.header.size,
        new.key.seal(&place("upload.sha256", new.id), &new.header.sha256, random),
        new.expire_time,
    ];
    tx.execute(sql, values).await.map(|_| ())
}

/// Notes under which name the object store keeps the parts, before the first is stored.
pub async fn begin_multipart(tx: &mut Tx, id: UploadId, multipart: &str) -> Result<(), Error> {
    tx.execute("UPDATE upload SET multipart = $2 WHERE id = $1", args![id, multipart]).await.map(|_| ())
}

const FIND_SAME: Sql = Sql::each(
    "SELECT id, file, key_id, wrapped_key FROM upload \
     WHERE caller = $1 AND content = $2 AND complete AND expire_time > $3 ORDER BY id LIMIT 1",
    // Shared: as for those who take the file into letters.
    "SELECT id, file, key_id, wrapped_key FROM upload \
     WHERE caller = $1 AND content = $2 AND complete AND expire_time > $3 ORDER BY id LIMIT 1 FOR SHARE",
);

/// The file, and its key, that the caller has uploaded before with the same content, if it can still be attached at `now`.
pub async fn find_same(
    tx: &mut Tx,
    new: &NewUpload,
    now: Timestamp,
    keyring: &Keyring,
) -> Result<Option<(FileId, DataKey)>, Error> {
    let read = |row: &Row| Ok((row.get("file")?, key(row, row.get("id")?, keyring)?));
    tx.optional(FIND_SAME, args![new.caller, new.content, now], read).await
}

/// Notes that the whole file is stored and of this type; from `now` on it can be attached, until `expire_time`. `new` says in
/// which file it is stored, which may be another than it began as. False: it came too late, and is being swept.
pub async fn complete(
    tx: &mut Tx,
    new: &NewUpload,
    media_type: &str,
    (now, expire_time): (Timestamp, Timestamp),
    keyring: &Keyring,
    random: &dyn Random,
) -> Result<bool, Error> {
    let sql = "UPDATE upload SET complete = TRUE, multipart = NULL, media_type = $2, file = $3, key_id = $4, \
               wrapped_key = $5, name = $6, sha256 = $7, expire_time = $8 \
               WHERE id = $1 AND NOT complete AND expire_time > $9";
    let wrapped = keyring.wrap(&key_place(new.id.as_uuid()), &new.key, random);
    let values = args![
        new.id,
        media_type,
        new.file,
        wrapped.key_id,
        wrapped.bytes,
        seal(&new.key, "upload.name", new.id, &new.header.name, random),
        new.key.seal(&place("upload.sha256", new.id), &new.header.sha256, random),
        expire_time,
        now,
    ];
    Ok(tx.execute(sql, values).await? == 1)
}

const GET: Sql = Sql::each(
    "SELECT id, file, key_id, wrapped_key, name, media_type, size, sha256, expire_time FROM upload \
     WHERE id IN (SELECT unhex(value) FROM json_each($1)) AND caller = $2 AND complete AND expire_time > $3",
    // Shared, so that the sweep waits for the letters that take the file, and they don't wait for each other.
    "SELECT id, file, key_id, wrapped_key, name, media_type, size, sha256, expire_time FROM upload \
     WHERE id = ANY($1) AND caller = $2 AND complete AND expire_time > $3 ORDER BY id FOR SHARE",
);

/// Those of the uploads that are the caller's own, complete and not yet expired at `now`, each with the file's key. Only in
/// a transaction.
pub async fn get_many(
    tx: &mut Tx,
    ids: Vec<Uuid>,
    caller: [u8; 32],
    now: Timestamp,
    keyring: &Keyring,
) -> Result<HashMap<UploadId, (Upload, DataKey)>, Error> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let found = tx.all(GET, args![ids, caller, now], |row| read(row, keyring)).await?;
    Ok(found.into_iter().map(|(upload, key)| (upload.id, (upload, key))).collect())
}

/// The same for one.
pub async fn get(
    tx: &mut Tx,
    id: UploadId,
    caller: [u8; 32],
    now: Timestamp,
    keyring: &Keyring,
) -> Result<Option<(Upload, DataKey)>, Error> {
    Ok(get_many(tx, vec![id.as_uuid()], caller, now, keyring).await?.remove(&id))
}

fn read(row: &Row, keyring: &Keyring) -> Result<(Upload, DataKey), Error> {
    let id: UploadId = row.get("id")?;
    let key = key(row, id, keyring)?;
    let sha256 = key.open(&place("upload.sha256", id), &row.get::<Vec<u8>>("sha256")?);
    let upload = Upload {
        id,
        file: row.get("file")?,
        name: open(&key, "upload.name", id, &row.get::<Vec<u8>>("name")?)?,
        media_type: row.get("media_type")?,
        size: row.get("size")?,
        sha256: sha256.map_err(closed("upload.sha256"))?,
        expire_time: row.get("expire_time")?,
    };
    Ok((upload, key))
}

fn key(row: &Row, id: UploadId, keyring: &Keyring) -> Result<DataKey, Error> {
    let wrapped = WrappedKey { key_id: row.get("key_id")?, bytes: row.get("wrapped_key")? };
    keyring.unwrap(&key_place(id.as_uuid()), &wrapped).map_err(closed("upload.wrapped_key"))
}

/// Gives up the uploads of a file that have expired at `now`: none of them can be completed or attached any more, whatever
/// its clock says. What the object store calls those that were stored in parts.
pub async fn give_up(tx: &mut Tx, file: FileId, now: Timestamp) -> Result<Vec<String>, Error> {
    let sql = "UPDATE upload SET expire_time = $3 WHERE file = $1 AND expire_time <= $2 RETURNING multipart";
    let given_up = args![file, now, Timestamp::from_micros(0)];
    let multiparts: Vec<Option<String>> = tx.all(sql, given_up, |row| row.get("multipart")).await?;
    Ok(multiparts.into_iter().flatten().collect())
}

/// Forgets the uploads of a file that were given up.
pub async fn forget_given_up(tx: &mut Tx, file: FileId) -> Result<(), Error> {
    let sql = "DELETE FROM upload WHERE file = $1 AND expire_time = $2";
    tx.execute(sql, args![file, Timestamp::from_micros(0)]).await.map(|_| ())
}

/// Until when the last upload of a file can be attached, if there is one that was not given up.
pub async fn expiry(tx: &mut Tx, file: FileId) -> Result<Option<Timestamp>, Error> {
    let sql = "SELECT expire_time FROM upload WHERE file = $1 AND expire_time > $2 ORDER BY expire_time DESC LIMIT 1";
    tx.optional(sql, args![file, Timestamp::from_micros(0)], |row| row.get("expire_time")).await
}

/// Lets an upload expire at once: its file was refused, or is there already.
pub async fn expire(tx: &mut Tx, id: UploadId, now: Timestamp) -> Result<(), Error> {
    tx.execute("UPDATE upload SET expire_time = $2 WHERE id = $1", args![id, now]).await.map(|_| ())
}
