//! Which tokens are accepted.

use kernel::ServiceName;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// The `[identity]` section of a service's configuration.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct IdentityConfig {
    /// The audience every token must name: one for the whole suite.
    pub audience: String,
    /// Who may issue tokens.
    pub issuers: Vec<IssuerConfig>,
    /// Refuse development keys and tokens that live longer than five minutes.
    pub production: bool,
}

/// One issuer of tokens.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct IssuerConfig {
    /// The exact `iss` claim.
    pub issuer: String,
    /// A file with the issuer's JWKS. Either this or `jwks_url`.
    #[serde(default)]
    pub jwks_file: Option<PathBuf>,
    /// The address of the issuer's JWKS. Either this or `jwks_file`.
    #[serde(default)]
    pub jwks_url: Option<String>,
    /// The algorithms its keys may use.
    pub algorithms: Vec<Algorithm>,
    /// The kinds of caller it may vouch for.
    pub kinds: Vec<CallerKind>,
    /// For the kind `service`: the one service it may vouch for.
    #[serde(default)]
    pub service: Option<String>,
}

/// The algorithms there are. No RSA, no shared secrets.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, Serialize)]
pub enum Algorithm {
    /// Ed25519.
    #[serde(rename = "EdDSA")]
    EdDsa,
    /// ECDSA on P-256 with SHA-256.
    #[serde(rename = "ES256")]
    Es256,
}

impl From<Algorithm> for jsonwebtoken::Algorithm {
    fn from(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::EdDsa => Self::EdDSA,
            Algorithm::Es256 => Self::ES256,
        }
    }
}

/// The kinds of caller, as tokens and configuration name them.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CallerKind {
    /// A citizen at a portal.
    Citizen,
    /// An employee of a municipality.
    Caseworker,
    /// A system that sends post.
    SenderSystem,
    /// A system of the population register.
    RegisterSystem,
    /// A person who runs the suite.
    Operator,
    /// A process of the suite.
    Service,
}

impl CallerKind {
    /// The kind of `caller`.
    pub fn of(caller: &kernel::Caller) -> Self {
        match caller {
            kernel::Caller::Citizen(_) => Self::Citizen,
            kernel::Caller::Caseworker(_) => Self::Caseworker,
            kernel::Caller::SenderSystem(_) => Self::SenderSystem,
            kernel::Caller::RegisterSystem(_) => Self::RegisterSystem,
            kernel::Caller::Operator(_) => Self::Operator,
            kernel::Caller::Service(_) => Self::Service,
        }
    }
}

impl IdentityConfig {
    /// What is wrong with the configuration, each named by its path.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.audience.is_empty() {
            problems.push("identity.audience: must not be empty".to_owned());
        }
        if self.issuers.is_empty() {
            problems.push("identity.issuers: at least one issuer is needed, or nobody can call".to_owned());
        }
        for (at, issuer) in self.issuers.iter().enumerate() {
            let path = format!("identity.issuers[{at}]");
            if issuer.jwks_file.is_some() == issuer.jwks_url.is_some() {
                problems.push(format!("{path}: needs jwks_file or jwks_url, one of them"));
            }
            if issuer.algorithms.is_empty() || issuer.kinds.is_empty() {
                problems.push(format!("{path}: algorithms and kinds must not be empty"));
            }
            let service = issuer.service.as_deref().map(str::parse::<ServiceName>);
            if issuer.kinds.contains(&CallerKind::Service) != matches!(service, Some(Ok(_))) {
                problems.push(format!("{path}.service: must name a service exactly where kinds has \"service\""));
            }
            if self.production && issuer.jwks_url.as_deref().is_some_and(|url| !url.starts_with("https://")) {
                problems.push(format!("{path}.jwks_url: must be https in production"));
            }
        }
        problems
    }
}
