//! One issuer's keys, read again when they rotate.

use crate::DEVELOPMENT_KEY_PREFIX;
use crate::config::IssuerConfig;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey};
use kernel::Timestamp;
use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::Mutex;

/// How long after one reading of a JWKS the next may follow: tokens with unknown keys must not become requests to
/// the issuer.
const READ_AGAIN_AFTER: Duration = Duration::from_secs(30);

/// How often the JWKS is looked at although all keys are known.
const LOOK_EVERY: Duration = Duration::from_mins(5);

/// How long a reading may take.
const READ_TIMEOUT: Duration = Duration::from_secs(5);

/// The largest JWKS that is read.
const MAX_JWKS_BYTES: usize = 1 << 20;

/// Why a JWKS can't be used.
#[derive(Debug, thiserror::Error)]
pub enum JwksError {
    /// The file can't be read.
    #[error("can't read {0}")]
    File(std::path::PathBuf, #[source] std::io::Error),
    /// The address does not answer with a JWKS.
    #[error("can't fetch the JWKS")]
    Fetch(#[source] reqwest::Error),
    /// Not a JWKS, or too large.
    #[error("not a JWKS")]
    Malformed,
    /// A development key where production is configured.
    #[error("the JWKS holds development keys, which are refused in production")]
    DevelopmentKeys,
}

pub(crate) struct Issuer {
    pub(crate) config: IssuerConfig,
    production: bool,
    keys: RwLock<HashMap<String, Arc<Key>>>,
    read: Mutex<Option<Timestamp>>,
    looked: AtomicI64,
    /// Where a JWKS is to be fetched.
    http: Option<reqwest::Client>,
}

/// A public key. Another reading of the same JWKS makes another one of it.
pub(crate) struct Key {
    pub(crate) algorithm: Algorithm,
    pub(crate) key: DecodingKey,
}

impl Issuer {
    pub(crate) fn new(config: IssuerConfig, production: bool, http: Option<reqwest::Client>) -> Self {
        Self { config, production, keys: RwLock::default(), read: Mutex::new(None), looked: AtomicI64::new(0), http }
    }

    /// The key of this id. The JWKS is read again when the id is not known, and in the background every few minutes, so
    /// that a key that was withdrawn stops working.
    pub(crate) async fn key(self: &Arc<Self>, id: &str, now: Timestamp) -> Option<Arc<Key>> {
        if let Some(key) = self.known(id) {
            if self.is_time_to_look(now) {
                tokio::spawn(self.clone().refresh(now));
            }
            return Some(key);
        }
        // In a task of its own: a caller who hangs up must not end a reading that others wait for.
        if tokio::spawn(self.clone().refresh(now)).await.is_err() {
            tracing::error!(issuer = self.config.issuer, "reading the JWKS was torn down");
        }
        self.known(id)
    }

    /// True for one caller each time [`LOOK_EVERY`] has passed.
    fn is_time_to_look(&self, now: Timestamp) -> bool {
        let last = self.looked.load(Ordering::SeqCst);
        now.since(Timestamp::from_micros(last)) >= LOOK_EVERY
            && self.looked.compare_exchange(last, now.as_micros(), Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }

    /// Reads the JWKS unless that was done just now; one reading at a time, and who waited for it finds its result.
    async fn refresh(self: Arc<Self>, now: Timestamp) {
        let mut read = self.read.lock().await;
        if read.is_some_and(|at| now.since(at) < READ_AGAIN_AFTER) {
            return;
        }
        if let Err(error) = self.read().await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(issuer = self.config.issuer, error, "the JWKS can't be read; known keys go on");
        }
        *read = Some(now);
    }

    /// Reads the JWKS and replaces the known keys.
    pub(crate) async fn read(&self) -> Result<(), JwksError> {
        let text = match (&self.config.jwks_file, &self.config.jwks_url, &self.http) {
            (Some(file), _, _) => tokio::fs::read(file).await.map_err(|error| JwksError::File(file.clone(), error))?,
            (None, Some(url), Some(http)) => fetch(http, url).await?,
            (None, _, _) => return Err(JwksError::Malformed),
        };
        let keys = self.parse(&text)?;
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
        Ok(())
    }

    /// The usable keys: those with an id, of an algorithm that the configuration allows.
    fn parse(&self, text: &[u8]) -> Result<HashMap<String, Arc<Key>>, JwksError> {
        let set: JwkSet = serde_json::from_slice(text).map_err(|_| JwksError::Malformed)?;
        let mut keys = HashMap::new();
        for jwk in &set.keys {
            let Some(id) = jwk.common.key_id.clone() else { continue };
            if self.production && id.starts_with(DEVELOPMENT_KEY_PREFIX) {
                return Err(JwksError::DevelopmentKeys);
            }
            let named = jwk.common.key_algorithm.and_then(|name| name.to_string().parse().ok());
            let allowed =
                named.filter(|named| self.config.algorithms.iter().any(|allowed| Algorithm::from(*allowed) == *named));
            if let (Some(algorithm), Ok(key)) = (allowed, DecodingKey::from_jwk(jwk)) {
                keys.insert(id, Arc::new(Key { algorithm, key }));
            }
        }
        Ok(keys)
    }

    fn known(&self, id: &str) -> Option<Arc<Key>> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }
}

async fn fetch(http: &reqwest::Client, url: &str) -> Result<Vec<u8>, JwksError> {
    let request = http.get(url).timeout(READ_TIMEOUT);
    let mut response = request.send().await.and_then(reqwest::Response::error_for_status).map_err(JwksError::Fetch)?;
    let mut text = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(JwksError::Fetch)? {
        text.extend_from_slice(&chunk);
        if text.len() > MAX_JWKS_BYTES {
            return Err(JwksError::Malformed);
        }
    }
    Ok(text)
}
