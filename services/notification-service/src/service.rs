//! What every action works with.

use crate::domain::return_path::ReturnPaths;
use crate::email::Composer;
use crypto::{Keys, LookupHash};
use events::Emitter;
use kernel::{CprNumber, EmailAddress, Random};
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
    /// Where notifications about e-mails come back to.
    pub return_paths: ReturnPaths,
    /// For how long letters to one mailbox are gathered into one e-mail (N9).
    pub window: Duration,
}

impl Service {
    /// What the ledger knows a recipient by: enough to tell whether it was the address in force that an e-mail came back from.
    pub fn recipient_hash(&self, address: &EmailAddress) -> LookupHash {
        self.keys.lookup.hash("ledger/recipient", &[address.canonical().as_bytes()])
    }

    /// What a CPR number is remembered by.
    pub fn cpr_hash(&self, cpr: &CprNumber) -> LookupHash {
        self.keys.lookup.hash("cpr", &[cpr.digits().as_bytes()])
    }
}
