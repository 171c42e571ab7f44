//! Step 6: Søren asks for access to Åse's post; Åse is told, looks, and approves.

use super::give::{mailbox_of, show, told};
use super::stage::{Stage, ask};
use crate::people::{AASE, Person, SOEREN};
use anyhow::Context as _;
use api::access::v1::expiry::Choice;
use api::access::v1::{
    AccessScope, AccessState, ApproveAccessRequest, Expiry, Guardianship, ListGivenAccessesRequest, ReadAccess,
    RequestAccessRequest,
};
use api::core::v1::PersonParticulars;
use api::error::v1::ErrorReason;

pub(super) async fn play(stage: &Stage<'_>) -> anyhow::Result<()> {
    stage.show.title("6 · On borger.dk Søren asks for read access to Åse's post");
    let (aase, soeren) = (stage.citizen(&AASE)?, stage.citizen(&SOEREN)?);
    stage.show.act("Søren", &format!("asks for access to the post of {}, without an end", AASE.full_name()));
    let request = request(stage, &AASE, Choice::NeverExpires(true), None);
    let asked = ask!(soeren, stage.clients().read_access(), request_access, request)?;
    let access = asked.access.context("an answer without an access")?;
    show(stage, &access);
    stage.check(access.state() == AccessState::Requested, "it is asked for and not active (A7)")?;
    let early = stage.letters(&soeren, &mailbox_of(&access)).await;
    stage.check_refused(early, ErrorReason::AccessNotActive)?;

    told(stage, "Åse", &aase, &SOEREN.full_name(), "A7").await?;
    let request = ListGivenAccessesRequest::default();
    let given = ask!(aase, stage.clients().read_access(), list_given_accesses, request)?;
    stage.show.act("Åse", &format!("opens \"{}\" and approves", given.heading_da));
    let shown = given.accesses.first().context("Åse's list is empty")?.clone();
    stage.check(shown.status_text_da == "Mangler din godkendelse", "she sees \"Mangler din godkendelse\" (A8)")?;
    let approved = approve(stage, &aase, &shown).await?;
    show(stage, &approved);
    stage.check(approved.state() == AccessState::Active, "the access is active (A7)")?;
    told(stage, "Søren", &soeren, &AASE.full_name(), "A7").await?;
    stage.letters(&soeren, &mailbox_of(&approved)).await.context("Søren reads Åse's post")?;
    stage.check(true, "Søren lists her letters")
}

/// What asks for access to the public post of `owner`.
pub(super) fn request(
    stage: &Stage<'_>,
    owner: &Person,
    expiry: Choice,
    guardianship: Option<Guardianship>,
) -> RequestAccessRequest {
    RequestAccessRequest {
        owner: Some(particulars(owner)),
        scope: AccessScope::PublicPost as i32,
        expiry: Some(Expiry { choice: Some(expiry) }),
        level: 0,
        guardianship,
        request_id: stage.new_id(),
    }
}

/// How `person` is named.
pub(super) fn particulars(person: &Person) -> PersonParticulars {
    PersonParticulars {
        first_name: person.first.to_owned(),
        last_name: person.last.to_owned(),
        cpr_number: person.cpr.to_owned(),
    }
}

/// The citizen approves the version they were shown.
pub(super) async fn approve(
    stage: &Stage<'_>,
    citizen: &crate::client::Bearer,
    shown: &ReadAccess,
) -> anyhow::Result<ReadAccess> {
    let request = ApproveAccessRequest { name: shown.name.clone(), version: shown.version, request_id: stage.new_id() };
    let approved = ask!(citizen, stage.clients().read_access(), approve_access, request)?;
    approved.access.context("an answer without an access")
}
