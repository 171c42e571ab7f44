//! What every action works with.

use crate::email::Composer;
use crypto::{Keys, LookupHash};
use events::Emitter;
use kernel::{CprNumber, Random};
use sql::Db;
use std::sync::Arc;
use std::time::Duration;

/// The parts of this service that its actions share; clones share them too.
#[derive(Clone)]
pub struct Service {
    /// The database.
    pub db: Db,
    /// Keys for sealing and for look-ups.
    pub keys: Keys,
    /// Chance.
    pub random: Arc<dyn Random>,
    /// Writes events.
    pub emitter: Emitter,
    /// Makes e-mails.
    pub composer: Arc<Composer>,
    /// For how long letters to one mailbox are gathered into one e-mail (N9).
    pub window: Duration,
}

impl Service {
    /// What a CPR number is remembered by.
    pub fn cpr_hash(&self, cpr: &CprNumber) -> LookupHash {
        self.keys.lookup.hash("cpr", &[cpr.digits().as_bytes()])
    }
}
