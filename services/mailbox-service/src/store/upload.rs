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
    /// What was stated.
    pub header: UploadHeader,
    /// The file's key.
    pub key: DataKey,
    /// Until when it can be attached.
    pub expire_time: Timestamp,
}

/// Writes an upload that has begun.
pub async fn begin(tx: &mut Tx, new: &NewUpload, keyring: &Keyring, random: &dyn Random) -> Result<(), Error> {
    let sql = "INSERT INTO upload (id, caller, file, key_id, wrapped_key, name, size, sha256, complete, expire_time) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, FALSE, $9)";
    let wrapped = keyring.wrap(&place("upload", new.id), &new.key, random);
    let values = args![
        new.id,
        new.caller,
        new.file,
        wrapped.key_id,
        wrapped.bytes,
        seal(&new.key, "upload.name", new.id, &new.header.name, random),
        new.header.size,
        new.header.sha256,
        new.expire_time,
    ];
    tx.execute(sql, values).await.map(|_| ())
}

/// Notes that the whole file is stored and of this type.
pub async fn complete(tx: &mut Tx, id: UploadId, media_type: &str) -> Result<(), Error> {
    let sql = "UPDATE upload SET complete = TRUE, media_type = $2 WHERE id = $1";
    tx.execute(sql, args![id, media_type]).await.map(|_| ())
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
    let wrapped = WrappedKey { key_id: row.get("key_id")?, bytes: row.get("wrapped_key")? };
    let key = keyring.unwrap(&place("upload", id), &wrapped).map_err(closed("upload.wrapped_key"))?;
    let upload = Upload {
        id,
        file: row.get("file")?,
        name: open(&key, "upload.name", id, &row.get::<Vec<u8>>("name")?)?,
        media_type: row.get("media_type")?,
        size: row.get("size")?,
        sha256: row.get("sha256")?,
        expire_time: row.get("expire_time")?,
    };
    Ok((upload, key))
}

/// Forgets the upload of a file if it has expired at `now`.
pub async fn forget_expired(tx: &mut Tx, file: FileId, now: Timestamp) -> Result<(), Error> {
    tx.execute("DELETE FROM upload WHERE file = $1 AND expire_time <= $2", args![file, now]).await.map(|_| ())
}

/// Until when the upload of a file can be attached, if there is one.
pub async fn expiry(tx: &mut Tx, file: FileId) -> Result<Option<Timestamp>, Error> {
    tx.optional("SELECT expire_time FROM upload WHERE file = $1", args![file], |row| row.get("expire_time")).await
}

/// Lets an upload expire at once: its file was refused.
pub async fn expire(tx: &mut Tx, id: UploadId, now: Timestamp) -> Result<(), Error> {
    tx.execute("UPDATE upload SET expire_time = $2 WHERE id = $1", args![id, now]).await.map(|_| ())
}
