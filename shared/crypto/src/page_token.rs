//! Opaque page tokens: a cursor that only the list it came from can read.

use crate::key::DataKey;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::Random;

/// Seals and opens page tokens.
#[derive(Clone)]
pub struct PageTokens(DataKey);

/// A token of another list, another caller, another access, or none of ours.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not a page token of this list")]
pub struct InvalidPageToken;

impl PageTokens {
    pub(crate) fn new(key: DataKey) -> Self {
        Self(key)
    }

    /// A token for `cursor`. It opens only with the same `context`: name there all that the list depends on
    /// (the RPC, the caller, the filter, the version of the access it is read under).
    pub fn seal(&self, context: &str, cursor: &[u8], random: &dyn Random) -> String {
        URL_SAFE_NO_PAD.encode(self.0.seal(context, cursor, random))
    }

    /// The cursor in `token`.
    pub fn open(&self, context: &str, token: &str) -> Result<Vec<u8>, InvalidPageToken> {
        let sealed = URL_SAFE_NO_PAD.decode(token).map_err(|_| InvalidPageToken)?;
        self.0.open(context, &sealed).map_err(|_| InvalidPageToken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::SystemRandom;

    #[test]
    fn a_token_is_bound_to_its_context() {
        let tokens = PageTokens::new(DataKey::from_bytes([1; 32]));
        let token = tokens.seal("list/karen/v1", b"cursor", &SystemRandom);
        assert_eq!(tokens.open("list/karen/v1", &token), Ok(b"cursor".to_vec()));
        assert_eq!(tokens.open("list/karen/v2", &token), Err(InvalidPageToken));
        assert_eq!(tokens.open("list/karen/v1", "nonsense"), Err(InvalidPageToken));
    }
}
