//! What can stand in the way of an action: facts of the domain, and the storage.

use crate::domain::access::NotAdmitted;
use crate::email::RenderError;
use kernel::{MailboxId, Portal, SubscriptionId};
use std::time::Duration;

/// Why an action was not done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Managed on borger.dk only (A24); this is the caller's portal.
    #[error("only on borger.dk")]
    OnlyOnBorgerDk(Portal),
    /// There is no such subscription or access, or the caller is a stranger to it.
    #[error("not found")]
    NotFound,
    /// Who acts is not the reader of an active access.
    #[error(transparent)]
    NotAdmitted(#[from] NotAdmitted),
    /// The access, or a mailbox, ended while it was asked about.
    #[error("it ended meanwhile")]
    EndedMeanwhile,
    /// The caller has a live subscription to the same post.
    #[error("a subscription exists")]
    SubscriptionExists(MailboxId, SubscriptionId),
    /// The subscription has ended.
    #[error("the subscription has ended")]
    Ended,
    /// No address waits for a code.
    #[error("no address waits for a code")]
    NoAddressWaits,
    /// The code is wrong, expired, used up or unknown (N8): nobody is told which.
    #[error("the code is refused")]
    CodeRefused,
    /// Less than a minute since the last code (N8).
    #[error("too soon for another code")]
    CodeTooSoon {
        /// When it will do.
        retry_after: Duration,
    },
    /// One of the limits on codes is reached (N8).
    #[error("too many codes")]
    TooManyCodes {
        /// When it will do.
        retry_after: Duration,
    },
    /// The request id was used for something else.
    #[error("the request id was used for something else")]
    RequestIdReused,
    /// An e-mail can't be made.
    #[error("an e-mail can't be made")]
    Render(#[from] RenderError),
    /// The storage failed.
    #[error(transparent)]
    Sql(#[from] sql::Error),
}
