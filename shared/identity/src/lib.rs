//! Who is calling: signed tokens, the keys that verify them, and the tokens the services sign themselves.
//!
//! A [`Verifier`] turns a token into a [`kernel::Caller`] or refuses it. What it accepts is fixed by
//! [`IdentityConfig`]: for each issuer its keys (a JWKS file or URL), its algorithms (EdDSA, ES256, nothing else) and the
//! kinds of caller it may vouch for, so that no issuer can speak for another's callers. Every way a token can be
//! wrong gets the same answer.
//!
//! Keys rotate without a restart: the JWKS is read again when a token names a key that is not known, at most every
//! thirty seconds for an issuer. If it can't be read, the known keys go on.
//!
//! A signature is checked once: tokens that were verified are remembered, by their hash and in bounded number, and all but
//! the signature is looked at with every call. A key that is withdrawn takes its tokens along.

pub mod claims;
pub mod config;
pub mod issuer;
mod memory;
pub mod service_token;
pub mod signer;
pub mod verifier;

pub use claims::{Claims, REQUIRED_ASSURANCE};
pub use config::{CallerKind, IdentityConfig, IssuerConfig};
pub use service_token::{ServiceTokenConfig, ServiceTokens};
pub use signer::{Signer, SignerError};
pub use verifier::{Refused, Verifier, Vouched};

/// Keys whose id begins so are made by the local launcher and refused in production.
pub const DEVELOPMENT_KEY_PREFIX: &str = "development-";
