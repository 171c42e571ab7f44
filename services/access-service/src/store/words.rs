//! How the words of the domain are written in the database.

use crate::domain::access::Party;
use crate::domain::{EndReason, Scope, State};
use sql::Error;

pub(super) const fn scope(scope: Scope) -> &'static str {
    match scope {
        Scope::PublicPost => "public_post",
        Scope::PrivatePostRead => "private_post_read",
        Scope::PrivatePostEdit => "private_post_edit",
    }
}

pub(super) fn read_scope(word: &str) -> Result<Scope, Error> {
    [Scope::PublicPost, Scope::PrivatePostRead, Scope::PrivatePostEdit]
        .into_iter()
        .find(|known| scope(*known) == word)
        .ok_or_else(|| Error::corrupt("access.scope", "an unknown word"))
}

pub(super) const fn state(state: State) -> &'static str {
    match state {
        State::Offered => "offered",
        State::Requested => "requested",
        State::Active => "active",
        State::Ended(_) => "ended",
    }
}

pub(super) fn read_state(word: &str, reason: Option<&str>) -> Result<State, Error> {
    match (word, reason) {
        ("offered", None) => Ok(State::Offered),
        ("requested", None) => Ok(State::Requested),
        ("active", None) => Ok(State::Active),
        ("ended", Some(reason)) => read_end_reason(reason).map(State::Ended),
        _ => Err(Error::corrupt("access.state", "an unknown word")),
    }
}

const END_REASONS: [EndReason; 7] = [
    EndReason::Withdrawn,
    EndReason::Declined,
    EndReason::Lapsed,
    EndReason::RemovedBy(Party::Owner),
    EndReason::RemovedBy(Party::Reader),
    EndReason::Expired,
    EndReason::ClosedMailbox,
];

pub(super) const fn end_reason(reason: EndReason) -> &'static str {
    match reason {
        EndReason::Withdrawn => "withdrawn",
        EndReason::Declined => "declined",
        EndReason::Lapsed => "lapsed",
        EndReason::RemovedBy(Party::Owner) => "removed_by_owner",
        EndReason::RemovedBy(Party::Reader) => "removed_by_reader",
        EndReason::Expired => "expired",
        EndReason::ClosedMailbox => "closed_mailbox",
    }
}

fn read_end_reason(word: &str) -> Result<EndReason, Error> {
    END_REASONS
        .into_iter()
        .find(|known| end_reason(*known) == word)
        .ok_or_else(|| Error::corrupt("access.end_reason", "an unknown word"))
}
