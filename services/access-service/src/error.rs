//! What can go wrong here, as facts of the domain.

use crate::domain::expiry::InvalidExpiry;
use crate::domain::rights::{Act, Capacity};
use crate::domain::scope::WrongPortal;
use crate::domain::{EndReason, State};
use kernel::{AccessId, MailboxId};
use std::time::Duration;

/// The full name of an access: the mailbox it opens, and its id.
pub type AccessName = (MailboxId, AccessId);

/// Why a use case refuses.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The storage failed.
    #[error("the storage failed")]
    Sql(#[from] sql::Error),
    /// Another service failed or refused; it says itself what that means for the caller.
    #[error("another service failed or refused")]
    Peer(rpc::Refusal),
    /// No such access, or none of the caller's (rule A20).
    #[error("not found")]
    NotFound,
    /// The particulars fit nobody who can be a party (rule A2), or the other party no longer fits (rule A3).
    #[error("the person is not matched")]
    PersonNotMatched,
    /// Too many misses by this caller or at this target (rule A2).
    #[error("too many attempts")]
    TooManyAttempts(Duration),
    /// Owner and reader are one person (rule A18).
    #[error("an access with oneself")]
    WithSelf,
    /// The same pair has a pending or active access of this scope (rule A18).
    #[error("an access exists")]
    Exists(AccessName),
    /// One of the two has as many accesses as there may be.
    #[error("the limit of accesses is reached")]
    LimitReached(u32),
    /// Not in this portal (rules A12, A24).
    #[error("not in this portal")]
    WrongPortal(WrongPortal),
    /// The caller is exempt and wants to become a reader (rule X4).
    #[error("the caller is exempt")]
    CallerExempt,
    /// The caller's mailbox is closed, or there is none.
    #[error("the caller has no Digital Post")]
    CallerHasNoDigitalPost,
    /// The version named is not the present one (rule A29).
    #[error("the version has changed")]
    VersionChanged(AccessName, i64),
    /// The change has no meaning in this state.
    #[error("the state does not allow it")]
    StateConflict(State),
    /// The access has ended.
    #[error("the access has ended")]
    Ended(AccessName, EndReason),
    /// The change is not this party's to make.
    #[error("the act is not the caller's")]
    ActNotAllowed(Act, Capacity),
    /// The guardianship is over (rule A13).
    #[error("the guardianship is over")]
    GuardianshipOver,
    /// The owner can neither attend nor sign (rule A15).
    #[error("the owner can't consent")]
    OwnerCannotConsent,
    /// The expiry chosen can't be.
    #[error("the expiry can't be chosen")]
    InvalidExpiry(#[from] InvalidExpiry),
    /// The request id was used for other content.
    #[error("the request id was used before")]
    RequestIdReused(String),
    /// The page token is not one of this list and caller.
    #[error("the page token is not valid")]
    InvalidPageToken,
    /// The resume token is not one of this stream and caller, or older than what is kept.
    #[error("the resume token is not valid")]
    InvalidResumeToken,
}

impl From<WrongPortal> for Error {
    fn from(wrong: WrongPortal) -> Self {
        Self::WrongPortal(wrong)
    }
}
