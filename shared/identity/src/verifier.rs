//! From a token to a caller.

use crate::claims::Claims;
use crate::config::{CallerKind, IdentityConfig};
use crate::issuer::{Issuer, JwksError};
use crate::memory::{Memory, Signed, TokenHash};
use jsonwebtoken::Validation;
use kernel::{Caller, Clock};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

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

/// Who a token vouches for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Vouched {
    /// The caller.
    pub caller: Caller,
    /// For how long it does so still.
    pub remaining: Duration,
}

/// Verifies tokens. Clones share their keys and what they remember.
#[derive(Clone)]
pub struct Verifier {
    audience: Arc<str>,
    max_life: i64,
    issuers: Arc<[Arc<Issuer>]>,
    memory: Arc<Memory>,
    clock: Arc<dyn Clock>,
}

impl Verifier {
    /// A verifier that has read the keys of every issuer that can be read now; an issuer that is away is asked
    /// again when a token names it. Fails on what time can't mend: an unreadable file, development keys in production.
    pub async fn new(config: &IdentityConfig, clock: Arc<dyn Clock>) -> Result<Self, JwksError> {
        // Only where there is something to fetch: it looks for the system's trusted authorities, and an image has none.
        let http = if config.issuers.iter().any(|issuer| issuer.jwks_url.is_some()) {
            let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build();
            Some(client.map_err(JwksError::Fetch)?)
        } else {
            None
        };
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
        let memory = Arc::new(Memory::new(clock.now()));
        Ok(Self { audience: config.audience.as_str().into(), max_life, issuers, memory, clock })
    }

    /// Who `token` vouches for. Why a token is not valid is for the log alone.
    pub async fn verify(&self, token: &str) -> Result<Vouched, Refused> {
        let invalid = |why: &'static str| {
            tracing::info!(why, "token refused");
            Refused::Invalid
        };
        let hash = TokenHash::of(token);
        let admitted = self.admit(hash, token).await;
        if admitted.is_err() {
            self.memory.forget(hash, self.clock.now());
        }
        let (vouched, assured) = admitted.map_err(invalid)?;
        if assured { Ok(vouched) } else { Err(Refused::AssuranceTooLow) }
    }

    /// How many tokens are remembered.
    pub fn remembered(&self) -> usize {
        self.memory.len(self.clock.now())
    }

    /// The caller, and whether the login behind the token is good enough. Remembers the token.
    async fn admit(&self, hash: TokenHash, token: &str) -> Result<(Vouched, bool), &'static str> {
        let signed = match self.known(hash).await {
            Some(signed) => signed,
            None => Arc::new(self.signed(token).await?),
        };
        let vouched = self.vouched(&signed.claims, &self.issuers[signed.issuer])?;
        let assured = signed.claims.is_assured();
        self.memory.insert(hash, signed, self.clock.now());
        Ok((vouched, assured))
    }

    /// The token of this hash, if it is remembered and was signed with a key that is still the issuer's.
    async fn known(&self, hash: TokenHash) -> Option<Arc<Signed>> {
        let now = self.clock.now();
        let signed = self.memory.find(hash, now)?;
        let key = self.issuers[signed.issuer].key(&signed.key_id, now).await?;
        Arc::ptr_eq(&key, &signed.key).then_some(signed)
    }

    /// The token, if one of the configured issuers signed it.
    async fn signed(&self, token: &str) -> Result<Signed, &'static str> {
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
        let of_issuer = |issuer: &Arc<Issuer>| issuer.config.issuer == claimed.iss;
        let issuer = self.issuers.iter().position(of_issuer).ok_or("unknown issuer")?;
        let key_id = header.kid.ok_or("names no key")?;
        let key = self.issuers[issuer].key(&key_id, self.clock.now()).await.ok_or("unknown key")?;
        let mut validation = Validation::new(key.algorithm);
        // Times and audience are checked in `vouched`, against the clock that was handed in.
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.required_spec_claims = HashSet::new();
        let verified =
            jsonwebtoken::decode(token, &key.key, &validation).map_err(|_| "not signed with that key and algorithm")?;
        Ok(Signed { claims: verified.claims, issuer, key_id, key })
    }

    /// The caller, if the claims are meant for us, valid now, and the issuer's to make.
    fn vouched(&self, claims: &Claims, issuer: &Issuer) -> Result<Vouched, &'static str> {
        let now = self.clock.now().as_secs();
        let begun = now.saturating_add(SKEW_SECONDS);
        if claims.nbf > begun || claims.iat > begun {
            return Err("not yet valid");
        }
        let end = claims.exp.saturating_add(SKEW_SECONDS);
        if now >= end {
            return Err("expired");
        }
        // Subtracted with a check: a life too long for a number is too long.
        if claims.exp.checked_sub(claims.iat).is_none_or(|life| life > self.max_life) {
            return Err("lives too long");
        }
        if *claims.aud != *self.audience {
            return Err("for another audience");
        }
        let one_service = claims.kind != CallerKind::Service || issuer.config.service == claims.service;
        if !issuer.config.kinds.contains(&claims.kind) || !one_service {
            return Err("a caller that the issuer may not vouch for");
        }
        let caller = claims.caller().ok_or("claims of its kind of caller are missing or malformed")?;
        Ok(Vouched { caller, remaining: Duration::from_secs(end.abs_diff(now)) })
    }
}
