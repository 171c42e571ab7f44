//! Encryption of files as streams: segments of [`SEGMENT_BYTES`], each sealed with its number and whether it
//! is the last, so that nothing can be cut off, swapped or repeated unseen, and no whole file is ever in memory.

use crate::key::{DataKey, SealError};
use aes_gcm_siv::Nonce;
use aes_gcm_siv::aead::{Aead as _, Payload};

/// Plain bytes in every segment but the last.
pub const SEGMENT_BYTES: usize = 64 * 1024;

/// Bytes that sealing adds to a segment.
pub const OVERHEAD_BYTES: usize = 16;

/// Seals or opens the segments of one file in order. The key must belong to this one file: the nonces are the
/// segments' numbers.
pub struct Segments {
    key: DataKey,
    next: u64,
}

impl Segments {
    /// The segments from `first` on (0 for the whole file).
    pub fn new(key: DataKey, first: u64) -> Self {
        Self { key, next: first }
    }

    /// Seals the next segment; all but the last must be [`SEGMENT_BYTES`] long.
    pub fn seal(&mut self, plain: &[u8], last: bool) -> Result<Vec<u8>, SealError> {
        let (nonce, place) = self.step(last);
        self.key.cipher().encrypt(&nonce, Payload { msg: plain, aad: place }).map_err(|_| SealError)
    }

    /// Opens the next segment.
    pub fn open(&mut self, sealed: &[u8], last: bool) -> Result<Vec<u8>, SealError> {
        let (nonce, place) = self.step(last);
        self.key.cipher().decrypt(&nonce, Payload { msg: sealed, aad: place }).map_err(|_| SealError)
    }

    fn step(&mut self, last: bool) -> (Nonce, &'static [u8]) {
        let mut nonce = [0; 12];
        nonce[4..].copy_from_slice(&self.next.to_be_bytes());
        self.next += 1;
        (Nonce::from(nonce), if last { b"last" } else { b"more" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::SystemRandom;

    #[test]
    fn segments_open_in_order_and_know_the_end() {
        let key = DataKey::generate(&SystemRandom);
        let mut seal = Segments::new(key.clone(), 0);
        let (one, two) = (seal.seal(b"one", false).unwrap(), seal.seal(b"two", true).unwrap());
        let mut open = Segments::new(key.clone(), 0);
        assert_eq!(open.open(&one, false), Ok(b"one".to_vec()));
        assert_eq!(open.open(&two, true), Ok(b"two".to_vec()));
        assert_eq!(Segments::new(key.clone(), 0).open(&two, true), Err(SealError), "swapped");
        assert_eq!(Segments::new(key.clone(), 0).open(&one, true), Err(SealError), "cut off");
        assert_eq!(Segments::new(key, 1).open(&two, true), Ok(b"two".to_vec()), "resumed");
    }
}
