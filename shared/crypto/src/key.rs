//! One symmetric key and what it seals.

use aes_gcm_siv::aead::{Aead as _, Payload};
use aes_gcm_siv::{Aes256GcmSiv, KeyInit as _, Nonce};
use kernel::Random;
use kernel::random;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Bytes of the random nonce in front of each sealed value.
pub(crate) const NONCE_BYTES: usize = 12;

/// A key that seals values with AES-256-GCM-SIV. Leaves memory when dropped.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct DataKey([u8; 32]);

/// A sealed value does not open: another key, another place, or altered bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a sealed value does not open: another key, another place or altered bytes")]
pub struct SealError;

impl DataKey {
    /// A new random key.
    pub fn generate(random: &dyn Random) -> Self {
        Self(random::bytes(random))
    }

    pub(crate) fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    pub(crate) fn cipher(&self) -> Aes256GcmSiv {
        Aes256GcmSiv::new(&self.0.into())
    }

    /// Seals `plain` for `place`; only this key opens it, and only there.
    ///
    /// # Panics
    /// Beyond 64 GiB of plain bytes, which the limits on files and texts keep far away.
    pub fn seal(&self, place: &str, plain: &[u8], random: &dyn Random) -> Vec<u8> {
        let nonce: [u8; NONCE_BYTES] = random::bytes(random);
        let payload = Payload { msg: plain, aad: place.as_bytes() };
        let sealed =
            self.cipher().encrypt(&Nonce::from(nonce), payload).expect("less than 64 GiB, the cipher's one limit");
        [nonce.as_slice(), &sealed].concat()
    }

    /// Opens what was sealed for `place`.
    pub fn open(&self, place: &str, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or(SealError)?;
        let payload = Payload { msg: sealed, aad: place.as_bytes() };
        self.cipher().decrypt(&Nonce::from(*nonce), payload).map_err(|_| SealError)
    }

    /// Wraps another key for `place`: a file's under that of the mailbox that holds the file.
    pub fn wrap(&self, place: &str, key: &Self, random: &dyn Random) -> Vec<u8> {
        self.seal(place, key.bytes(), random)
    }

    /// Unwraps a key that was wrapped for `place`.
    pub fn unwrap(&self, place: &str, wrapped: &[u8]) -> Result<Self, SealError> {
        self.open(place, wrapped)?.try_into().map(Self).map_err(|_| SealError)
    }

    /// Opens text that was sealed for `place`.
    pub fn open_text(&self, place: &str, sealed: &[u8]) -> Result<String, SealError> {
        String::from_utf8(self.open(place, sealed)?).map_err(|_| SealError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::SystemRandom;

    #[test]
    fn a_value_opens_only_in_its_place_and_unaltered() {
        let key = DataKey::generate(&SystemRandom);
        let mut sealed = key.seal("person.name/1", b"Karen", &SystemRandom);
        assert_eq!(key.open("person.name/1", &sealed), Ok(b"Karen".to_vec()));
        assert_eq!(key.open("person.name/2", &sealed), Err(SealError));
        assert_eq!(DataKey::generate(&SystemRandom).open("person.name/1", &sealed), Err(SealError));
        if let Some(last) = sealed.last_mut() {
            *last ^= 1;
        }
        assert_eq!(key.open("person.name/1", &sealed), Err(SealError));
        assert_eq!(key.open("person.name/1", &[]), Err(SealError));
    }

    #[test]
    fn sealing_twice_shows_no_likeness() {
        let key = DataKey::generate(&SystemRandom);
        assert_ne!(key.seal("a", b"same", &SystemRandom), key.seal("a", b"same", &SystemRandom));
    }
}
