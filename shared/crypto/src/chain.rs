//! The keyed chain of a log: each link vouches for its entry and, through the link before it, for all earlier ones.

use crate::key::DataKey;
use crate::lookup::{LookupHash, LookupKey};

/// The key of the chains. Derived from the secret that look-ups stand on and that encryption does not: replacing the
/// wrapping keys leaves every chain whole.
#[derive(Clone)]
pub struct ChainKey(LookupKey);

impl ChainKey {
    pub(crate) fn new(key: DataKey) -> Self {
        Self(LookupKey::new(key))
    }

    /// The link of `entry` to the link before it, which is empty for the first.
    pub fn link(&self, previous: &[u8], entry: &[u8]) -> LookupHash {
        self.0.hash("link", &[previous, entry])
    }

    /// Vouches for the end of a chain that is kept elsewhere.
    pub fn vouch(&self, head: &[u8]) -> LookupHash {
        self.0.hash("head", &[head])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_depends_on_key_entry_and_all_before() {
        let key = ChainKey::new(DataKey::from_bytes([1; 32]));
        let first = key.link(&[], b"one");
        let second = key.link(first.as_bytes(), b"two");
        assert_ne!(second, key.link(key.link(&[], b"other").as_bytes(), b"two"));
        assert_ne!(second, key.link(first.as_bytes(), b"three"));
        assert_ne!(first, ChainKey::new(DataKey::from_bytes([2; 32])).link(&[], b"one"));
        assert_ne!(key.link(&[], b"one"), key.vouch(b"one"), "a head is no link");
    }
}
