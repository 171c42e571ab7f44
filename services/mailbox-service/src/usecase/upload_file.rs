//! Taking in a file as it streams: counted, hashed, looked at, sealed and stored, in memory that does not grow (M3).

use super::{FILE_SWEEP, Parts, Repeatable};
use crate::domain::file::{Upload, UploadHeader};
use crate::domain::file_type::{Detector, FileType};
use crate::error::Error;
use crate::objects::Writer;
use crate::store;
use crate::store::upload::NewUpload;
use crypto::DataKey;
use kernel::{FileId, UploadId};
use sha2::{Digest as _, Sha256};
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
    let key = DataKey::generate(&*parts.random);
    let (writing, left) = (parts.clone(), header.size);
    let new = parts.db.write(move |tx| {
        Box::pin(async move {
            let (parts, now) = (writing, tx.now().await?);
            let new = NewUpload {
                id: UploadId::new(now, &*parts.random),
                file: FileId::new(now, &*parts.random),
                caller,
                header,
                key,
                expire_time: now.plus(parts.config.upload_life()),
            };
            store::upload::begin(tx, &new, &parts.keys.keyring, &*parts.random).await?;
            sql::queue::push(tx, FILE_SWEEP, new.file.as_uuid(), new.expire_time).await?;
            Ok::<_, Error>(new)
        })
    });
    let new = new.await?;
    let writer = parts.objects.write(new.file, new.key.clone()).await?;
    Ok(Upstream { parts: parts.clone(), new, writer, left, hash: Sha256::new(), detector: Detector::default() })
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

    /// All has come. From now on the file can be attached.
    pub async fn finish(self, call: Repeatable) -> Result<Upload, Error> {
        let header = &self.new.header;
        let hash: [u8; 32] = self.hash.finalize().into();
        let whole = self.left == 0 && hash == header.sha256;
        let checked = if whole {
            self.detector.finish(&header.name).map_err(|found| Error::FileTypeNotAllowed(found.detected))
        } else {
            Err(Error::FileHashMismatch)
        };
        match checked {
            Ok(kind) => {
                self.writer.finish().await?;
                complete(&self.parts, self.new, kind, call).await
            }
            Err(refused) => {
                discard(&self.parts, self.new, self.writer).await?;
                Err(refused)
            }
        }
    }

    /// The file is not wanted: nothing of it stays.
    pub async fn abort(self) -> Result<(), Error> {
        discard(&self.parts, self.new, self.writer).await
    }
}

async fn complete(parts: &Arc<Parts>, new: NewUpload, kind: FileType, call: Repeatable) -> Result<Upload, Error> {
    let parts = parts.clone();
    let db = parts.db.clone();
    db.write(move |tx| {
        Box::pin(async move {
            let now = tx.now().await?;
            let id = if let Some(first) = call.before(tx).await? {
                // The same file came before: this one is swept.
                store::upload::expire(tx, new.id, now).await?;
                sql::queue::push(tx, FILE_SWEEP, new.file.as_uuid(), now).await?;
                UploadId::from(first)
            } else {
                store::upload::complete(tx, new.id, kind.media_type()).await?;
                call.made(tx, new.id.as_uuid()).await?;
                new.id
            };
            let upload = store::upload::get(tx, id, new.caller, now, &parts.keys.keyring).await?;
            upload.map(|(upload, _)| upload).ok_or(Error::UploadNotFound(id))
        })
    })
    .await
}

async fn discard(parts: &Arc<Parts>, new: NewUpload, writer: Writer) -> Result<(), Error> {
    writer.abort().await?;
    let expired = parts.db.write(move |tx| {
        Box::pin(async move {
            let now = tx.now().await?;
            store::upload::expire(tx, new.id, now).await?;
            sql::queue::push(tx, FILE_SWEEP, new.file.as_uuid(), now).await
        })
    });
    Ok(expired.await?)
}
