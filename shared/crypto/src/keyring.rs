//! The wrapping keys, from a file outside the database.

use crate::chain::ChainKey;
use crate::key::{DataKey, SealError};
use crate::lookup::LookupKey;
use crate::page_token::PageTokens;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hkdf::Hkdf;
use kernel::Random;
use serde::Deserialize;
use sha2::Sha256;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The id of a wrapping key, as it stands in rows and in the key file.
pub type KeyId = String;

/// The wrapping keys by id; new data keys are wrapped by the active one.
#[derive(Clone)]
pub struct Keyring {
    active: KeyId,
    keys: Arc<BTreeMap<KeyId, DataKey>>,
}

/// A data key as it lies in the database.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WrappedKey {
    /// Which wrapping key opens it.
    pub key_id: KeyId,
    /// The sealed data key.
    pub bytes: Vec<u8>,
}

/// Why a key file is refused.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum KeyringError {
    /// Not JSON of the expected shape.
    #[error(
        "the key file must be JSON of the form {{\"active\": id, \"keys\": {{id: base64 of 32 bytes}}, \"lookup\": base64 of 32 bytes}}"
    )]
    Shape,
    /// A key is not 32 bytes.
    #[error("key {0:?} must be base64 of 32 bytes")]
    Key(String),
    /// The active key is not among the keys.
    #[error("the active key {0:?} is not among the keys")]
    Active(KeyId),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyFile {
    active: KeyId,
    keys: BTreeMap<KeyId, String>,
    lookup: String,
}

impl KeyFile {
    pub(crate) fn parse(text: &str) -> Result<Self, KeyringError> {
        serde_json::from_str(text).map_err(|_| KeyringError::Shape)
    }

    pub(crate) fn keyring(&self) -> Result<Keyring, KeyringError> {
        let keys = self.keys.iter().map(|(id, text)| Ok((id.clone(), derive(&decode(id, text)?, "wrap"))));
        let keys: BTreeMap<KeyId, DataKey> = keys.collect::<Result<_, KeyringError>>()?;
        if !keys.contains_key(&self.active) {
            return Err(KeyringError::Active(self.active.clone()));
        }
        Ok(Keyring { active: self.active.clone(), keys: Arc::new(keys) })
    }

    pub(crate) fn lookup(&self) -> Result<LookupKey, KeyringError> {
        Ok(LookupKey::new(derive(&decode("lookup", &self.lookup)?, "lookup")))
    }

    pub(crate) fn page_tokens(&self) -> Result<PageTokens, KeyringError> {
        Ok(PageTokens::new(derive(&decode("lookup", &self.lookup)?, "page-token")))
    }

    pub(crate) fn chain(&self) -> Result<ChainKey, KeyringError> {
        Ok(ChainKey::new(derive(&decode("lookup", &self.lookup)?, "chain")))
    }
}

fn decode(id: &str, text: &str) -> Result<[u8; 32], KeyringError> {
    let bytes = STANDARD.decode(text).map_err(|_| KeyringError::Key(id.to_owned()))?;
    bytes.try_into().map_err(|_| KeyringError::Key(id.to_owned()))
}

/// One key per purpose from one secret.
fn derive(secret: &[u8; 32], purpose: &str) -> DataKey {
    let mut key = [0; 32];
    // Fails only for output longer than 8160 bytes.
    let expanded = Hkdf::<Sha256>::new(Some(b"digitalpost/v1"), secret).expand(purpose.as_bytes(), &mut key);
    debug_assert!(expanded.is_ok());
    DataKey::from_bytes(key)
}

impl Keyring {
    /// Reads the keyring from a key file's text: `{"active": "k1", "keys": {"k1": "<base64 of 32 bytes>"}, "lookup": "<base64 of 32 bytes>"}`.
    pub fn parse(text: &str) -> Result<Self, KeyringError> {
        KeyFile::parse(text)?.keyring()
    }

    /// Wraps `key` with the active key, for the row `place`.
    pub fn wrap(&self, place: &str, key: &DataKey, random: &dyn Random) -> WrappedKey {
        let active = &self.keys[&self.active];
        WrappedKey { key_id: self.active.clone(), bytes: active.seal(place, key.bytes(), random) }
    }

    /// Unwraps the data key of the row `place`.
    pub fn unwrap(&self, place: &str, wrapped: &WrappedKey) -> Result<DataKey, SealError> {
        let key = self.keys.get(&wrapped.key_id).ok_or(SealError)?;
        let bytes = key.open(place, &wrapped.bytes)?;
        bytes.try_into().map(DataKey::from_bytes).map_err(|_| SealError)
    }

    /// The id of the key that wraps what is new.
    pub fn active(&self) -> &str {
        &self.active
    }

    /// The same data key of the row `place`, wrapped by the active key.
    pub fn rewrap(&self, place: &str, wrapped: &WrappedKey, random: &dyn Random) -> Result<WrappedKey, SealError> {
        Ok(self.wrap(place, &self.unwrap(place, wrapped)?, random))
    }

    /// Whether the id of any key, active or not, begins with `prefix`.
    pub fn has_id_with_prefix(&self, prefix: &str) -> bool {
        self.keys.keys().any(|id| id.starts_with(prefix))
    }

    /// Whether rotation still has to re-wrap this key.
    pub fn is_active(&self, wrapped: &WrappedKey) -> bool {
        wrapped.key_id == self.active
    }
}

/// Prints no key.
impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keyring").field("active", &self.active).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::SystemRandom;

    fn file(active: &str) -> String {
        let key = |byte: u8| STANDARD.encode([byte; 32]);
        format!(
            r#"{{"active": "{active}", "keys": {{"k1": "{}", "k2": "{}"}}, "lookup": "{}"}}"#,
            key(1),
            key(2),
            key(3)
        )
    }

    #[test]
    fn an_older_key_still_opens_what_it_wrapped() {
        let (old, new) = (Keyring::parse(&file("k1")).unwrap(), Keyring::parse(&file("k2")).unwrap());
        let key = DataKey::generate(&SystemRandom);
        let wrapped = old.wrap("mailbox/1", &key, &SystemRandom);
        let unwrapped = new.unwrap("mailbox/1", &wrapped).unwrap();
        assert_eq!(unwrapped.bytes(), key.bytes());
        assert!(!new.is_active(&wrapped));
        let anew = new.rewrap("mailbox/1", &wrapped, &SystemRandom).unwrap();
        assert!(new.is_active(&anew));
        assert_eq!(new.unwrap("mailbox/1", &anew).unwrap().bytes(), key.bytes());
        assert!(new.rewrap("mailbox/2", &wrapped, &SystemRandom).is_err());
        assert!(new.unwrap("mailbox/2", &wrapped).is_err());
    }

    #[test]
    fn a_wrong_key_file_says_what_is_wrong() {
        assert_eq!(Keyring::parse("{}").err(), Some(KeyringError::Shape));
        assert_eq!(Keyring::parse(&file("k3")).err(), Some(KeyringError::Active("k3".to_owned())));
        let short = r#"{"active": "k1", "keys": {"k1": "AAAA"}, "lookup": "AAAA"}"#;
        assert_eq!(Keyring::parse(short).err(), Some(KeyringError::Key("k1".to_owned())));
    }
}
