//! What we know, as the wire shows it.

use super::convert;
use crate::domain::access::Access;
use crate::domain::decision::{Decision, Denial, Ground};
use crate::domain::rights::Capacity;
use crate::domain::{Expiry, State, words};
use crate::peers::Person;
use crate::usecase::Shown;
use crate::usecase::open_mailboxes::OpenMailbox;
use api::access::v1 as wire;
use api::access::v1::expiry::Choice;
use api::core::v1 as core;
use api::error::v1::ErrorReason;
use kernel::{PersonId, resource};
use rpc::convert::to_proto;
use std::collections::HashMap;

/// Persons by id, for their names.
pub(super) type Persons = HashMap<PersonId, Person>;

/// An access as one side sees it. A name that is not at hand is left empty.
pub(super) fn access(shown: &Shown, persons: &Persons) -> wire::ReadAccess {
    let Shown { access, side } = shown;
    let name = |id| persons.get(&id).map(|person| person.display_name.clone()).unwrap_or_default();
    let status = words::status(access.state, *side);
    wire::ReadAccess {
        name: resource::access(access.owner, access.id),
        version: access.version,
        owner: resource::person(access.owner),
        owner_display_name: name(access.owner),
        reader: resource::person(access.reader),
        reader_display_name: name(access.reader),
        scope: convert::scope(access.scope).into(),
        portal: core::Portal::Unspecified.into(),
        level: wire::AccessLevel::Read.into(),
        state: convert::state(access.state).into(),
        end_reason: access.state.end_reason().map_or(0, |reason| convert::end_reason(reason).into()),
        expiry: Some(expiry(access.expiry)),
        expire_time: access.expiry.moment().map(to_proto),
        guardianship: None,
        awaits_caller: access.state.awaits() == Some(*side),
        status_text_da: status.da.to_owned(),
        status_text_en: status.en.to_owned(),
        create_time: Some(to_proto(access.create_time)),
        approve_time: access.approve_time.map(to_proto),
        end_time: access.end_time.map(to_proto),
        lapse_time: access.state.awaits().map(|_| to_proto(access.lapse_time)),
    }
}

fn expiry(expiry: Expiry) -> wire::Expiry {
    let choice = match expiry {
        Expiry::On(day) => Choice::ExpiresOn(day.to_string()),
        Expiry::Never => Choice::NeverExpires(true),
    };
    wire::Expiry { choice: Some(choice) }
}

/// A mailbox that `person` can open.
pub(super) fn open_mailbox(person: PersonId, open: OpenMailbox) -> wire::OpenMailbox {
    let OpenMailbox { owner_display_name, access } = open;
    match access {
        None => wire::OpenMailbox {
            mailbox: resource::mailbox(person),
            owner_display_name,
            capacity: core::Capacity::Owner.into(),
            access: String::new(),
            scope: wire::AccessScope::Unspecified.into(),
            expire_time: None,
        },
        Some(access) => wire::OpenMailbox {
            mailbox: resource::mailbox(access.owner),
            owner_display_name,
            capacity: convert::capacity(Capacity::by(access.scope)).into(),
            access: resource::access(access.owner, access.id),
            scope: convert::scope(access.scope).into(),
            expire_time: access.expiry.moment().map(to_proto),
        },
    }
}

/// A decision.
pub(super) fn decision(decision: Decision) -> wire::Decision {
    match decision {
        Decision::Allowed(grounds) => wire::Decision {
            allowed: true,
            capacity: grounds.first().map_or(0, |ground| convert::capacity(ground.capacity).into()),
            grounds: grounds.iter().map(ground).collect(),
            ..wire::Decision::default()
        },
        Decision::Denied(denial) => denied(denial),
    }
}

fn ground(ground: &Ground) -> wire::DecisionGround {
    let access = ground.access.as_ref();
    wire::DecisionGround {
        post_kind: convert::post_kind(ground.post_kind).into(),
        portal: core::Portal::Unspecified.into(),
        capacity: convert::capacity(ground.capacity).into(),
        access: access.map(|access| resource::access(access.owner, access.id)).unwrap_or_default(),
        access_version: access.map_or(0, |access| access.version),
        expire_time: access.and_then(|access| access.expiry.moment()).map(to_proto),
    }
}

fn denied(denial: Denial) -> wire::Decision {
    let by = |access: &Access| convert::capacity(Capacity::by(access.scope)).into();
    match denial {
        Denial::NotFound => wire::Decision { denial: ErrorReason::NotFound.into(), ..wire::Decision::default() },
        Denial::Ended(access, reason) => wire::Decision {
            denial: ErrorReason::AccessEnded.into(),
            capacity: by(&access),
            end_reason: convert::end_reason(reason).into(),
            denied_access: resource::access(access.owner, access.id),
            ..wire::Decision::default()
        },
        Denial::NotActive(access) => wire::Decision {
            denial: ErrorReason::AccessNotActive.into(),
            capacity: by(&access),
            denied_access: resource::access(access.owner, access.id),
            denied_state: convert::state(access.state).into(),
            ..wire::Decision::default()
        },
        Denial::ActNotAllowed(capacity) => wire::Decision {
            denial: ErrorReason::ActNotAllowed.into(),
            capacity: convert::capacity(capacity).into(),
            ..wire::Decision::default()
        },
    }
}

/// Whether an access is active, as the one who asked by `name` may know.
pub(super) fn activity(name: String, access: Option<Access>) -> wire::AccessActivity {
    match access {
        None => wire::AccessActivity { access: name, ..wire::AccessActivity::default() },
        Some(access) => wire::AccessActivity {
            access: name,
            active: access.state == State::Active,
            reader: resource::person(access.reader),
            scope: convert::scope(access.scope).into(),
            state: convert::state(access.state).into(),
            end_reason: access.state.end_reason().map_or(0, |reason| convert::end_reason(reason).into()),
        },
    }
}
