//! Keyed hashes: the way to find a row by a CPR number that is not stored in the clear.

use crate::key::DataKey;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

/// The key of the hashes. Lies outside the database: the space of CPR numbers is small enough to try them all.
#[derive(Clone)]
pub struct LookupKey(DataKey);

/// A keyed hash. Compares in constant time.
#[derive(Clone, Copy, Eq, Debug)]
pub struct LookupHash([u8; 32]);

impl LookupKey {
    pub(crate) fn new(key: DataKey) -> Self {
        Self(key)
    }

    /// The hash of `parts` for `purpose`; hashes of different purposes can't be matched against each other.
    ///
    /// # Panics
    /// Never: HMAC takes keys of any length.
    pub fn hash(&self, purpose: &str, parts: &[&[u8]]) -> LookupHash {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.bytes()).expect("a key of any length");
        for part in [purpose.as_bytes()].iter().chain(parts) {
            // The length in front keeps ("ab", "c") apart from ("a", "bc").
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        LookupHash(mac.finalize().into_bytes().into())
    }
}

impl LookupHash {
    /// The hash as it is stored.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl PartialEq for LookupHash {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl TryFrom<&[u8]> for LookupHash {
    type Error = std::array::TryFromSliceError;
    fn try_from(bytes: &[u8]) -> Result<Self, Self::Error> {
        bytes.try_into().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn purposes_parts_and_keys_all_count() {
        let key = LookupKey::new(DataKey::from_bytes([1; 32]));
        let hash = key.hash("cpr", &[b"ab", b"c"]);
        assert_eq!(hash, key.hash("cpr", &[b"ab", b"c"]));
        assert_ne!(hash, key.hash("cpr", &[b"a", b"bc"]));
        assert_ne!(hash, key.hash("code", &[b"ab", b"c"]));
        assert_ne!(hash, LookupKey::new(DataKey::from_bytes([2; 32])).hash("cpr", &[b"ab", b"c"]));
    }
}
