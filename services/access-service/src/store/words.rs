//! How the words of the domain are written in the database.

use crate::domain::desk::{DeskAct, Identification, Presence};
use crate::domain::party::Party;
use crate::domain::scope::PrivateRight;
use crate::domain::{EndReason, Scope, State};
use kernel::Portal;
use sql::Error;

pub(super) const fn scope(scope: Scope) -> &'static str {
    match scope {
        Scope::PublicPost => "public_post",
        Scope::PrivatePost { right: PrivateRight::Read, .. } => "private_post_read",
        Scope::PrivatePost { right: PrivateRight::Edit, .. } => "private_post_edit",
    }
}

/// Whose post a scope is about: of two scopes for the same post a pair has one at a time.
pub(super) const fn post(scope: Scope) -> &'static str {
    match scope {
        Scope::PublicPost => "public",
        Scope::PrivatePost { portal, .. } => portal.as_str(),
    }
}

pub(super) fn read_scope(scope: &str, post: &str) -> Result<Scope, Error> {
    let portal = || post.parse::<Portal>().map_err(|_| Error::corrupt("access.post", "an unknown word"));
    match scope {
        "public_post" => Ok(Scope::PublicPost),
        "private_post_read" => Ok(Scope::PrivatePost { portal: portal()?, right: PrivateRight::Read }),
        "private_post_edit" => Ok(Scope::PrivatePost { portal: portal()?, right: PrivateRight::Edit }),
        _ => Err(Error::corrupt("access.scope", "an unknown word")),
    }
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

const END_REASONS: [EndReason; 8] = [
    EndReason::Withdrawn,
    EndReason::Declined,
    EndReason::Lapsed,
    EndReason::RemovedBy(Party::Owner),
    EndReason::RemovedBy(Party::Reader),
    EndReason::RemovedByMunicipality,
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
        EndReason::RemovedByMunicipality => "removed_by_municipality",
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

const DESK_ACTS: [DeskAct; 5] =
    [DeskAct::Create, DeskAct::Request, DeskAct::Approve, DeskAct::ChangeExpiry, DeskAct::Remove];

pub(super) const fn desk_act(act: DeskAct) -> &'static str {
    match act {
        DeskAct::Create => "create",
        DeskAct::Request => "request",
        DeskAct::Approve => "approve",
        DeskAct::ChangeExpiry => "change_expiry",
        DeskAct::Remove => "remove",
    }
}

pub(super) fn read_desk_act(word: &str) -> Result<DeskAct, Error> {
    DESK_ACTS
        .into_iter()
        .find(|known| desk_act(*known) == word)
        .ok_or_else(|| Error::corrupt("caseworker_record.act", "an unknown word"))
}

const PRESENCES: [Presence; 4] =
    [Presence::Attended, Presence::FormBrought, Presence::Unable, Presence::AppointmentSeen];

pub(super) const fn presence(presence: Presence) -> &'static str {
    match presence {
        Presence::Attended => "attended",
        Presence::FormBrought => "form_brought",
        Presence::Unable => "unable",
        Presence::AppointmentSeen => "appointment_seen",
    }
}

pub(super) fn read_presence(word: &str) -> Result<Presence, Error> {
    PRESENCES
        .into_iter()
        .find(|known| presence(*known) == word)
        .ok_or_else(|| Error::corrupt("caseworker_record.presence", "an unknown word"))
}

/// The kind of document, and what it was where it is of no known kind.
pub(super) fn identification(identification: Option<&Identification>) -> (&'static str, Option<&str>) {
    identification.map_or(("none", None), |known| (known.word(), known.description()))
}

pub(super) fn read_identification(word: &str, what: Option<String>) -> Result<Option<Identification>, Error> {
    match (word, what) {
        ("none", None) => Ok(None),
        ("passport", None) => Ok(Some(Identification::Passport)),
        ("driving_licence", None) => Ok(Some(Identification::DrivingLicence)),
        ("other_agreed", Some(what)) => Ok(Some(Identification::OtherAgreed(what))),
        _ => Err(Error::corrupt("caseworker_record.identification", "an unknown word")),
    }
}
