//! What an [`Error`] means to the caller.

use crate::domain::access::NotAdmitted;
use crate::error::Error;
use kernel::{Portal, resource};
use rpc::{Reason, Refusal};

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        match error {
            Error::OnlyOnBorgerDk(portal) => Self::new(Reason::OnlyOnBorgerDk).with("portal", portal_word(portal)),
            Error::NotFound | Error::NotAdmitted(NotAdmitted::Stranger) => Self::new(Reason::NotFound),
            Error::NotAdmitted(NotAdmitted::NotActive { access, state }) => {
                Self::new(Reason::AccessNotActive).with("access", access).with("state", state)
            }
            Error::NotAdmitted(NotAdmitted::Ended { access, reason }) => {
                Self::new(Reason::AccessEnded).with("access", access).with("end_reason", reason)
            }
            // Asked again, access-service says what happened.
            Error::EndedMeanwhile => Self::new(Reason::ConcurrentChange),
            Error::SubscriptionExists(mailbox, id) => {
                Self::new(Reason::SubscriptionExists).with("subscription", resource::subscription(mailbox, id))
            }
            Error::Ended => Self::new(Reason::StateConflict).with("state", "ENDED"),
            Error::NoAddressWaits => Self::new(Reason::StateConflict).with("state", "ACTIVE"),
            Error::CodeRefused => Self::new(Reason::CodeRefused),
            Error::CodeTooSoon { retry_after } => Self::new(Reason::CodeTooSoon).retry_after(retry_after),
            Error::TooManyCodes { retry_after } => Self::new(Reason::TooManyCodes).retry_after(retry_after),
            // The caller knows which: the one of this call, added where the call is known.
            Error::RequestIdReused => Self::new(Reason::RequestIdReused),
            Error::Sql(error) if error.is_transient() => Self::unavailable("database", error),
            error @ (Error::Sql(_) | Error::Render(_)) => Self::internal(error),
        }
    }
}

/// A portal as metadata has it.
fn portal_word(portal: Portal) -> &'static str {
    match portal {
        Portal::BorgerDk => "BORGER_DK",
        Portal::DigitalPostApp => "DIGITAL_POST_APP",
        Portal::EBoks => "E_BOKS",
        Portal::MitDk => "MIT_DK",
    }
}

/// As [`Refusal::from`], for a call with this `request_id`.
pub(super) fn refusal(error: Error, request_id: &str) -> Refusal {
    match error {
        Error::RequestIdReused => Refusal::from(error).with("request_id", request_id),
        error => Refusal::from(error),
    }
}
