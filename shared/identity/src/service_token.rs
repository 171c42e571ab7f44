//! The short-lived tokens with which a service calls another.

use crate::claims::Claims;
use crate::config::CallerKind;
use crate::signer::{Signer, SignerError};
use kernel::{Clock, ServiceName};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// The `[service_token]` section of a service's configuration.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServiceTokenConfig {
    /// The `iss` claim of this service's tokens, as the others' configuration knows it.
    pub issuer: String,
    /// The id of the key, as it stands in the JWKS that the others read.
    pub key_id: String,
    /// A file with the private key: Ed25519, PKCS #8, PEM.
    pub key_file: PathBuf,
}

/// How long a token lives, in seconds.
const LIFE_SECONDS: i64 = 120;
/// How long before its end a token is replaced, in seconds.
const REPLACE_BEFORE_SECONDS: i64 = 60;

/// Hands out this service's current token.
#[derive(Clone)]
pub struct ServiceTokens {
    signer: Signer,
    issuer: String,
    audience: String,
    service: ServiceName,
    clock: Arc<dyn Clock>,
    current: Arc<Mutex<Option<(String, i64)>>>,
}

/// Why there is no service token.
#[derive(Debug, thiserror::Error)]
pub enum ServiceTokenError {
    /// The key file can't be read.
    #[error("service_token.key_file: can't be read")]
    KeyFile(#[source] std::io::Error),
    /// The key can't be used.
    #[error("service_token.key_file")]
    Key(#[from] SignerError),
}

impl ServiceTokens {
    /// Tokens of `service` for the suite's `audience`.
    pub fn new(
        config: &ServiceTokenConfig,
        service: ServiceName,
        audience: &str,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, ServiceTokenError> {
        let pem = std::fs::read_to_string(&config.key_file).map_err(ServiceTokenError::KeyFile)?;
        let signer = Signer::from_pem(&pem, config.key_id.clone())?;
        Ok(Self {
            signer,
            issuer: config.issuer.clone(),
            audience: audience.to_owned(),
            service,
            clock,
            current: Arc::default(),
        })
    }

    /// A token that is valid for at least another minute.
    pub fn token(&self) -> Result<String, SignerError> {
        let now = self.clock.now().as_secs();
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        // A clock that was set back makes the kept token one from the future.
        match &*current {
            Some((token, exp)) if now < exp - REPLACE_BEFORE_SECONDS && now >= exp - LIFE_SECONDS => {
                return Ok(token.clone());
            }
            _ => {}
        }
        let token = self.signer.sign(&self.claims(now))?;
        *current = Some((token.clone(), now + LIFE_SECONDS));
        Ok(token)
    }

    fn claims(&self, now: i64) -> Claims {
        let service = self.service.to_string();
        let bare = Claims::bare(&self.issuer, &service, &self.audience, CallerKind::Service, now, LIFE_SECONDS);
        Claims { service: Some(service), ..bare }
    }
}
