//! From a token to a caller.

use crate::claims::Claims;
use crate::config::{CallerKind, IdentityConfig};
use crate::issuer::{Issuer, JwksError};
use jsonwebtoken::Validation;
use kernel::{Caller, Clock};
use std::collections::HashSet;
use std::sync::Arc;

/// How far clocks may differ, in seconds.
const SKEW_SECONDS: i64 = 30;
/// The longest life of a token in production, in seconds.
const MAX_LIFE_SECONDS: i64 = 5 * 60;
/// The longest life of a development token, in seconds.
const MAX_DEVELOPMENT_LIFE_SECONDS: i64 = 12 * 60 * 60;
/// The longest token that is looked at, in bytes.
const MAX_TOKEN_BYTES: usize = 4096;

/// Why a token is refused. Says no more, so that nobody learns how to forge a better one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refused {
    /// Malformed, unsigned, wrongly signed, from somebody else, for somebody else, too early or too late.
    #[error("the token is not valid")]
    Invalid,
    /// Valid, but the login behind it is too weak.
    #[error("the login's level of assurance is too low")]
    AssuranceTooLow,
}

/// Verifies tokens. Clones share their keys.
#[derive(Clone)]
pub struct Verifier {
    audience: String,
    max_life: i64,
    issuers: Arc<[Arc<Issuer>]>,
    clock: Arc<dyn Clock>,
}

impl Verifier {
    /// A verifier that has read the keys of every issuer that can be read now; an issuer that is away is asked
    /// again when a token names it. Fails on what time can't mend: an unreadable file, development keys in production.
    pub async fn new(config: &IdentityConfig, clock: Arc<dyn Clock>) -> Result<Self, JwksError> {
        let http =
            reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().map_err(JwksError::Fetch)?;
        let issuers: Arc<[Arc<Issuer>]> = config
            .issuers
            .iter()
            .map(|issuer| Arc::new(Issuer::new(issuer.clone(), config.production, http.clone())))
            .collect();
        for issuer in issuers.iter() {
            match issuer.read().await {
                Err(error @ JwksError::Fetch(_)) => {
                    tracing::warn!(
                        issuer = issuer.config.issuer,
                        error = &error as &dyn std::error::Error,
                        "the JWKS can't be fetched yet"
                    );
                }
                other => other?,
            }
        }
        let max_life = if config.production { MAX_LIFE_SECONDS } else { MAX_DEVELOPMENT_LIFE_SECONDS };
        Ok(Self { audience: config.audience.clone(), max_life, issuers, clock })
    }

    /// The caller that `token` vouches for. Why a token is not valid is for the log alone.
    pub async fn verify(&self, token: &str) -> Result<Caller, Refused> {
        let invalid = |why: &'static str| {
            tracing::info!(why, "token refused");
            Refused::Invalid
        };
        let (claims, issuer) = self.signed_claims(token).await.map_err(invalid)?;
        let caller = self.vouched(&claims, issuer).map_err(invalid)?;
        if claims.is_assured() { Ok(caller) } else { Err(Refused::AssuranceTooLow) }
    }

    /// The claims, if one of the configured issuers signed them.
    async fn signed_claims(&self, token: &str) -> Result<(Claims, &Issuer), &'static str> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err("too long");
        }
        let header = jsonwebtoken::decode_header(token).map_err(|_| "no header of a signed token")?;
        if header.crit.is_some() {
            return Err("names extensions that must be understood");
        }
        // Read before it is verified, only to know whose key to verify with.
        let claimed: Claims =
            jsonwebtoken::dangerous::insecure_decode_claims(token).map_err(|_| "claims are missing or malformed")?;
        let issuer = self.issuers.iter().find(|issuer| issuer.config.issuer == claimed.iss).ok_or("unknown issuer")?;
        let id = header.kid.as_deref().ok_or("names no key")?;
        let key = issuer.key(id, self.clock.now()).await.ok_or("unknown key")?;
        let mut validation = Validation::new(key.algorithm);
        // Times and audience are checked in `vouched`, against the clock that was handed in.
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.required_spec_claims = HashSet::new();
        let verified =
            jsonwebtoken::decode(token, &key.key, &validation).map_err(|_| "not signed with that key and algorithm")?;
        Ok((verified.claims, issuer))
    }

    /// The caller, if the claims are meant for us, valid now, and the issuer's to make.
    fn vouched(&self, claims: &Claims, issuer: &Issuer) -> Result<Caller, &'static str> {
        let now = self.clock.now().as_secs();
        let begun = now.saturating_add(SKEW_SECONDS);
        if claims.nbf > begun || claims.iat > begun {
            return Err("not yet valid");
        }
        if now >= claims.exp.saturating_add(SKEW_SECONDS) {
            return Err("expired");
        }
        // Subtracted with a check: a life too long for a number is too long.
        if claims.exp.checked_sub(claims.iat).is_none_or(|life| life > self.max_life) {
            return Err("lives too long");
        }
        if claims.aud != self.audience {
            return Err("for another audience");
        }
        let one_service = claims.kind != CallerKind::Service || issuer.config.service == claims.service;
        if !issuer.config.kinds.contains(&claims.kind) || !one_service {
            return Err("a caller that the issuer may not vouch for");
        }
        claims.caller().ok_or("claims of its kind of caller are missing or malformed")
    }
}
