//! Writing a file: sealed in segments as it comes, stored in parts.

use super::sink::Sink;
use crate::error::Error;
use bytes::{BufMut as _, Bytes, BytesMut};
use crypto::DataKey;
use crypto::file::{OVERHEAD_BYTES, SEGMENT_BYTES, Segments};

/// Writes one file, in the memory of one part and one segment. Dropped before [`Writer::finish`], it leaves nothing that could
/// be read, and what it leaves is found by the sweep.
pub struct Writer {
    sink: Sink,
    segments: Segments,
    pending: Vec<u8>,
    part: BytesMut,
}

impl Writer {
    pub(super) fn new(sink: Sink, key: DataKey) -> Self {
        let pending = Vec::with_capacity(SEGMENT_BYTES);
        Self { sink, segments: Segments::new(key, 0), pending, part: BytesMut::new() }
    }

    /// What the store calls the parts of a file that is stored in parts, which it keeps until it is told what becomes of them.
    pub fn multipart(&self) -> Option<&str> {
        self.sink.multipart()
    }

    /// The next bytes. Waits while the store is slower than the sender.
    pub async fn push(&mut self, mut bytes: &[u8]) -> Result<(), Error> {
        while !bytes.is_empty() {
            // A full segment is sealed only when more follows, because the last one is sealed as such.
            if self.pending.len() == SEGMENT_BYTES {
                self.seal(false)?;
                if self.part.len() >= self.sink.part_bytes() {
                    let part = self.take();
                    self.sink.put(part).await?;
                }
            }
            let (now, later) = bytes.split_at((SEGMENT_BYTES - self.pending.len()).min(bytes.len()));
            self.pending.extend_from_slice(now);
            bytes = later;
        }
        Ok(())
    }

    /// The file is whole; from now on it can be read.
    pub async fn finish(mut self) -> Result<(), Error> {
        self.seal(true)?;
        let last = self.take();
        Ok(self.sink.finish(last).await?)
    }

    /// The file is not wanted.
    pub async fn abort(self) -> Result<(), object_store::Error> {
        self.sink.abort().await
    }

    fn seal(&mut self, last: bool) -> Result<(), Error> {
        self.part.reserve(SEGMENT_BYTES + OVERHEAD_BYTES);
        self.part.put_slice(&self.segments.seal(&self.pending, last)?);
        self.pending.clear();
        Ok(())
    }

    fn take(&mut self) -> Bytes {
        std::mem::take(&mut self.part).freeze()
    }
}
