//! Taking in a file as it streams: counted, hashed, looked at, sealed and stored, in memory that does not grow (M3). What the
//! same caller uploads again is stored once, for as long as the first can be attached; whoever else has the same file learns
//! nothing of it.

use super::{FILE_SWEEP, Parts, Repeatable};
use crate::domain::file::{MAX_UPLOAD_TIME, Upload, UploadHeader};
use crate::domain::file_type::{Detector, FileType};
use crate::error::Error;
use crate::objects::Writer;
use crate::scanner::Verdict;
use crate::store;
use crate::store::upload::NewUpload;
use crypto::DataKey;
use kernel::{FileId, Timestamp, UploadId};
use sha2::{Digest as _, Sha256};
use sql::Tx;
use std::sync::Arc;

/// A file that is being taken in.
pub struct Upstream {
    parts: Arc<Parts>,
    new: NewUpload,
    writer: Writer,
    left: i64,
    hash: Sha256,
    detector: Detector,
}

/// Begins: the row first, so that whatever reaches the object store is known and swept.
pub async fn begin(parts: &Arc<Parts>, caller: [u8; 32], header: UploadHeader) -> Result<Upstream, Error> {
    let (writing, left) = (parts.clone(), header.size);
    let size = u64::try_from(left).unwrap_or(0);
    let new = parts.db.write(move |tx| Box::pin(async move { note(&writing, tx, caller, header).await })).await?;
    let writer = parts.objects.write(new.file, new.key.clone(), size).await?;
    if let Some(multipart) = writer.multipart().map(ToOwned::to_owned) {
        let id = new.id;
        let noted =
            parts.db.write(move |tx| Box::pin(async move { store::upload::begin_multipart(tx, id, &multipart).await }));
        noted.await?;
    }
    let (hash, detector) = (Sha256::new(), Detector::default());
    Ok(Upstream { parts: parts.clone(), new, writer, left, hash, detector })
}

/// Notes what will be stored, and when it is to be swept if nothing comes of it.
async fn note(parts: &Parts, tx: &mut Tx, caller: [u8; 32], header: UploadHeader) -> Result<NewUpload, Error> {
    let now = tx.now().await?;
    let new = NewUpload {
        id: UploadId::new(now, &*parts.random),
        file: FileId::new(now, &*parts.random),
        caller,
        content: parts.content_hash(&[caller, header.sha256].concat()),
        header,
        key: DataKey::generate(&*parts.random),
        expire_time: now.plus(MAX_UPLOAD_TIME),
    };
    store::upload::begin(tx, &new, &parts.keys.keyring, &*parts.random).await?;
    sql::queue::push(tx, FILE_SWEEP, new.file.as_uuid(), new.expire_time).await?;
    Ok(new)
}

impl Upstream {
    /// The next chunk.
    pub async fn push(&mut self, chunk: &[u8]) -> Result<(), Error> {
        self.left -= i64::try_from(chunk.len()).unwrap_or(i64::MAX);
        if self.left < 0 {
            return Err(Error::FileHashMismatch);
        }
        self.hash.update(chunk);
        self.detector.push(chunk);
        self.writer.push(chunk).await
    }

    /// All has come. From now on the file can be attached, unless it is none that may be sent.
    pub async fn finish(self, call: Repeatable) -> Result<Upload, Error> {
        let header = &self.new.header;
        let hash: [u8; 32] = self.hash.finalize().into();
        let whole = self.left == 0 && hash == header.sha256;
        let checked = if whole {
            self.detector.finish(&header.name).map_err(|found| Error::FileTypeNotAllowed(found.detected))
        } else {
            Err(Error::FileHashMismatch)
        };
        let kind = match checked {
            Ok(kind) => kind,
            Err(refused) => {
                discard(&self.parts, self.new, self.writer).await?;
                return Err(refused);
            }
        };
        self.writer.finish().await?;
        let taken_in = match scan(&self.parts, &self.new).await {
            Ok(()) => {
                let (parts, new) = (self.parts.clone(), self.new.clone());
                let completed =
                    self.parts.db.write(move |tx| Box::pin(async move { complete(&parts, tx, new, kind, call).await }));
                completed.await
            }
            Err(refused) => Err(refused),
        };
        if taken_in.is_err() {
            give_up(&self.parts, self.new).await?;
        }
        taken_in
    }

    /// The file is not wanted: nothing of it stays.
    pub async fn abort(self) -> Result<(), Error> {
        discard(&self.parts, self.new, self.writer).await
    }
}

async fn complete(
    parts: &Parts,
    tx: &mut Tx,
    mut new: NewUpload,
    kind: FileType,
    call: Repeatable,
) -> Result<Upload, Error> {
    let now = tx.now().await?;
    // What is remembered longer than it could be attached is forgotten: the file has come anew.
    if let Some(first) = call.before(tx).await?
        && let Some(first) = get(parts, tx, first.into(), new.caller, now).await?
    {
        store::upload::expire(tx, new.id, now).await?;
        sql::queue::push(tx, FILE_SWEEP, new.file.as_uuid(), now).await?;
        return Ok(first);
    }
    if let Some((file, key)) = store::upload::find_same(tx, &new, now, &parts.keys.keyring).await? {
        // What has just been stored belongs to nothing now.
        sql::queue::push(tx, FILE_SWEEP, new.file.as_uuid(), now).await?;
        (new.file, new.key) = (file, key);
    }
    let (keyring, random) = (&parts.keys.keyring, &*parts.random);
    let life = (now, now.plus(parts.config.upload_life()));
    if !store::upload::complete(tx, &new, kind.media_type(), life, keyring, random).await? {
        return Err(Error::UploadNotFound(new.id));
    }
    call.made(tx, new.id.as_uuid()).await?;
    get(parts, tx, new.id, new.caller, now).await?.ok_or(Error::UploadNotFound(new.id))
}

async fn get(
    parts: &Parts,
    tx: &mut Tx,
    id: UploadId,
    caller: [u8; 32],
    now: Timestamp,
) -> Result<Option<Upload>, Error> {
    let upload = store::upload::get(tx, id, caller, now, &parts.keys.keyring).await?;
    Ok(upload.map(|(upload, _)| upload))
}

async fn discard(parts: &Arc<Parts>, new: NewUpload, writer: Writer) -> Result<(), Error> {
    writer.abort().await?;
    give_up(parts, new).await
}

/// Leaves the rest to the sweep, which is due now.
async fn give_up(parts: &Arc<Parts>, new: NewUpload) -> Result<(), Error> {
    let expired = parts.db.write(move |tx| {
        Box::pin(async move {
            let now = tx.now().await?;
            store::upload::expire(tx, new.id, now).await?;
            sql::queue::push(tx, FILE_SWEEP, new.file.as_uuid(), now).await
        })
    });
    Ok(expired.await?)
}

/// Lets the scanner look at what is stored, as it will be read: a slow sender keeps no scanner waiting.
async fn scan(parts: &Parts, new: &NewUpload) -> Result<(), Error> {
    let Some(scanner) = &parts.scanner else { return Ok(()) };
    let size = u64::try_from(new.header.size).unwrap_or(0);
    match scanner.scan(parts.objects.read(new.file, new.key.clone(), size, 0)).await? {
        Verdict::Clean => Ok(()),
        Verdict::Infected => Err(Error::FileRefusedByScanner),
    }
}
