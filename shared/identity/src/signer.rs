//! Signing tokens: by a service for itself, and by the local launcher for everybody.

use crate::claims::Claims;
use jsonwebtoken::{Algorithm, EncodingKey, Header};

/// A private Ed25519 key and its id.
#[derive(Clone)]
pub struct Signer {
    key: EncodingKey,
    key_id: String,
}

/// The key can't be used, or signing failed.
#[derive(Debug, thiserror::Error)]
#[error("the signing key must be an Ed25519 private key in PKCS #8 PEM")]
pub struct SignerError(#[from] jsonwebtoken::errors::Error);

impl Signer {
    /// Signs with the key of the PEM text.
    pub fn from_pem(pem: &str, key_id: impl Into<String>) -> Result<Self, SignerError> {
        Ok(Self { key: EncodingKey::from_ed_pem(pem.as_bytes())?, key_id: key_id.into() })
    }

    /// The token with these claims.
    pub fn sign(&self, claims: &Claims) -> Result<String, SignerError> {
        let header = Header { kid: Some(self.key_id.clone()), ..Header::new(Algorithm::EdDSA) };
        Ok(jsonwebtoken::encode(&header, claims, &self.key)?)
    }
}

/// Prints no key.
impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signer").field("key_id", &self.key_id).finish_non_exhaustive()
    }
}
