//! Step 8: Bjørn has no MitID and comes to the municipality's desk with his passport.

use super::give::{mailbox_of, show, told};
use super::request::{approve, particulars};
use super::stage::{MUNICIPALITY, Stage, ask};
use crate::people::{BJOERN, FREJA};
use anyhow::Context as _;
use api::access::v1::expiry::Choice;
use api::access::v1::{
    AccessParty, AccessState, CreateAccessForCitizenRequest, EndReason, Expiry, ListReceivedAccessesRequest,
    RemoveAccessForCitizenRequest,
};
use api::core::v1::{Attendance, AttendanceKind, IdentificationKind};
use api::error::v1::ErrorReason;

pub(super) async fn play(stage: &Stage<'_>) -> anyhow::Result<()> {
    stage.show.title("8 · Bjørn comes to the municipality's desk");
    let (desk, freja) = (stage.caseworker()?, stage.citizen(&FREJA)?);
    stage.show.act(MUNICIPALITY, "is called by a neighbour: Bjørn can neither come nor sign");
    let request = create(stage, AttendanceKind::UnableToAttendAndSign);
    let refused = ask!(desk, stage.clients().caseworker_access(), create_access_for_citizen, request);
    stage.check_refused(refused, ErrorReason::OwnerCannotConsent)?;

    stage.show.act(MUNICIPALITY, "gives Freja access in Bjørn's name, who came with his passport after all");
    let request = create(stage, AttendanceKind::CitizenAttended);
    let created = ask!(desk, stage.clients().caseworker_access(), create_access_for_citizen, request)?;
    let recorded = created.access.context("an answer without an access")?;
    let access = recorded.access.context("a record without an access")?;
    show(stage, &access);
    let record = recorded.records.first().context("nothing was recorded")?;
    let case = record.attendance.as_ref().map(|attendance| attendance.case_reference.as_str());
    stage.show.line("record", &format!("{} by {}, case {}", record.act, record.caseworker_id, case.unwrap_or("-")));
    stage.check(access.state() == AccessState::Offered, "Freja must still approve (A14, A5)")?;
    told(stage, "Freja", &freja, &BJOERN.full_name(), "A14").await?;

    let request = ListReceivedAccessesRequest::default();
    let listed = ask!(freja, stage.clients().read_access(), list_received_accesses, request)?;
    let offered = listed.accesses.first().context("Freja's list is empty")?.clone();
    stage.show.act("Freja", "approves on borger.dk");
    let approved = approve(stage, &freja, &offered).await?;
    show(stage, &approved);
    let mailbox = mailbox_of(&approved);
    stage.letters(&freja, &mailbox).await.context("Freja reads Bjørn's post")?;
    stage.show.act(MUNICIPALITY, "tries to look into Bjørn's mailbox");
    stage.check_refused(stage.letters(&desk, &mailbox).await, ErrorReason::CallerNotAllowed)?;

    stage.show.act(MUNICIPALITY, "removes the access for Bjørn, who is at the desk again");
    let request = RemoveAccessForCitizenRequest {
        name: approved.name,
        party: AccessParty::Owner as i32,
        attendance: Some(at_the_desk(AttendanceKind::CitizenAttended, "2026-2305")),
        request_id: stage.new_id(),
    };
    let removed = ask!(desk, stage.clients().caseworker_access(), remove_access_for_citizen, request)?;
    let next = stage.letters(&freja, &mailbox).await;
    let removed = removed.access.and_then(|recorded| recorded.access).context("an answer without an access")?;
    let ended = removed.end_reason() == EndReason::RemovedByMunicipality;
    stage.check(ended, "it ended as removed by the municipality (A16)")?;
    stage.check_refused(next, ErrorReason::AccessEnded)?;
    Ok(())
}

fn create(stage: &Stage<'_>, kind: AttendanceKind) -> CreateAccessForCitizenRequest {
    CreateAccessForCitizenRequest {
        owner: Some(particulars(&BJOERN)),
        reader: Some(particulars(&FREJA)),
        expiry: Some(Expiry { choice: Some(Choice::NeverExpires(true)) }),
        attendance: Some(at_the_desk(kind, "2026-2304")),
        request_id: stage.new_id(),
    }
}

/// What the caseworker states; whoever is there has a passport.
pub(super) fn at_the_desk(kind: AttendanceKind, case_reference: &str) -> Attendance {
    let identification = match kind {
        AttendanceKind::UnableToAttendAndSign => IdentificationKind::Unspecified,
        _ => IdentificationKind::Passport,
    };
    Attendance {
        kind: kind as i32,
        identification: identification as i32,
        identification_description: String::new(),
        case_reference: case_reference.to_owned(),
    }
}
