//! What we know, as the wire shows it.

use super::convert;
use crate::domain::access::Access;
use crate::domain::decision::{Decision, Denial, Ground};
use crate::domain::desk::{Attendance, DeskRecord, Identification};
use crate::domain::explain::sentence;
use crate::domain::rights::Capacity;
use crate::domain::{Expiry, Guardianship, State, words};
use crate::peers::Person;
use crate::usecase::Shown;
use crate::usecase::explain::Explained;
use crate::usecase::list_of_citizen::Records;
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
        portal: portal(access),
        level: wire::AccessLevel::Read.into(),
        state: convert::state(access.state).into(),
        end_reason: access.state.end_reason().map_or(0, |reason| convert::end_reason(reason).into()),
        expiry: Some(expiry(access.expiry)),
        expire_time: access.expire_time().map(to_proto),
        guardianship: access.guardianship.as_ref().map(guardianship),
        awaits_caller: side.is_some() && access.state.awaits() == *side,
        status_text_da: status.da.to_owned(),
        status_text_en: status.en.to_owned(),
        create_time: Some(to_proto(access.create_time)),
        approve_time: access.approve_time.map(to_proto),
        end_time: access.end_time.map(to_proto),
        lapse_time: access.state.awaits().map(|_| to_proto(access.lapse_time)),
    }
}

/// The portal whose private post it is about.
fn portal(access: &Access) -> i32 {
    access.scope.portal().map_or(0, |portal| convert::portal(portal).into())
}

fn guardianship(guardianship: &Guardianship) -> wire::Guardianship {
    let Guardianship { reference, end_date } = guardianship;
    wire::Guardianship { reference: reference.clone(), end_date: end_date.to_string() }
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
            capacity: convert::capacity(Capacity::by(&access)).into(),
            access: resource::access(access.owner, access.id),
            scope: convert::scope(access.scope).into(),
            expire_time: access.expire_time().map(to_proto),
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
        portal: access.map_or(0, portal),
        capacity: convert::capacity(ground.capacity).into(),
        access: access.map(|access| resource::access(access.owner, access.id)).unwrap_or_default(),
        access_version: access.map_or(0, |access| access.version),
        expire_time: access.and_then(Access::expire_time).map(to_proto),
    }
}

fn denied(denial: Denial) -> wire::Decision {
    let by = |access: &Access| convert::capacity(Capacity::by(access)).into();
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
        Denial::OnlyInOwnPortal(capacity) => wire::Decision {
            denial: ErrorReason::OnlyInOwnPortal.into(),
            capacity: convert::capacity(capacity).into(),
            ..wire::Decision::default()
        },
        Denial::ActNotAllowed(capacity, _) => wire::Decision {
            denial: ErrorReason::ActNotAllowed.into(),
            capacity: convert::capacity(capacity).into(),
            ..wire::Decision::default()
        },
    }
}

/// An access as a caseworker sees it, with what was recorded about it.
pub(super) fn recorded(shown: &Shown, persons: &Persons, records: &Records) -> wire::RecordedAccess {
    let records = records.get(&shown.access.id).map(Vec::as_slice).unwrap_or_default();
    wire::RecordedAccess { access: Some(access(shown, persons)), records: records.iter().map(record).collect() }
}

fn record(record: &DeskRecord) -> core::CaseworkerRecord {
    let Attendance { presence, identification, case_reference } = &record.attendance;
    let description = match identification {
        Some(Identification::OtherAgreed(what)) => what.clone(),
        _ => String::new(),
    };
    core::CaseworkerRecord {
        caseworker_id: record.caseworker.employee_id.clone(),
        municipality_code: record.caseworker.municipality.clone(),
        cvr_number: record.caseworker.cvr.to_string(),
        attendance: Some(core::Attendance {
            kind: convert::presence(*presence).into(),
            identification: identification.as_ref().map_or(0, |known| convert::identification(known).into()),
            identification_description: description,
            case_reference: case_reference.clone(),
        }),
        act: convert::desk_act(record.act).to_owned(),
        record_time: Some(to_proto(record.time)),
    }
}

/// A decision as its parties may know it, with a sentence.
pub(super) fn explained(explained: Explained, persons: &Persons) -> wire::ExplainAccessResponse {
    let Explained { decision: decided, shown } = explained;
    let sentence = sentence(&decided);
    let decision = decision(decided);
    wire::ExplainAccessResponse {
        allowed: decision.allowed,
        reason: decision.denial,
        capacity: decision.capacity,
        access: shown.map(|shown| access(&shown, persons)),
        sentence_da: sentence.da.to_owned(),
        sentence_en: sentence.en.to_owned(),
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
