//! The actions: one file each, one transaction each.

pub mod change_address;
pub mod claim;
pub mod confirm;
pub mod count_letters;
pub mod end;
pub mod forward;
pub mod issue_code;
pub mod list;
pub mod overview;
pub mod prepare;
pub mod redrive;
pub mod report_status;
pub mod resend;
pub mod settle;
pub mod start;
pub mod stop;

use crate::domain::desk::Desk;
use crate::error::Error;
use crate::service::Service;
use crate::store::caseworker::{self, About};
use crate::store::subscription::{self, Opened};
use kernel::{MailboxId, PersonId, SubscriptionId, id};
use sql::once::Repeat;
use sql::{Once, Tx};
use uuid::Uuid;

/// Whose subscription an action is about, by its full name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Target {
    /// Who acts: must be the subscriber.
    pub person: PersonId,
    /// The mailbox it is about.
    pub mailbox: MailboxId,
    /// Which subscription.
    pub id: SubscriptionId,
}

impl Target {
    /// The subscription, kept from changing; everybody but the subscriber gets the same as for an unknown one.
    async fn lock(self, tx: &mut Tx, service: &Service) -> Result<Opened, Error> {
        let found = subscription::lock(tx, &service.keys.keyring, self.mailbox, self.id).await?;
        found.filter(|opened| opened.subscription.subscriber == self.person).ok_or(Error::NotFound)
    }

    /// The subscription as it is now.
    async fn find(self, tx: &mut Tx, service: &Service) -> Result<Opened, Error> {
        let found = subscription::find(tx, &service.keys.keyring, self.mailbox, self.id).await?;
        found.filter(|opened| opened.subscription.subscriber == self.person).ok_or(Error::NotFound)
    }
}

/// A call that changes a subscription.
#[derive(Clone, Debug)]
pub struct Errand {
    /// So that a repeated call is done once.
    pub once: Once,
    /// What a caseworker stated, who called for a subscriber who attends (A24).
    pub desk: Option<Desk>,
}

impl From<Once> for Errand {
    /// By the subscriber.
    fn from(once: Once) -> Self {
        Self { once, desk: None }
    }
}

impl Errand {
    /// Keeps that it was done, and by which caseworker.
    async fn done(&self, tx: &mut Tx, service: &Service, target: Target) -> Result<(), Error> {
        if let Some(desk) = &self.desk {
            let now = tx.now().await?;
            let about = About { mailbox: target.mailbox, subscription: target.id, citizen: target.person };
            caseworker::append(tx, id::new_uuid(now, &*service.random), about, desk, now).await?;
        }
        Ok(self.once.done(tx, target.id.as_uuid()).await?)
    }
}

/// What a repeated call made the first time; nothing for a new call.
fn made_before(repeat: Repeat) -> Result<Option<Uuid>, Error> {
    match repeat {
        Repeat::First => Ok(None),
        Repeat::Of(id) => Ok(Some(id)),
        Repeat::Reused => Err(Error::RequestIdReused),
    }
}
