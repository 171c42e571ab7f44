//! The keys that sign tokens, and their public halves as JWKS.

use super::file;
use crate::layout::{Issuer, Layout};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use identity::{DEVELOPMENT_KEY_PREFIX, Signer};
use rcgen::{KeyPair, PKCS_ED25519};
use serde_json::json;

/// An issuer's key.
#[derive(Clone, Debug)]
pub(super) struct SigningKey {
    /// Its id in the JWKS; begins so that production refuses it.
    pub(super) id: String,
    pub(super) signer: Signer,
}

/// The issuer's key, made if it is missing.
pub(super) fn prepare(layout: &Layout, issuer: Issuer) -> anyhow::Result<SigningKey> {
    let pem = file::once(&layout.token_key(issuer), || Ok(KeyPair::generate_for(&PKCS_ED25519)?.serialize_pem()))?;
    let public = KeyPair::from_pem(&pem)?.public_key_raw().to_vec();
    let id = key_id(issuer, &public);
    file::once(&layout.jwks(issuer), || Ok(format!("{:#}\n", jwks(&id, &public))))?;
    Ok(SigningKey { signer: Signer::from_pem(&pem, id.clone())?, id })
}

/// The id follows from the key, so that it needs no file of its own.
fn key_id(issuer: Issuer, public: &[u8]) -> String {
    let [a, b, c, d, ..] = crypto::sha256(public);
    format!("{DEVELOPMENT_KEY_PREFIX}{}-{a:02x}{b:02x}{c:02x}{d:02x}", issuer.name())
}

fn jwks(id: &str, public: &[u8]) -> serde_json::Value {
    let x = URL_SAFE_NO_PAD.encode(public);
    json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": id, "x": x }] })
}
