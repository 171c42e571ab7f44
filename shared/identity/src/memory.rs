//! Tokens whose signature was found good, so that it is not checked again with every call that carries them.
//!
//! What is remembered is the outcome of the signature check and nothing else: times, audience, issuer and assurance are
//! looked at with every call, and so is whether the key is still the issuer's. A token is known by its hash; the token itself
//! is not kept.

use crate::claims::Claims;
use crate::issuer::Key;
use kernel::Timestamp;
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The most tokens that are remembered.
const MOST: usize = 8_192;
/// Tokens that were not used for so long, or twice that, are forgotten: longer than a token lives in production.
const TURN_AFTER: Duration = Duration::from_mins(6);

/// What a token is known by.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct TokenHash([u8; 32]);

impl TokenHash {
    pub(crate) fn of(token: &str) -> Self {
        Self(Sha256::digest(token.as_bytes()).into())
    }
}

/// A token that was signed with this key.
pub(crate) struct Signed {
    /// What it says.
    pub(crate) claims: Claims,
    /// The place of its issuer in the configuration.
    pub(crate) issuer: usize,
    /// The id of the key, as the token names it.
    pub(crate) key_id: String,
    /// The very key.
    pub(crate) key: Arc<Key>,
}

/// The tokens used lately, and those used before them. When the former are many or old, they take the place of the latter,
/// which are forgotten; a token that is used again is among the former again.
pub(crate) struct Memory(Mutex<Generations>);

struct Generations {
    young: HashMap<TokenHash, Arc<Signed>>,
    old: HashMap<TokenHash, Arc<Signed>>,
    turned: Timestamp,
}

impl Memory {
    pub(crate) fn new(now: Timestamp) -> Self {
        Self(Mutex::new(Generations { young: HashMap::new(), old: HashMap::new(), turned: now }))
    }

    /// The token of this hash, if it is remembered.
    pub(crate) fn find(&self, token: TokenHash, now: Timestamp) -> Option<Arc<Signed>> {
        self.with(now, |kept| {
            if let Some(signed) = kept.young.get(&token) {
                return Some(signed.clone());
            }
            let signed = kept.old.remove(&token)?;
            kept.young.insert(token, signed.clone());
            Some(signed)
        })
    }

    pub(crate) fn insert(&self, token: TokenHash, signed: Arc<Signed>, now: Timestamp) {
        self.with(now, |kept| kept.young.insert(token, signed));
    }

    pub(crate) fn forget(&self, token: TokenHash, now: Timestamp) {
        self.with(now, |kept| {
            kept.young.remove(&token);
            kept.old.remove(&token);
        });
    }

    pub(crate) fn len(&self, now: Timestamp) -> usize {
        self.with(now, |kept| kept.young.len() + kept.old.len())
    }

    fn with<T>(&self, now: Timestamp, change: impl FnOnce(&mut Generations) -> T) -> T {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.young.len() >= MOST / 2 || now.since(kept.turned) >= TURN_AFTER {
            kept.old = std::mem::take(&mut kept.young);
            kept.turned = now;
        }
        change(&mut kept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::CallerKind;
    use jsonwebtoken::{Algorithm, DecodingKey};

    const START: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

    fn signed() -> Arc<Signed> {
        let claims = Claims::bare("", "", "", CallerKind::Operator, 0, 0);
        let key = Arc::new(Key { algorithm: Algorithm::EdDSA, key: DecodingKey::from_secret(&[]) });
        Arc::new(Signed { claims, issuer: 0, key_id: String::new(), key })
    }

    #[test]
    fn however_many_come_a_bounded_number_is_kept_and_what_is_used_stays() {
        let memory = Memory::new(START);
        let (used, one) = (TokenHash::of("used"), signed());
        memory.insert(used, one.clone(), START);
        for number in 0..3 * MOST {
            memory.insert(TokenHash::of(&number.to_string()), one.clone(), START);
            if number % 1_000 == 0 {
                assert!(memory.find(used, START).is_some(), "{number}");
            }
            assert!(memory.len(START) <= MOST);
        }
        assert!(memory.find(TokenHash::of("0"), START).is_none());
    }

    #[test]
    fn what_is_not_used_is_forgotten() {
        let memory = Memory::new(START);
        let token = TokenHash::of("token");
        memory.insert(token, signed(), START);
        let turn = |times: u32| START.plus(TURN_AFTER * times);
        assert!(memory.find(token, turn(1)).is_some());
        assert_eq!((memory.len(turn(2)), memory.len(turn(3))), (1, 0));
    }
}
