//! Keyed tags: short hashes by which one mailbox's letters are searched.

use crate::key::DataKey;
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// Bytes of a tag. Two terms of one mailbox share a tag once in four milliards, so a tag finds and never proves.
pub const TAG_BYTES: usize = 4;

/// Makes the tags of one mailbox. Made of its data key, so that the same term has another tag in every mailbox, and none
/// at all once the data key is gone.
pub struct TagKey(Hmac<Sha256>);

impl TagKey {
    /// The key of the tags under `key`.
    ///
    /// # Panics
    /// Never: 32 bytes are within HKDF's limits, and HMAC takes keys of any length.
    pub fn of(key: &DataKey) -> Self {
        let mut tags = [0; 32];
        let expanded = Hkdf::<Sha256>::new(Some(b"digitalpost/v1"), key.bytes()).expand(b"search tags", &mut tags);
        expanded.expect("32 bytes are within HKDF's limits");
        Self(Hmac::new_from_slice(&tags).expect("a key of any length"))
    }

    /// The tag of `term`.
    pub fn tag(&self, term: &str) -> [u8; TAG_BYTES] {
        let mut mac = self.0.clone();
        mac.update(term.as_bytes());
        let hash = mac.finalize().into_bytes();
        [hash[0], hash[1], hash[2], hash[3]]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_has_one_tag_in_one_mailbox() {
        let (karens, niels) = (DataKey::from_bytes([1; 32]), DataKey::from_bytes([2; 32]));
        let tag = TagKey::of(&karens).tag("skat");
        assert_eq!(tag, TagKey::of(&karens.clone()).tag("skat"));
        assert_ne!(tag, TagKey::of(&karens).tag("skatt"));
        assert_ne!(tag, TagKey::of(&niels).tag("skat"));
    }
}
