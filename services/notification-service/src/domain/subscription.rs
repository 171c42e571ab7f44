//! Subscriptions: one person, one mailbox, one address.

use crate::domain::access::AccessName;
use kernel::{AccessId, EmailAddress, MailboxId, PersonId, SubscriptionId, Timestamp};
use uuid::Uuid;

/// E-mail about new post in `mailbox` for `subscriber`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Subscription {
    /// Which one.
    pub id: SubscriptionId,
    /// The mailbox it tells about.
    pub mailbox: MailboxId,
    /// Who is told.
    pub subscriber: PersonId,
    /// The access it belongs to; none for the subscriber's own mailbox (N7).
    pub access: Option<AccessId>,
    /// The address in force; none before the first confirmation and after the end.
    pub address: Option<EmailAddress>,
    /// The address that waits for its code.
    pub waiting: Option<Waiting>,
    /// When the last code was made.
    pub code_time: Option<Timestamp>,
    /// When the address in force was confirmed.
    pub confirm_time: Option<Timestamp>,
    /// When it was started.
    pub create_time: Timestamp,
    /// When and why it ended.
    pub end: Option<End>,
}

/// An address that waits for its code.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Waiting {
    /// The address.
    pub address: EmailAddress,
    /// Until when the code is valid.
    pub expire_time: Timestamp,
    /// From when another code can be asked for, the limits of a day not counted.
    pub next_code_time: Timestamp,
    /// The ledger entry that carries the code.
    pub email: Uuid,
}

/// The end of a subscription.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct End {
    /// When.
    pub time: Timestamp,
    /// Why.
    pub reason: EndReason,
}

/// Where a subscription stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// No address is confirmed yet (N2).
    AwaitingCode,
    /// An address is in force.
    Active,
    /// Over, for good.
    Ended,
}

/// Why a subscription ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EndReason {
    /// Switched off (N3).
    Stopped,
    /// The access it belonged to has ended (N5).
    AccessEnded,
    /// The address refuses e-mail for good.
    Bounced,
    /// The mailbox, or the subscriber's own, was closed (P8).
    ClosedMailbox,
}

impl Subscription {
    /// Where it stands.
    pub fn state(&self) -> State {
        match (&self.end, &self.address) {
            (Some(_), _) => State::Ended,
            (None, Some(_)) => State::Active,
            (None, None) => State::AwaitingCode,
        }
    }

    /// The full name of the access it belongs to.
    pub fn access_name(&self) -> Option<AccessName> {
        self.access.map(|id| AccessName { mailbox: self.mailbox, id })
    }
}

impl EndReason {
    const ALL: [Self; 4] = [Self::Stopped, Self::AccessEnded, Self::Bounced, Self::ClosedMailbox];

    /// The word in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stopped => "stopped",
            Self::AccessEnded => "access_ended",
            Self::Bounced => "bounced",
            Self::ClosedMailbox => "closed_mailbox",
        }
    }

    /// Reads the word in the database.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == word)
    }
}
