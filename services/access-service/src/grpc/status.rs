//! What each error means for the caller: the one place where errors become refusals.

use super::convert;
use crate::domain::scope::WrongPortal;
use crate::error::{AccessName, Error};
use kernel::{Portal, resource};
use rpc::refusal::Violation;
use rpc::{Reason, Refusal};

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        match error {
            Error::Sql(error) if error.is_transient() => Self::unavailable("database", error),
            Error::Sql(error) => Self::internal(error),
            Error::Peer(refusal) => refusal,
            Error::NotFound => Self::new(Reason::NotFound),
            Error::PersonNotMatched => Self::new(Reason::PersonNotMatched),
            Error::TooManyAttempts(wait) => Self::new(Reason::TooManyAttempts).retry_after(wait),
            Error::WithSelf => Self::new(Reason::AccessWithSelf),
            Error::Exists(access) => named(Reason::AccessExists, access),
            Error::LimitReached(limit) => Self::new(Reason::LimitReached).with("what", "accesses").with("limit", limit),
            Error::WrongPortal(WrongPortal::OnlyOnBorgerDk(portal)) => in_portal(Reason::OnlyOnBorgerDk, portal),
            Error::WrongPortal(WrongPortal::OnlyInOwnPortal(portal)) => in_portal(Reason::OnlyInOwnPortal, portal),
            Error::CallerExempt => Self::new(Reason::CallerExempt),
            Error::CallerHasNoDigitalPost => Self::new(Reason::CallerHasNoDigitalPost),
            Error::VersionChanged(access, version) => named(Reason::VersionChanged, access).with("version", version),
            Error::StateConflict(state) => Self::new(Reason::StateConflict)
                .with("state", word(convert::state(state).as_str_name(), "ACCESS_STATE_")),
            Error::Ended(access, reason) => named(Reason::AccessEnded, access)
                .with("end_reason", word(convert::end_reason(reason).as_str_name(), "END_REASON_")),
            Error::ActNotAllowed(act, capacity) => Self::new(Reason::ActNotAllowed)
                .with("act", word(convert::act_out(act).as_str_name(), "ACT_"))
                .with("capacity", word(convert::capacity(capacity).as_str_name(), "CAPACITY_")),
            Error::InvalidExpiry(problem) => Self::invalid(vec![Violation {
                field: "expiry.expires_on".to_owned(),
                description: problem.to_string(),
            }]),
            Error::GuardianshipOver => Self::invalid(vec![Violation {
                field: "guardianship.end_date".to_owned(),
                description: "must be today or later".to_owned(),
            }]),
            Error::OwnerCannotConsent => Self::new(Reason::OwnerCannotConsent),
            Error::RequestIdReused(id) => Self::new(Reason::RequestIdReused).with("request_id", id),
            Error::InvalidPageToken => Self::new(Reason::PageTokenInvalid),
            Error::InvalidResumeToken => Self::new(Reason::ResumeTokenInvalid),
        }
    }
}

fn named(reason: Reason, (owner, id): AccessName) -> Refusal {
    Refusal::new(reason).with("access", resource::access(owner, id))
}

fn in_portal(reason: Reason, portal: Portal) -> Refusal {
    Refusal::new(reason).with("portal", word(convert::portal(portal).as_str_name(), "PORTAL_"))
}

/// An enum's value as metadata has it: without its prefix.
fn word(name: &'static str, prefix: &str) -> &'static str {
    name.strip_prefix(prefix).unwrap_or(name)
}
