//! Keeping secrets: encryption at rest, keyed hashes for look-ups, opaque page tokens.
//!
//! From the first migration on, every encrypted value carries the id of the key that opens it:
//!
//! - a [`Keyring`] holds the wrapping keys that come from outside the database, one of them active;
//! - a [`DataKey`] belongs to one mailbox (or subscription) and lies in the database wrapped by a wrapping key:
//!   destroying that one row erases the mailbox, rotation re-wraps that one row;
//! - what is sealed names its place (`table.column/row`), so that a value moved to another row does not open;
//! - a [`ChainKey`] links the entries of a log, so that none can be changed or left out unseen;
//! - a [`LookupKey`] turns a CPR number into a hash that can be searched and not reversed without the key;
//! - a [`TagKey`] turns the words of a mailbox's letters into short tags by which they are found;
//! - [`mod@file`] encrypts a stream in segments, so that neither side ever holds a whole file.

mod chain;
pub mod file;
mod key;
mod keyring;
mod lookup;
mod page_token;
mod tag;

pub use chain::ChainKey;
pub use key::{DataKey, SealError};
pub use keyring::{KeyId, Keyring, KeyringError, WrappedKey};
pub use lookup::{LookupHash, LookupKey};
pub use page_token::{InvalidPageToken, PageTokens};
pub use tag::{TAG_BYTES, TagKey};

/// The SHA-256 of `bytes`: for what is public or already random, never for CPR numbers.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    use sha2::Digest as _;
    sha2::Sha256::digest(bytes).into()
}

/// All the keys of one process, loaded once at its start.
#[derive(Clone)]
pub struct Keys {
    /// Wraps data keys.
    pub keyring: Keyring,
    /// Hashes what is looked up.
    pub lookup: LookupKey,
    /// Seals page tokens.
    pub page_tokens: PageTokens,
    /// Links the entries of logs.
    pub chain: ChainKey,
}

impl Keys {
    /// Reads the key file's text (see [`Keyring::parse`]); every purpose gets a key of its own.
    pub fn parse(text: &str) -> Result<Self, KeyringError> {
        let file = keyring::KeyFile::parse(text)?;
        Ok(Self {
            keyring: file.keyring()?,
            lookup: file.lookup()?,
            page_tokens: file.page_tokens()?,
            chain: file.chain()?,
        })
    }
}

/// Prints no key.
impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys([redacted])")
    }
}
