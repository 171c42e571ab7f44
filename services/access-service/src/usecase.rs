//! What can be done: one file an action, one action a transaction.

pub mod active;
pub mod approve;
pub mod begin;
pub mod begin_at_desk;
pub mod change;
pub mod change_at_desk;
pub mod check;
pub mod close_mailbox;
pub mod end_overdue;
pub mod explain;
pub mod forget_person;
pub mod get;
pub mod list;
pub mod list_of_citizen;
mod make;
pub mod name_person;
pub mod open_mailboxes;
pub mod recognise;
mod record;
pub mod remind;
pub mod today;
pub mod watch;

use crate::config::ServiceConfig;
use crate::domain::access::Access;
use crate::domain::party::Party;
use crate::error::Error;
use crate::outgoing::Outgoing;
use crate::peers::Directory;
use crypto::{LookupHash, LookupKey};
use kernel::Random;
use sql::once::Repeat;
use sql::{Db, Once, Tx};
use std::sync::Arc;
use uuid::Uuid;

/// What every action works with. Clones share it.
#[derive(Clone)]
pub struct Context {
    /// The database.
    pub db: Db,
    /// Who is who.
    pub directory: Directory,
    /// What the others are told.
    pub outgoing: Outgoing,
    /// Hashes what is looked up.
    pub lookup: LookupKey,
    /// Chance.
    pub random: Arc<dyn Random>,
    /// The settings.
    pub settings: Arc<ServiceConfig>,
}

/// An access as it is now, as one side sees it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shown {
    /// The access.
    pub access: Access,
    /// The side that looks; `None`: a caseworker.
    pub side: Option<Party>,
}

/// A call that may be repeated under its request id.
#[derive(Clone, Debug)]
pub struct Repeatable {
    once: Once,
    request_id: String,
    /// What its repeats have in common; `None` where they are not to be noticed.
    call: Option<LookupHash>,
}

impl Repeatable {
    /// A call of `method` by `principal`. An empty `request_id`: repetition is not to be noticed. The content is hashed
    /// with a key, for it may hold a CPR number.
    pub fn new(lookup: &LookupKey, principal: &str, method: &'static str, request_id: String, content: &[u8]) -> Self {
        let caller = lookup.hash("request/caller", &[principal.as_bytes()]);
        let content = lookup.hash("request/content", &[content]);
        let once = Once::new(*caller.as_bytes(), method, &request_id, *content.as_bytes());
        let parts = [caller.as_bytes().as_slice(), method.as_bytes(), request_id.as_bytes(), content.as_bytes()];
        let call = (!request_id.is_empty()).then(|| lookup.hash("request/call", &parts));
        Self { once, request_id, call }
    }

    /// What the call made when it was made before.
    async fn made(&self, tx: &mut Tx) -> Result<Option<Uuid>, Error> {
        match self.once.seen(tx).await? {
            Repeat::First => Ok(None),
            Repeat::Of(id) => Ok(Some(id)),
            Repeat::Reused => Err(Error::RequestIdReused(self.request_id.clone())),
        }
    }
}
