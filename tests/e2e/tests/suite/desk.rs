//! What a municipality does for citizens, with or without MitID.

use api::access::v1::{AccessParty, AccessState, CreateAccessForCitizenRequest, EndReason, RecordedAccess};
use api::core::v1::{Attendance, AttendanceKind, IdentificationKind};
use harness::actor::caseworker::{attended, creation, stated};
use harness::actor::citizen_access::guardianship;
use harness::{Citizen, Person, Refusable as _, Suite, Until, on_both};
use kernel::Portal;

on_both! {
    Suite: a14_an_owner_gives_access_at_the_municipality,
    a14_the_record_keeps_everything_that_was_stated,
    a14_both_numbers_are_given,
    a15_who_can_neither_attend_nor_sign_gives_nothing_there,
    a16_the_municipality_removes_an_access_for_either_side,
    a24_a_caseworker_changes_the_expiry_of_public_access,
    a25_a_caseworker_asks_for_a_person_who_attends,
    a25_a_caseworker_records_the_approval_of_a_person_who_attends,
    a29_at_the_desk_too_the_version_that_was_shown_is_approved,
}

/// Both have got one new letter, and both letters say where it was done.
async fn both_are_told_of_the_desk(one: &Citizen, other: &Citizen) {
    for (citizen, other) in [(one, other), (other, one)] {
        let [letter] = &citizen.opens_new_post().await.unwrap()[..] else { panic!("both are told, once") };
        assert!(letter.body_text.contains("Borgerservice"), "{}", letter.body_text);
        assert!(letter.body_text.contains(&other.person.full_name()), "{}", letter.body_text);
    }
}

fn records(access: &RecordedAccess) -> Vec<&str> {
    access.records.iter().map(|record| record.act.as_str()).collect()
}

async fn a14_an_owner_gives_access_at_the_municipality(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    for kind in [AttendanceKind::CitizenAttended, AttendanceKind::SignedFormBrought] {
        let request = CreateAccessForCitizenRequest {
            attendance: Some(stated(kind)),
            ..creation(&karen.person, &niels.person, Until::Day("2027-05-31"))
        };
        let created = suite.caseworker().creates(request).await.unwrap().access.unwrap();
        assert_eq!(created.state(), AccessState::Offered);
        both_are_told_of_the_desk(&karen, &niels).await;
        // Rule A5: it opens nothing yet.
        niels.lists(&karen.mailbox).await.refused("ACCESS_NOT_ACTIVE");
        let shown = niels.sees_access(&created.name).await.unwrap();
        assert_eq!(shown.status_text_da, "Mangler din godkendelse");
        let active = niels.approves(&shown).await.unwrap();
        niels.lists(&karen.mailbox).await.unwrap();
        karen.opens_new_post().await.unwrap();
        // It is an access as any other.
        karen.removes(&active).await.unwrap();
        niels.opens_new_post().await.unwrap();
        karen.opens_new_post().await.unwrap();
    }
}

async fn a14_the_record_keeps_everything_that_was_stated(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let other = Attendance {
        identification: IdentificationKind::OtherAgreed.into(),
        identification_description: "Opholdskort, aftalt den 3. november".to_owned(),
        case_reference: "SAG-77/2026".to_owned(),
        ..stated(AttendanceKind::CitizenAttended)
    };
    let licence = Attendance {
        identification: IdentificationKind::DrivingLicence.into(),
        ..stated(AttendanceKind::SignedFormBrought)
    };
    for statement in [attended(), licence, other] {
        let request = CreateAccessForCitizenRequest {
            attendance: Some(statement.clone()),
            ..creation(&karen.person, &niels.person, Until::Never)
        };
        let created = suite.caseworker().creates(request).await.unwrap();
        let [record] = &created.records[..] else { panic!("one record") };
        let who = (record.caseworker_id.as_str(), record.municipality_code.as_str(), record.cvr_number.as_str());
        assert_eq!(who, ("b-1234", "0461", "29189668"));
        assert_eq!(record.act, "CreateAccessForCitizen");
        assert!(record.attendance == Some(statement));
        assert_eq!(record.record_time.unwrap().seconds, created.access.as_ref().unwrap().create_time.unwrap().seconds);
        // Kept after the end too.
        let access = created.access.clone().unwrap();
        karen.withdraws(&access).await.unwrap();
        let kept = suite.caseworker().accesses_of(&karen).await.unwrap();
        let kept = kept.iter().find(|kept| kept.access.as_ref().unwrap().name == access.name).unwrap();
        assert!(kept.records == created.records);
    }
}

async fn a14_both_numbers_are_given(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let whole = creation(&karen.person, &niels.person, Until::Never);
    for (request, fields) in [
        (CreateAccessForCitizenRequest { owner: None, ..whole.clone() }, vec!["owner"]),
        (CreateAccessForCitizenRequest { reader: None, ..whole.clone() }, vec!["reader"]),
        (
            CreateAccessForCitizenRequest { owner: None, reader: None, attendance: None, ..whole.clone() },
            vec!["attendance", "owner", "reader"],
        ),
    ] {
        let mut refused = suite.caseworker().creates(request).await.refused("INVALID_FIELDS");
        refused.fields.sort();
        assert_eq!(refused.fields, fields);
    }
    let misnamed = Person { first_name: "Karin".to_owned(), ..Person::karen() };
    let request = creation(&misnamed, &niels.person, Until::Never);
    suite.caseworker().creates(request).await.refused("PERSON_NOT_MATCHED");
    assert!(niels.opens_new_post().await.unwrap().is_empty());
}

async fn a15_who_can_neither_attend_nor_sign_gives_nothing_there(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let unable = Attendance {
        kind: AttendanceKind::UnableToAttendAndSign.into(),
        case_reference: "2026-1122".to_owned(),
        ..Attendance::default()
    };
    let request = CreateAccessForCitizenRequest {
        attendance: Some(unable.clone()),
        ..creation(&karen.person, &niels.person, Until::Never)
    };
    let refused = suite.caseworker().creates(request).await.refused("OWNER_CANNOT_CONSENT");
    assert_eq!(refused.sentence_da, "Adgangen kan ikke oprettes, når ejeren hverken kan møde op eller skrive under.");
    assert!(suite.caseworker().accesses_of(&karen).await.unwrap().is_empty());
    for citizen in [&karen, &niels] {
        assert!(citizen.opens_new_post().await.unwrap().is_empty());
    }
    // Nor is there a way round it by approving: the guardian's way alone stays open (A13).
    let asked = suite.caseworker().asks_for(&niels, &karen, Until::Never, Some(guardianship("2027-06-30"))).await;
    let asked = asked.unwrap().access.unwrap();
    let fields = suite.caseworker().approves(&asked, unable).await.refused("INVALID_FIELDS").fields;
    assert!(fields.contains(&"attendance.kind".to_owned()), "{fields:?}");
    let seen = stated(AttendanceKind::GuardianAppointmentSeen);
    suite.caseworker().approves(&asked, seen).await.unwrap();
    niels.lists(&karen.mailbox).await.unwrap();
}

async fn a16_the_municipality_removes_an_access_for_either_side(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let desk = suite.caseworker();
    for (approved, party) in [
        (true, AccessParty::Owner),
        (true, AccessParty::Reader),
        (false, AccessParty::Owner),
        (false, AccessParty::Reader),
    ] {
        let mut access = karen.gives_access(&niels, Until::Never).await.unwrap();
        if approved {
            access = niels.approves(&access).await.unwrap();
        }
        karen.opens_new_post().await.unwrap();
        niels.opens_new_post().await.unwrap();
        let removed = desk.removes(&access, party).await.unwrap();
        assert_eq!(removed.access.as_ref().unwrap().end_reason(), EndReason::RemovedByMunicipality);
        assert_eq!(records(&removed), ["RemoveAccessForCitizen"]);
        let refused = niels.lists(&karen.mailbox).await.refused("ACCESS_ENDED");
        assert_eq!(refused.metadata["end_reason"], "REMOVED_BY_MUNICIPALITY");
        both_are_told_of_the_desk(&karen, &niels).await;
        for citizen in [&karen, &niels] {
            assert_eq!(citizen.sees_access(&access.name).await.unwrap().status_text_da, "Fjernet af kommunen");
        }
        desk.removes(&access, party).await.refused("ACCESS_ENDED");
    }
    assert_eq!(niels.ended_accesses().await.unwrap().len(), 4);
    let active = niels.is_given_access_by(&karen).await;
    desk.removes(&active, AccessParty::Unspecified).await.refused("INVALID_FIELDS");
    niels.lists(&karen.mailbox).await.unwrap();
}

async fn a24_a_caseworker_changes_the_expiry_of_public_access(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let active = niels.is_given_access_by(&karen).await;
    karen.opens_new_post().await.unwrap();
    niels.opens_new_post().await.unwrap();
    let changed = suite.caseworker().changes_expiry(&active, Until::Day("2027-01-31")).await.unwrap();
    assert_eq!(records(&changed), ["ChangeExpiryForCitizen"]);
    let changed = changed.access.unwrap();
    assert_eq!((changed.state(), changed.version), (AccessState::Active, active.version + 1));
    both_are_told_of_the_desk(&karen, &niels).await;
    suite.caseworker().changes_expiry(&active, Until::Never).await.refused("VERSION_CHANGED");
    niels.lists(&karen.mailbox).await.unwrap();
    // What is private is no matter of the municipality's.
    let scope = api::access::v1::AccessScope::PrivatePostRead;
    let private = niels.at(Portal::EBoks).is_given_private_access_by(&karen.at(Portal::EBoks), scope).await;
    suite.caseworker().changes_expiry(&private, Until::Never).await.refused("NOT_FOUND");
    suite.caseworker().removes(&private, AccessParty::Owner).await.refused("NOT_FOUND");
    let listed = suite.caseworker().accesses_of(&karen).await.unwrap();
    assert!(listed.iter().all(|listed| listed.access.as_ref().unwrap().name != private.name));
}

async fn a25_a_caseworker_asks_for_a_person_who_attends(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let asked = suite.caseworker().asks_for(&niels, &karen, Until::Day("2027-05-31"), None).await.unwrap();
    assert_eq!(records(&asked), ["RequestAccessForCitizen"]);
    assert!(asked.records[0].attendance == Some(attended()));
    let asked = asked.access.unwrap();
    assert_eq!(asked.state(), AccessState::Requested);
    both_are_told_of_the_desk(&karen, &niels).await;
    niels.lists(&karen.mailbox).await.refused("ACCESS_NOT_ACTIVE");
    // Rule A7: the owner decides, here with MitID.
    karen.approves(&asked).await.unwrap();
    niels.lists(&karen.mailbox).await.unwrap();
}

async fn a25_a_caseworker_records_the_approval_of_a_person_who_attends(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let desk = suite.caseworker();
    let offered = karen.gives_access(&niels, Until::Never).await.unwrap();
    karen.opens_new_post().await.unwrap();
    niels.opens_new_post().await.unwrap();
    let approved = desk.approves(&offered, attended()).await.unwrap();
    assert_eq!(records(&approved), ["RecordApproval"]);
    both_are_told_of_the_desk(&karen, &niels).await;
    niels.lists(&karen.mailbox).await.unwrap();
    niels.removes(&approved.access.unwrap()).await.unwrap();

    let asked = desk.asks_for(&niels, &karen, Until::Never, None).await.unwrap().access.unwrap();
    karen.opens_new_post().await.unwrap();
    niels.opens_new_post().await.unwrap();
    let approved = desk.approves(&asked, attended()).await.unwrap();
    assert_eq!(records(&approved), ["RequestAccessForCitizen", "RecordApproval"]);
    both_are_told_of_the_desk(&karen, &niels).await;
    niels.lists(&karen.mailbox).await.unwrap();
    let brought = stated(AttendanceKind::SignedFormBrought);
    let fields = desk.approves(&asked, brought).await.refused("INVALID_FIELDS").fields;
    assert_eq!(fields, ["attendance.kind"], "the form is for creating only");
    desk.approves(&approved.access.unwrap(), attended()).await.refused("STATE_CONFLICT");
}

async fn a29_at_the_desk_too_the_version_that_was_shown_is_approved(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let offered = karen.gives_access(&niels, Until::Day("2027-05-31")).await.unwrap();
    karen.changes_expiry(&offered, Until::Never).await.unwrap();
    let refused = suite.caseworker().approves(&offered, attended()).await.refused("VERSION_CHANGED");
    assert_eq!(refused.metadata["version"], "2");
    niels.approves(&offered).await.refused("VERSION_CHANGED");
    let shown = niels.sees_access(&offered.name).await.unwrap();
    suite.caseworker().approves(&shown, attended()).await.unwrap();
}
