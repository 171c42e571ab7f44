//! What every test of tokens needs: keys, claims, and a verifier by a clock that stands still.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use identity::config::Algorithm;
use identity::{CallerKind, IdentityConfig, IssuerConfig, Refused, Signer, Verifier};
use kernel::{ManualClock, Timestamp};
use rcgen::PublicKeyData as _;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

pub(crate) const NOW: i64 = 1_800_000_000;

/// A key pair, its id, and the JWK of its public half.
pub(crate) struct Pair {
    pub(crate) id: &'static str,
    pub(crate) key: rcgen::KeyPair,
}

impl Pair {
    pub(crate) fn new(id: &'static str) -> anyhow::Result<Self> {
        Ok(Self { id, key: rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519)? })
    }

    pub(crate) fn public(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.key.der_bytes())
    }

    pub(crate) fn jwk(&self) -> Value {
        json!({ "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": self.id, "x": self.public() })
    }

    pub(crate) fn sign(&self, claims: &Value) -> anyhow::Result<String> {
        let signer = Signer::from_pem(&self.key.serialize_pem(), self.id)?;
        Ok(signer.sign(&serde_json::from_value(claims.clone())?)?)
    }

    /// A token with any header and any payload, signed all the same.
    pub(crate) fn sign_raw(&self, header: &str, payload: &str) -> anyhow::Result<String> {
        let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
        let signature = rcgen::SigningKey::sign(&self.key, message.as_bytes())?;
        Ok(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    pub(crate) fn header(&self) -> String {
        json!({ "alg": "EdDSA", "typ": "JWT", "kid": self.id }).to_string()
    }
}

pub(crate) struct Bench {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) pair: Pair,
    pub(crate) clock: ManualClock,
    pub(crate) verifier: Verifier,
}

impl Bench {
    pub(crate) async fn new() -> anyhow::Result<Self> {
        Self::with(false, vec![CallerKind::Citizen, CallerKind::SenderSystem, CallerKind::Caseworker], "k1").await
    }

    pub(crate) async fn with(production: bool, kinds: Vec<CallerKind>, id: &'static str) -> anyhow::Result<Self> {
        rustls::crypto::ring::default_provider().install_default().ok();
        let folder = tempfile::tempdir()?;
        let pair = Pair::new(id)?;
        publish(folder.path(), &[&pair])?;
        let clock = ManualClock::new(Timestamp::from_micros(NOW * 1_000_000));
        let issuer = IssuerConfig {
            issuer: "https://login.example".to_owned(),
            jwks_file: Some(folder.path().join("jwks.json")),
            jwks_url: None,
            algorithms: vec![Algorithm::EdDsa],
            kinds,
            service: None,
        };
        let config = IdentityConfig { audience: "digitalpost".to_owned(), issuers: vec![issuer], production };
        let verifier = Verifier::new(&config, Arc::new(clock.clone())).await?;
        Ok(Self { folder, pair, clock, verifier })
    }

    /// Has the JWKS read again: a token names a key that is not known, half a minute after the last reading.
    pub(crate) async fn read_keys_again(&self) -> anyhow::Result<()> {
        self.clock.advance(Duration::from_secs(31));
        self.refuses(&Pair::new("unknown")?.sign(&citizen())?, "an unknown key").await;
        Ok(())
    }

    pub(crate) async fn refuses(&self, token: &str, why: &str) {
        assert_eq!(self.verifier.verify(token).await.err(), Some(Refused::Invalid), "{why}");
    }
}

pub(crate) fn publish(folder: &Path, pairs: &[&Pair]) -> anyhow::Result<()> {
    let keys: Vec<Value> = pairs.iter().map(|pair| pair.jwk()).collect();
    std::fs::write(folder.join("jwks.json"), json!({ "keys": keys }).to_string())?;
    Ok(())
}

pub(crate) fn citizen() -> Value {
    json!({
        "iss": "https://login.example", "sub": "someone", "aud": "digitalpost", "iat": NOW, "nbf": NOW, "exp": NOW + 300,
        "kind": "citizen", "acr": "substantial", "cpr": "6101801234", "portal": "borger_dk",
    })
}

pub(crate) fn with(mut claims: Value, key: &str, value: Value) -> Value {
    claims[key] = value;
    claims
}
