//! The place where files lie: one object a file, in sealed segments under the file's own key. A folder by default.

use crate::domain::file::{segment_count, stored_range};
use bytes::Bytes;
use crypto::DataKey;
use crypto::file::{OVERHEAD_BYTES, SEGMENT_BYTES, Segments};
use kernel::FileId;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _, WriteMultipart};
use std::sync::Arc;

/// Segments fetched at once: a mebibyte, so that neither memory nor what is sent after an ending grows with the file.
const BATCH: u64 = 16;

/// Bytes of one part of an upload: the least that S3-compatible stores take.
const PART_BYTES: usize = 5 * 1024 * 1024;

/// Where files lie.
#[derive(Clone)]
pub struct Objects(Arc<dyn ObjectStore>);

impl Objects {
    /// In the folder `dir`, made if it is not there. What is acknowledged is on the disk.
    pub fn in_folder(dir: &std::path::Path) -> Result<Self, object_store::Error> {
        let made = std::fs::create_dir_all(dir);
        made.map_err(|source| object_store::Error::Generic { store: "folder", source: Box::new(source) })?;
        let folder = LocalFileSystem::new_with_prefix(dir)?.with_fsync(true);
        Ok(Self(Arc::new(folder)))
    }

    /// Begins to write a file.
    pub async fn write(&self, file: FileId, key: DataKey) -> Result<Writer, object_store::Error> {
        let upload = self.0.put_multipart(&path(file)).await?;
        Ok(Writer {
            parts: WriteMultipart::new_with_chunk_size(upload, PART_BYTES),
            segments: Segments::new(key, 0),
            pending: Vec::with_capacity(SEGMENT_BYTES),
        })
    }

    /// Begins to read a file of `size` bytes at `offset`.
    pub fn read(&self, file: FileId, key: DataKey, size: u64, offset: u64) -> Reader {
        let first = offset / SEGMENT_BYTES as u64;
        let skip = usize::try_from(offset % SEGMENT_BYTES as u64).unwrap_or(0);
        let segments = Segments::new(key, first);
        Reader { objects: self.clone(), file, segments, next: first, skip, size, offset, fetched: Bytes::new() }
    }

    /// Removes a file; one that is not there is removed.
    pub async fn remove(&self, file: FileId) -> Result<(), object_store::Error> {
        match self.0.delete(&path(file)).await {
            Err(object_store::Error::NotFound { .. }) => Ok(()),
            done => done,
        }
    }
}

/// The last two digits spread the files over 256 folders.
fn path(file: FileId) -> Path {
    let name = file.as_uuid().simple().to_string();
    Path::from(format!("{}/{name}", &name[30..]))
}

/// Writes one file. Dropped before [`Writer::finish`], it leaves nothing that could be read.
pub struct Writer {
    parts: WriteMultipart,
    segments: Segments,
    pending: Vec<u8>,
}

impl Writer {
    /// The next bytes. Waits while the store is slower than the sender.
    pub async fn push(&mut self, mut bytes: &[u8]) -> Result<(), crate::error::Error> {
        while !bytes.is_empty() {
            // A full segment is sealed only when more follows, because the last one is sealed as such.
            if self.pending.len() == SEGMENT_BYTES {
                self.parts.wait_for_capacity(1).await?;
                self.parts.write(&self.segments.seal(&self.pending, false)?);
                self.pending.clear();
            }
            let (now, later) = bytes.split_at((SEGMENT_BYTES - self.pending.len()).min(bytes.len()));
            self.pending.extend_from_slice(now);
            bytes = later;
        }
        Ok(())
    }

    /// The file is whole; from now on it can be read.
    pub async fn finish(mut self) -> Result<(), crate::error::Error> {
        self.parts.write(&self.segments.seal(&self.pending, true)?);
        self.parts.finish().await?;
        Ok(())
    }

    /// The file is not wanted.
    pub async fn abort(self) -> Result<(), object_store::Error> {
        self.parts.abort().await
    }
}

/// Reads one file from an offset on.
pub struct Reader {
    objects: Objects,
    file: FileId,
    segments: Segments,
    next: u64,
    skip: usize,
    size: u64,
    offset: u64,
    fetched: Bytes,
}

impl Reader {
    /// The next bytes, at most a segment of them; nothing at the end.
    pub async fn next(&mut self) -> Result<Option<Bytes>, crate::error::Error> {
        let count = segment_count(self.size);
        if self.offset >= self.size || self.next >= count {
            return Ok(None);
        }
        if self.fetched.is_empty() {
            let range = stored_range(self.size, self.next, BATCH);
            self.fetched = self.objects.0.get_range(&path(self.file), range).await?;
        }
        let sealed = self.fetched.split_to((SEGMENT_BYTES + OVERHEAD_BYTES).min(self.fetched.len()));
        self.next += 1;
        let plain = self.segments.open(&sealed, self.next == count)?;
        let skip = std::mem::take(&mut self.skip).min(plain.len());
        Ok(Some(Bytes::from(plain).slice(skip..)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{SystemRandom, Timestamp};

    #[tokio::test]
    async fn a_file_is_read_as_it_was_written_from_any_offset() {
        let folder = tempfile::tempdir().unwrap();
        let objects = Objects::in_folder(folder.path()).unwrap();
        for size in [1, SEGMENT_BYTES - 1, SEGMENT_BYTES, SEGMENT_BYTES + 1, 20 * SEGMENT_BYTES + 7] {
            let content: Vec<u8> = (0..size).map(|at| u8::try_from(at % 251).unwrap()).collect();
            let (file, key) = (FileId::new(Timestamp::from_micros(1), &SystemRandom), DataKey::generate(&SystemRandom));
            let mut writer = objects.write(file, key.clone()).await.unwrap();
            for chunk in content.chunks(10_000) {
                writer.push(chunk).await.unwrap();
            }
            writer.finish().await.unwrap();
            for offset in [0, 1, size / 2, size - 1, size] {
                let mut reader = objects.read(file, key.clone(), size as u64, offset as u64);
                let mut read = Vec::new();
                while let Some(bytes) = reader.next().await.unwrap() {
                    read.extend_from_slice(&bytes);
                }
                assert!(read == content[offset..], "{size} from {offset}");
            }
            objects.remove(file).await.unwrap();
            objects.remove(file).await.unwrap();
        }
    }

    #[tokio::test]
    async fn an_aborted_file_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let objects = Objects::in_folder(folder.path()).unwrap();
        let file = FileId::new(Timestamp::from_micros(1), &SystemRandom);
        let mut writer = objects.write(file, DataKey::generate(&SystemRandom)).await.unwrap();
        writer.push(&vec![7; 200_000]).await.unwrap();
        writer.abort().await.unwrap();
        let left = walk(folder.path());
        assert!(left.is_empty(), "{left:?}");
    }

    fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
    }
}
