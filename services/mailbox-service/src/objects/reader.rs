//! Reading a file from an offset on.

use crate::domain::file::{segment_count, stored_range};
use crate::error::Error;
use bytes::Bytes;
use crypto::DataKey;
use crypto::file::{OVERHEAD_BYTES, SEGMENT_BYTES, Segments};
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _};
use std::sync::Arc;

/// Segments fetched at once: a mebibyte, so that neither memory nor what is sent after an ending grows with the file.
const BATCH: u64 = 16;

/// Reads one file, in the memory of one batch.
pub struct Reader {
    store: Arc<dyn ObjectStore>,
    path: Path,
    segments: Segments,
    next: u64,
    skip: usize,
    size: u64,
    offset: u64,
    fetched: Bytes,
}

impl Reader {
    pub(super) fn new(store: Arc<dyn ObjectStore>, path: Path, key: DataKey, size: u64, offset: u64) -> Self {
        let next = offset / SEGMENT_BYTES as u64;
        let skip = usize::try_from(offset % SEGMENT_BYTES as u64).unwrap_or(0);
        let segments = Segments::new(key, next);
        Self { store, path, segments, next, skip, size, offset, fetched: Bytes::new() }
    }

    /// The next bytes, at most a segment of them; nothing at the end.
    pub async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        let count = segment_count(self.size);
        if self.offset >= self.size || self.next >= count {
            return Ok(None);
        }
        if self.fetched.is_empty() {
            let range = stored_range(self.size, self.next, BATCH);
            self.fetched = self.store.get_range(&self.path, range).await?;
        }
        let sealed = self.fetched.split_to((SEGMENT_BYTES + OVERHEAD_BYTES).min(self.fetched.len()));
        self.next += 1;
        let plain = self.segments.open(&sealed, self.next == count)?;
        let skip = std::mem::take(&mut self.skip).min(plain.len());
        Ok(Some(Bytes::from(plain).slice(skip..)))
    }
}
