//! How an exemption ends, and what then.

use api::access::v1::caseworker_access_service_client::CaseworkerAccessServiceClient;
use api::access::v1::{CreateAccessForCitizenRequest, RecordedAccess};
use api::core::v1::{Attendance, AttendanceKind, IdentificationKind};
use api::mailbox::v1::{EndExemptionRequest, EndOwnExemptionRequest, ExemptionEnd, ListExemptionsRequest};
use harness::actor::authority::new_uuid;
use harness::suite::{answer, there};
use harness::{Citizen, Letter, Person, Refusable as _, Refused, Suite, Until, on_both};
use kernel::{Portal, ServiceName};
use std::time::Duration;

on_both! {
    Suite: x5_the_citizen_ends_it_in_any_portal,
    x5_a_caseworker_ends_it,
    x5_an_access_created_at_the_municipality_ends_it,
    x5_an_exemption_granted_after_the_access_stays,
    x5_it_can_be_granted_again_and_the_history_is_kept,
    x5_of_many_ends_at_once_one_is_made,
    a17_a_reader_ends_no_exemption_of_the_owner,
    p8_the_exempt_die_like_anyone,
    every_violation_of_an_end_or_a_list_is_named,
}

async fn takes_ordinary_post(suite: &Suite, citizen: &Citizen) {
    suite.authority().delivers(&citizen.person, Letter::about("Skat")).await.unwrap();
}

async fn x5_the_citizen_ends_it_in_any_portal(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    for portal in [Portal::BorgerDk, Portal::DigitalPostApp, Portal::EBoks, Portal::MitDk] {
        let exemption = suite.exemption_desk().exempts(&karen).await.unwrap();
        suite.authority().delivers(&karen.person, Letter::about("Skat")).await.refused("RECIPIENT_EXEMPT");
        let ended = karen.at(portal).ends_exemption("mailboxes/me").await.unwrap();
        assert_eq!((ended.name, ended.end), (exemption.name, ExemptionEnd::ByCitizen.into()));
        assert!(ended.end_time.is_some());
        assert_eq!((ended.caseworker_id, ended.end_caseworker_id), (String::new(), String::new()));
        takes_ordinary_post(&suite, &karen).await;
        assert!(!karen.sees_mailbox("mailboxes/me").await.unwrap().exempt);
        let refused = karen.at(portal).ends_exemption("mailboxes/me").await.refused("STATE_CONFLICT");
        assert_eq!(refused.metadata["state"], "NOT_EXEMPT");
    }
    let exemption = suite.exemption_desk().exempts(&karen).await.unwrap();
    let request = || EndOwnExemptionRequest { name: karen.mailbox.clone(), request_id: "e1".to_owned() };
    for _ in 0..2 {
        let ended = suite.clients().mailbox().end_own_exemption(karen.request(request())).await;
        assert_eq!(answer(ended).unwrap().exemption.unwrap().name, exemption.name, "a repetition gets the same answer");
    }
}

async fn x5_a_caseworker_ends_it(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let exemption = suite.exemption_desk().exempts(&karen).await.unwrap();
    // Wherever the citizen lives by then.
    let ended = suite.exemption_desk_in("0101", "e-18").ends(&exemption).await.unwrap();
    assert_eq!(ended.end(), ExemptionEnd::ByCaseworker);
    assert_eq!((ended.caseworker_id.as_str(), ended.municipality_code.as_str()), ("e-17", "0461"));
    assert_eq!((ended.end_caseworker_id.as_str(), ended.end_municipality_code.as_str()), ("e-18", "0101"));
    assert_eq!((ended.case_reference.as_str(), ended.end_case_reference.as_str()), ("2026-4711", "2026-4712"));
    takes_ordinary_post(&suite, &karen).await;
    let refused = suite.exemption_desk().ends(&exemption).await.refused("STATE_CONFLICT");
    assert_eq!(refused.metadata["state"], "ENDED");
    let mut other = exemption.clone();
    other.name = format!("{}/exemptions/{}", karen.mailbox.replace("mailboxes/", "persons/"), new_uuid());
    suite.exemption_desk().ends(&other).await.refused("NOT_FOUND");
}

/// Karen attends at the municipality, and an access for `reader` is created.
async fn access_at_municipality(suite: &Suite, owner: &Citizen, reader: &Citizen) -> Result<RecordedAccess, Refused> {
    let attendance = Attendance {
        kind: AttendanceKind::CitizenAttended.into(),
        identification: IdentificationKind::Passport.into(),
        identification_description: String::new(),
        case_reference: "2026-1122".to_owned(),
    };
    let request = CreateAccessForCitizenRequest {
        owner: Some(owner.person.particulars()),
        reader: Some(reader.person.particulars()),
        expiry: Some(Until::Never.into()),
        attendance: Some(attendance),
        request_id: String::new(),
    };
    let mut desk = CaseworkerAccessServiceClient::new(suite.channel(ServiceName::Access, None));
    let request = suite.exemption_desk().request(request);
    there(answer(desk.create_access_for_citizen(request).await)?.access)
}

async fn x5_an_access_created_at_the_municipality_ends_it(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    suite.exemption_desk().exempts(&karen).await.unwrap();
    access_at_municipality(&suite, &karen, &niels).await.unwrap();
    suite.settle().await;
    takes_ordinary_post(&suite, &karen).await;
    let decisions = suite.exemption_desk().decisions_on(&karen).await.unwrap();
    assert_eq!(decisions[0].end(), ExemptionEnd::ByAccessCreated);
    // The reader must not be exempt there either, and is not told apart from the unknown.
    let mette = suite.citizen(Person::mette()).await;
    suite.exemption_desk().exempts(&mette).await.unwrap();
    access_at_municipality(&suite, &karen, &mette).await.refused("PERSON_NOT_MATCHED");
}

async fn x5_an_exemption_granted_after_the_access_stays(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    access_at_municipality(&suite, &karen, &niels).await.unwrap();
    // Granted before the word of the access comes, which tells of an earlier moment.
    suite.clock().advance(Duration::from_mins(1));
    suite.exemption_desk().exempts(&karen).await.unwrap();
    suite.settle().await;
    assert_eq!(suite.exemption_desk().decisions_on(&karen).await.unwrap()[0].end(), ExemptionEnd::Unspecified);
    suite.authority().delivers(&karen.person, Letter::about("Skat")).await.refused("RECIPIENT_EXEMPT");
}

async fn x5_it_can_be_granted_again_and_the_history_is_kept(suite: Suite) {
    let (karen, desk) = (suite.citizen(Person::karen()).await, suite.exemption_desk());
    let first = desk.exempts(&karen).await.unwrap();
    desk.exempts(&karen).await.refused("STATE_CONFLICT");
    karen.ends_exemption("mailboxes/me").await.unwrap();
    suite.advance(Duration::from_hours(1)).await;
    let second = desk.exempts(&karen).await.unwrap();
    assert_eq!(desk.exemption_of(&karen.person).await.unwrap(), second.name);
    let decisions = desk.decisions_on(&karen).await.unwrap();
    assert_eq!(decisions.iter().map(|decision| &decision.name).collect::<Vec<_>>(), [&second.name, &first.name]);
    suite.authority().delivers(&karen.person, Letter::about("Skat")).await.refused("RECIPIENT_EXEMPT");
}

async fn x5_of_many_ends_at_once_one_is_made(suite: Suite) {
    let (karen, desk) = (suite.citizen(Person::karen()).await, suite.exemption_desk());
    let exemption = desk.exempts(&karen).await.unwrap();
    let by_desk = futures::future::join_all((0..4).map(|_| desk.ends(&exemption)));
    let by_karen = futures::future::join_all((0..4).map(|_| karen.ends_exemption("mailboxes/me")));
    let (by_desk, by_karen) = futures::future::join(by_desk, by_karen).await;
    let ends: Vec<_> = by_desk.into_iter().chain(by_karen).filter_map(Result::ok).collect();
    assert_eq!(ends.len(), 1);
    assert_eq!(desk.decisions_on(&karen).await.unwrap()[0].end, ends[0].end);
}

async fn a17_a_reader_ends_no_exemption_of_the_owner(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    niels.is_given_access_by(&karen).await;
    suite.exemption_desk().exempts(&karen).await.unwrap();
    niels.ends_exemption(&karen.mailbox).await.refused("ACT_NOT_ALLOWED");
    let ole = suite.citizen(Person::ole()).await;
    ole.ends_exemption(&karen.mailbox).await.refused("NOT_FOUND");
    suite.authority().delivers(&karen.person, Letter::about("Skat")).await.refused("RECIPIENT_EXEMPT");
}

async fn p8_the_exempt_die_like_anyone(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    suite.exemption_desk().exempts(&karen).await.unwrap();
    suite.register().reports_death_of(&karen.person).await.unwrap();
    suite.settle().await;
    let registered = suite.authority_with_bases(&["su"]);
    suite.authority().delivers(&karen.person, Letter::about("Skat")).await.refused("RECIPIENT_CLOSED");
    registered.delivers_by("su", &karen.person, Letter::about("SU")).await.refused("RECIPIENT_CLOSED");
    assert_eq!(suite.authority().looks_up_one(&karen.person.cpr_number, "").await.unwrap(), "RECIPIENT_CLOSED");
    suite.exemption_desk().exempts(&karen).await.refused("RECIPIENT_CLOSED");
}

async fn every_violation_of_an_end_or_a_list_is_named(suite: Suite) {
    let (karen, desk) = (suite.citizen(Person::karen()).await, suite.exemption_desk());
    let wrong = EndExemptionRequest {
        name: "persons/me/exemptions/1".to_owned(),
        case_reference: karen.person.cpr_number.clone(),
        request_id: "to ord".to_owned(),
    };
    let refused = desk.ends_as(wrong).await.refused("INVALID_FIELDS");
    assert_eq!(refused.fields, ["request_id", "name", "case_reference"]);
    let wrong = ListExemptionsRequest { parent: "persons/me".to_owned(), page_size: -1, ..Default::default() };
    let refused = desk.lists(wrong).await.refused("INVALID_FIELDS");
    assert_eq!(refused.fields, ["parent", "page_size"]);
    let unknown = ListExemptionsRequest { parent: format!("persons/{}", new_uuid()), ..Default::default() };
    desk.lists(unknown).await.refused("NOT_FOUND");
    let wrong = EndOwnExemptionRequest { name: "mailboxes/x".to_owned(), request_id: "to ord".to_owned() };
    let refused = suite.clients().mailbox().end_own_exemption(karen.request(wrong)).await;
    assert_eq!(answer(refused).refused("INVALID_FIELDS").fields, ["request_id", "name"]);
}
