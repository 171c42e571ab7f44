//! Where the sealed bytes of a file go while it is written, in parts of one size.

use bytes::Bytes;
use object_store::aws::AmazonS3;
use object_store::local::LocalFileSystem;
use object_store::multipart::{MultipartStore as _, PartId};
use object_store::path::Path;
use object_store::{MultipartId, MultipartUpload, ObjectStoreExt as _, PutPayload};
use std::sync::Arc;

/// Bytes of a part in a folder, at least: few, so that a writer's memory stays small.
const FOLDER_PART_BYTES: usize = 256 * 1024;
/// Bytes of a part in a bucket, at least: the least that S3-compatible stores take.
const BUCKET_PART_BYTES: usize = 5 * 1024 * 1024;

/// One file on its way into the store. Nothing can be read of it before [`Sink::finish`].
pub(super) enum Sink {
    /// Beside its place in the folder, until it is whole.
    Folder(Box<dyn MultipartUpload>),
    /// Small enough to be stored by one request.
    Once(Arc<AmazonS3>, Path),
    /// In parts, which the store keeps until it is told what becomes of them.
    Parts {
        /// The store.
        store: Arc<AmazonS3>,
        /// The file's place.
        path: Path,
        /// What the store calls the parts together.
        id: MultipartId,
        /// Those that are stored.
        parts: Vec<PartId>,
    },
}

impl Sink {
    pub(super) async fn begin_in_folder(folder: &LocalFileSystem, path: &Path) -> Result<Self, object_store::Error> {
        Ok(Self::Folder(folder.put_multipart(path).await?))
    }

    /// `size`: bytes of the object, to come.
    pub(super) async fn begin_in_bucket(
        store: &Arc<AmazonS3>,
        path: Path,
        size: u64,
    ) -> Result<Self, object_store::Error> {
        let store = store.clone();
        if size <= BUCKET_PART_BYTES as u64 {
            return Ok(Self::Once(store, path));
        }
        let id = store.create_multipart(&path).await?;
        Ok(Self::Parts { store, path, id, parts: Vec::new() })
    }

    /// What the store calls the parts, where it keeps them until it is told what becomes of them.
    pub(super) fn multipart(&self) -> Option<&str> {
        match self {
            Self::Folder(_) | Self::Once(..) => None,
            Self::Parts { id, .. } => Some(id),
        }
    }

    /// The least that a part has, but for the last.
    pub(super) fn part_bytes(&self) -> usize {
        match self {
            Self::Folder(_) => FOLDER_PART_BYTES,
            Self::Once(..) | Self::Parts { .. } => BUCKET_PART_BYTES,
        }
    }

    /// Stores the next part. One at a time: memory is that of one part, however fast the sender.
    pub(super) async fn put(&mut self, part: Bytes) -> Result<(), object_store::Error> {
        let part = PutPayload::from_bytes(part);
        match self {
            Self::Folder(upload) => upload.put_part(part).await,
            Self::Once(store, path) => store.put(path, part).await.map(|_| ()),
            Self::Parts { store, path, id, parts } => {
                parts.push(store.put_part(path, id, parts.len(), part).await?);
                Ok(())
            }
        }
    }

    /// Stores the last part. From now on the file can be read.
    pub(super) async fn finish(mut self, last: Bytes) -> Result<(), object_store::Error> {
        self.put(last).await?;
        match self {
            Self::Folder(mut upload) => upload.complete().await.map(|_| ()),
            Self::Once(..) => Ok(()),
            Self::Parts { store, path, id, parts } => store.complete_multipart(&path, &id, parts).await.map(|_| ()),
        }
    }

    /// Forgets all that was stored.
    pub(super) async fn abort(self) -> Result<(), object_store::Error> {
        match self {
            Self::Folder(mut upload) => upload.abort().await,
            Self::Once(..) => Ok(()),
            Self::Parts { store, path, id, .. } => store.abort_multipart(&path, &id).await,
        }
    }
}
