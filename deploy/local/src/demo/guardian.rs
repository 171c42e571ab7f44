//! Step 7: Anne-Marie asks as Mohammed's guardian; a caseworker who has seen the appointment approves in his stead.

use super::desk::at_the_desk;
use super::give::{mailbox_of, show};
use super::request::request;
use super::stage::{MUNICIPALITY, Stage, ask};
use crate::people::{ANNE_MARIE, MOHAMMED};
use anyhow::Context as _;
use api::access::v1::expiry::Choice;
use api::access::v1::{AccessState, Guardianship, RecordApprovalRequest};
use api::core::v1::AttendanceKind;
use kernel::{Clock as _, Date, SystemClock};
use std::time::Duration;

pub(super) async fn play(stage: &Stage<'_>) -> anyhow::Result<()> {
    stage.show.title("7 · Anne-Marie asks as Mohammed's guardian");
    let day = |days: u64| Date::in_denmark(SystemClock.now().plus(Duration::from_hours(24 * days))).to_string();
    let (expires_on, guardian_until) = (day(365), day(90));
    let guardian = stage.citizen(&ANNE_MARIE)?;
    stage.show.act(
        "Anne-Marie",
        &format!("asks until {expires_on}; she is {}'s guardian until {guardian_until}", MOHAMMED.first),
    );
    let guardianship = Guardianship { reference: "FH-2026-1042".to_owned(), end_date: guardian_until.clone() };
    let request = request(stage, &MOHAMMED, Choice::ExpiresOn(expires_on), Some(guardianship));
    let asked = ask!(guardian, stage.clients().read_access(), request_access, request)?;
    let access = asked.access.context("an answer without an access")?;
    show(stage, &access);
    stage.check(access.state() == AccessState::Requested, "it awaits the approval (A13)")?;

    stage.show.act(MUNICIPALITY, "has seen the appointment, and approves in Mohammed's stead");
    let request = RecordApprovalRequest {
        name: access.name.clone(),
        version: access.version,
        attendance: Some(at_the_desk(AttendanceKind::GuardianAppointmentSeen, "2026-2201")),
        request_id: stage.new_id(),
    };
    let recorded = ask!(stage.caseworker()?, stage.clients().caseworker_access(), record_approval, request)?;
    let recorded = recorded.access.context("an answer without an access")?;
    let approved = recorded.access.context("a record without an access")?;
    show(stage, &approved);
    stage.check(approved.state() == AccessState::Active, "the access is active (A13)")?;
    let record = recorded.records.last().context("nothing was recorded")?;
    stage.show.line("record", &format!("{} by {} at {}", record.act, record.caseworker_id, record.municipality_code));
    let end = approved.expire_time.and_then(|time| jiff::Timestamp::new(time.seconds, 0).ok());
    let last_day =
        end.map(|end| Date::in_denmark(kernel::Timestamp::from_micros(end.as_microsecond() - 1)).to_string());
    stage.check(last_day == Some(guardian_until), "it ends with the guardianship, the earlier of the two (A13)")?;
    stage.letters(&guardian, &mailbox_of(&approved)).await.context("the guardian reads")?;
    stage.check(true, "Anne-Marie lists his letters")
}
