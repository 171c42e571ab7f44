//! The place where files lie: one object a file, in sealed segments under the file's own key. A folder by default, a bucket
//! of an S3-compatible store by configuration.

mod bucket;
mod reader;
mod sink;
mod writer;

pub use bucket::BucketConfig;
pub use reader::Reader;
pub use writer::Writer;

use crate::domain::file::stored_size;
use crypto::DataKey;
use kernel::FileId;
use object_store::aws::AmazonS3;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _};
use sink::Sink;
use std::path::PathBuf;
use std::sync::Arc;

/// Where files lie.
#[derive(Clone)]
pub struct Objects(Place);

#[derive(Clone)]
enum Place {
    Folder(Arc<LocalFileSystem>, PathBuf),
    Bucket(Arc<AmazonS3>),
}

impl Objects {
    /// In the folder `dir`, made if it is not there. What is acknowledged is on the disk.
    pub fn in_folder(dir: &std::path::Path) -> Result<Self, object_store::Error> {
        std::fs::create_dir_all(dir).map_err(in_folder)?;
        let folder = LocalFileSystem::new_with_prefix(dir)?.with_fsync(true);
        Ok(Self(Place::Folder(Arc::new(folder), dir.to_owned())))
    }

    /// In a bucket, which must be there.
    pub fn in_bucket(config: &BucketConfig) -> anyhow::Result<Self> {
        Ok(Self(Place::Bucket(Arc::new(config.open()?))))
    }

    /// Begins to write a file of `size` bytes.
    pub async fn write(&self, file: FileId, key: DataKey, size: u64) -> Result<Writer, object_store::Error> {
        let path = path(file);
        let sink = match &self.0 {
            Place::Folder(folder, _) => Sink::begin_in_folder(folder, &path).await?,
            Place::Bucket(bucket) => Sink::begin_in_bucket(bucket, path, stored_size(size)).await?,
        };
        Ok(Writer::new(sink, key))
    }

    /// Begins to read a file of `size` bytes at `offset`.
    pub fn read(&self, file: FileId, key: DataKey, size: u64, offset: u64) -> Reader {
        Reader::new(self.store(), path(file), key, size, offset)
    }

    /// Removes a file, whole or begun under one of the names that [`Writer::multipart`] gave; one that is not there is removed.
    pub async fn remove(&self, file: FileId, multiparts: &[String]) -> Result<(), object_store::Error> {
        let path = path(file);
        match &self.0 {
            Place::Folder(_, dir) => remove_begun(dir, &path).await?,
            Place::Bucket(bucket) => bucket::abort(bucket, &path, multiparts).await?,
        }
        gone(self.store().delete(&path).await)
    }

    fn store(&self) -> Arc<dyn ObjectStore> {
        match &self.0 {
            Place::Folder(folder, _) => folder.clone(),
            Place::Bucket(bucket) => bucket.clone(),
        }
    }
}

/// What is not there is as good as removed.
fn gone(removed: Result<(), object_store::Error>) -> Result<(), object_store::Error> {
    match removed {
        Err(object_store::Error::NotFound { .. }) => Ok(()),
        done => done,
    }
}

/// The last two digits spread the files over 256 folders.
fn path(file: FileId) -> Path {
    let name = file.as_uuid().simple().to_string();
    Path::from(format!("{}/{name}", &name[30..]))
}

/// A file that is being written lies beside its place as `…#1` (the number grows when that is taken, which no second writer
/// of the same file does). A process that is killed leaves it there, and the store itself neither lists nor deletes it.
async fn remove_begun(dir: &std::path::Path, path: &Path) -> Result<(), object_store::Error> {
    match tokio::fs::remove_file(dir.join(format!("{path}#1"))).await {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(in_folder(error)),
        _ => Ok(()),
    }
}

fn in_folder(source: std::io::Error) -> object_store::Error {
    object_store::Error::Generic { store: "folder", source: Box::new(source) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crypto::file::SEGMENT_BYTES;
    use kernel::{SystemRandom, Timestamp};

    #[tokio::test]
    async fn a_file_is_read_as_it_was_written_from_any_offset() {
        let folder = tempfile::tempdir().unwrap();
        let objects = Objects::in_folder(folder.path()).unwrap();
        for size in [1, SEGMENT_BYTES - 1, SEGMENT_BYTES, SEGMENT_BYTES + 1, 20 * SEGMENT_BYTES + 7] {
            let content: Vec<u8> = (0..size).map(|at| u8::try_from(at % 251).unwrap()).collect();
            let (file, key) = (FileId::new(Timestamp::from_micros(1), &SystemRandom), DataKey::generate(&SystemRandom));
            let mut writer = objects.write(file, key.clone(), size as u64).await.unwrap();
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
            objects.remove(file, &[]).await.unwrap();
            objects.remove(file, &[]).await.unwrap();
        }
    }

    #[tokio::test]
    async fn an_aborted_file_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let objects = Objects::in_folder(folder.path()).unwrap();
        let file = FileId::new(Timestamp::from_micros(1), &SystemRandom);
        let mut writer = objects.write(file, DataKey::generate(&SystemRandom), 2_000_000).await.unwrap();
        writer.push(&vec![7; 200_000]).await.unwrap();
        writer.abort().await.unwrap();
        let left = walk(folder.path());
        assert!(left.is_empty(), "{left:?}");
    }

    #[tokio::test]
    async fn a_file_whose_writer_was_killed_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let objects = Objects::in_folder(folder.path()).unwrap();
        let file = FileId::new(Timestamp::from_micros(1), &SystemRandom);
        let mut writer = objects.write(file, DataKey::generate(&SystemRandom), 2_000_000).await.unwrap();
        writer.push(&vec![7; 2_000_000]).await.unwrap();
        // As a process that is killed: nothing runs that would clean up.
        std::mem::forget(writer);
        assert_eq!(walk(folder.path()).len(), 1);
        objects.remove(file, &[]).await.unwrap();
        assert!(walk(folder.path()).is_empty());
    }

    fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
    }
}
