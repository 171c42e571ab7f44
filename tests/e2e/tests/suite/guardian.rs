//! A guardian asks for access, and has it for as long as the guardianship lasts.

use api::access::v1::expiry::Choice;
use api::access::v1::{AccessScope, AccessState, Guardianship, RequestAccessRequest};
use api::core::v1::{Act, AttendanceKind, Capacity};
use harness::actor::caseworker::{attended, stated};
use harness::actor::citizen_access::{guardianship, request};
use harness::{Refusable as _, Suite, Until, on_both};
use kernel::{Date, Portal};
use std::time::Duration;

on_both! {
    Suite: a13_a_guardian_asks_and_the_owner_approves,
    a13_it_ends_at_the_earlier_of_expiry_and_guardianship,
    a13_changing_the_expiry_does_not_prolong_the_guardianship,
    a13_a_caseworker_who_has_seen_the_appointment_approves,
    a13_an_appointment_is_no_approval_of_anything_else,
    a13_reference_and_end_of_the_guardianship_are_stated,
}

async fn a13_a_guardian_asks_and_the_owner_approves(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let stated = guardianship("2027-06-30");
    let requested = niels.asks_as_guardian(&karen, Until::Never, stated.clone()).await.unwrap();
    assert_eq!(requested.state(), AccessState::Requested);
    niels.lists(&karen.mailbox).await.refused("ACCESS_NOT_ACTIVE");
    let [letter] = &karen.opens_new_post().await.unwrap()[..] else { panic!("the owner is told") };
    assert!(letter.body_text.contains("har som din værge anmodet om læseadgang"), "{}", letter.body_text);
    assert!(letter.body_text.contains("til og med den 30. juni 2027"), "{}", letter.body_text);
    let shown = karen.sees_access(&requested.name).await.unwrap();
    assert!(shown.guardianship == Some(stated));
    assert!(shown.expiry.as_ref().unwrap().choice == Some(Choice::NeverExpires(true)));

    karen.approves(&shown).await.unwrap();
    niels.lists(&karen.mailbox).await.unwrap();
    assert_eq!(niels.open_mailboxes().await.unwrap()[1].capacity(), Capacity::Guardian);
    assert_eq!(suite.gatekeeper().decides(&niels, Act::Read, &karen.mailbox).await.capacity(), Capacity::Guardian);
}

async fn a13_it_ends_at_the_earlier_of_expiry_and_guardianship(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    for (expiry, guardianship_ends, last_day) in [
        (Until::Day("2026-11-30"), "2026-12-31", "2026-11-30"),
        (Until::Day("2027-12-31"), "2026-12-31", "2026-12-31"),
        (Until::Never, "2027-01-31", "2027-01-31"),
    ] {
        let requested = niels.asks_as_guardian(&karen, expiry, guardianship(guardianship_ends)).await.unwrap();
        let active = karen.approves(&requested).await.unwrap();
        let end = Date::parse(last_day).unwrap().end();
        assert_eq!(active.expire_time.unwrap().seconds, end.as_secs());
        suite.clock().set(end.minus(Duration::from_micros(1)));
        niels.lists(&karen.mailbox).await.unwrap();
        suite.clock().set(end);
        let refused = niels.lists(&karen.mailbox).await.refused("ACCESS_ENDED");
        assert_eq!(refused.metadata["end_reason"], "EXPIRED");
    }
}

async fn a13_changing_the_expiry_does_not_prolong_the_guardianship(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let requested = niels.asks_as_guardian(&karen, Until::Day("2026-11-30"), guardianship("2026-12-31")).await.unwrap();
    let active = karen.approves(&requested).await.unwrap();
    let changed = karen.changes_expiry(&active, Until::Never).await.unwrap();
    let end = Date::parse("2026-12-31").unwrap().end();
    assert_eq!(changed.expire_time.unwrap().seconds, end.as_secs());
    suite.clock().set(end);
    niels.lists(&karen.mailbox).await.refused("ACCESS_ENDED");
}

async fn a13_a_caseworker_who_has_seen_the_appointment_approves(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let requested = niels.asks_as_guardian(&karen, Until::Never, guardianship("2027-06-30")).await.unwrap();
    karen.opens_new_post().await.unwrap();
    let seen = stated(AttendanceKind::GuardianAppointmentSeen);
    let approved = suite.caseworker().approves(&requested, seen.clone()).await.unwrap();
    assert_eq!(approved.access.unwrap().state(), AccessState::Active);
    let [record] = &approved.records[..] else { panic!("one record") };
    assert_eq!((record.act.as_str(), record.caseworker_id.as_str()), ("RecordApproval", "b-1234"));
    assert_eq!(record.municipality_code, "0461");
    assert!(record.attendance == Some(seen) && record.record_time.is_some());
    niels.lists(&karen.mailbox).await.unwrap();
    for citizen in [&karen, &niels] {
        let [letter] = &citizen.opens_new_post().await.unwrap()[..] else { panic!("both are told") };
        assert!(letter.body_text.contains("værgebeskikkelsen"), "{}", letter.body_text);
    }
}

async fn a13_an_appointment_is_no_approval_of_anything_else(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let seen = || stated(AttendanceKind::GuardianAppointmentSeen);
    let requested = niels.asks_for_access(&karen, Until::Never).await.unwrap();
    suite.caseworker().approves(&requested, seen()).await.refused("STATE_CONFLICT");
    niels.withdraws(&requested).await.unwrap();
    let offered = karen.gives_access(&niels, Until::Never).await.unwrap();
    suite.caseworker().approves(&offered, seen()).await.refused("STATE_CONFLICT");
    niels.lists(&karen.mailbox).await.refused("ACCESS_NOT_ACTIVE");
    // A guardian asks at the desk too, and attends there.
    karen.withdraws(&offered).await.unwrap();
    let asked = suite.caseworker().asks_for(&niels, &karen, Until::Never, Some(guardianship("2027-06-30"))).await;
    let asked = asked.unwrap().access.unwrap();
    assert!(asked.guardianship.is_some());
    suite.caseworker().approves(&asked, attended()).await.unwrap();
    niels.lists(&karen.mailbox).await.unwrap();
}

async fn a13_reference_and_end_of_the_guardianship_are_stated(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let both = ["guardianship.end_date", "guardianship.reference"];
    for (reference, end_date, wrong) in [
        ("", "", &both[..]),
        ("V-1", "", &both[..1]),
        ("V-1", "2026-11-21", &both[..1]),
        ("", "2027-06-30", &both[1..]),
        ("Værgemål for 610150-1234", "2027-06-30", &both[1..]),
    ] {
        let (reference, end_date) = (reference.to_owned(), end_date.to_owned());
        let guardianship = Some(Guardianship { reference, end_date });
        let request = RequestAccessRequest { guardianship, ..request(&karen.person, Until::Never) };
        let mut refused = niels.asks(request).await.refused("INVALID_FIELDS");
        refused.fields.sort();
        assert_eq!(refused.fields, wrong);
    }
    let scope = AccessScope::PrivatePostRead.into();
    let private = RequestAccessRequest {
        scope,
        guardianship: Some(guardianship("2027-06-30")),
        ..request(&karen.person, Until::Never)
    };
    assert_eq!(niels.at(Portal::EBoks).asks(private).await.refused("INVALID_FIELDS").fields, ["guardianship"]);
    assert!(karen.opens_new_post().await.unwrap().is_empty());
}
