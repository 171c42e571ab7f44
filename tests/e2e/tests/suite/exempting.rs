//! Exemption: who grants it, what it says, and what it does to post.

use api::mailbox::v1::{
    ApplicationKind, ContactedBy, Exemption, ExemptionDecision, ExemptionReason, ListExemptionsRequest,
    RecordExemptionRequest,
};
use harness::actor::exemption_desk::granted;
use harness::{Citizen, Letter, Person, Refusable as _, Suite, Until, on_both};
use kernel::Portal;
use std::time::Duration;

on_both! {
    Suite: x1_each_of_the_eight_reasons_exempts,
    x1_without_a_reason_nobody_is_exempted,
    x2_the_record_says_how_the_application_came_in,
    x2_a_refusal_is_recorded_and_changes_nothing,
    x2_decisions_are_listed_latest_first_in_pages,
    x3_ordinary_public_post_goes_on_paper,
    x3_post_with_a_legal_basis_of_its_own_is_delivered,
    x3_private_post_is_untouched,
    x4_exemption_takes_nothing_away,
    x4_an_exempt_reader_keeps_reading,
    x6_senders_learn_beforehand_who_can_receive,
    a3_nobody_exempt_becomes_a_reader,
    every_violation_of_an_application_is_listed,
    x1_of_two_grants_at_once_one_is_made,
    x3_a_grant_and_deliveries_at_once_have_one_order,
}

const REASONS: [ExemptionReason; 8] = [
    ExemptionReason::CognitiveImpairment,
    ExemptionReason::OtherImpairment,
    ExemptionReason::NoComputerAtHome,
    ExemptionReason::NoFixedResidence,
    ExemptionReason::LeftDenmark,
    ExemptionReason::LanguageBarrier,
    ExemptionReason::PracticalEidDifficulty,
    ExemptionReason::NoConnectionOf512Kbit,
];

async fn x1_each_of_the_eight_reasons_exempts(suite: Suite) {
    for (number, reason) in (0..).zip(REASONS) {
        let citizen = suite.citizen(Person::of_crowd(number)).await;
        let request = RecordExemptionRequest { reasons: vec![reason.into()], ..granted(&citizen.person) };
        let exemption = suite.exemption_desk().records(request).await.unwrap();
        assert_eq!(exemption.reasons().collect::<Vec<_>>(), [reason]);
        suite.authority().delivers(&citizen.person, Letter::about("Skat")).await.refused("RECIPIENT_EXEMPT");
    }
}

async fn x1_without_a_reason_nobody_is_exempted(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let none = RecordExemptionRequest { reasons: Vec::new(), ..granted(&karen.person) };
    suite.exemption_desk().records(none).await.refused("EXEMPTION_REASON_MISSING");
    assert!(suite.exemption_desk().decisions_on(&karen).await.unwrap().is_empty());
    suite.authority().delivers(&karen.person, Letter::about("Skat")).await.unwrap();
}

async fn x2_the_record_says_how_the_application_came_in(suite: Suite) {
    use ApplicationKind::{ExcusedFromAttending, InPerson, PowerOfAttorney};
    use ContactedBy::{CareStaff, Citizen, Other, Relative, Unspecified};
    let desk = suite.exemption_desk();
    for (number, (kind, contact)) in (0..).zip([
        (InPerson, Unspecified),
        (PowerOfAttorney, Unspecified),
        (ExcusedFromAttending, Citizen),
        (ExcusedFromAttending, Relative),
        (ExcusedFromAttending, CareStaff),
        (ExcusedFromAttending, Other),
    ]) {
        let citizen = suite.citizen(Person::of_crowd(number)).await;
        let (application_kind, contacted_by) = (kind.into(), contact.into());
        let request = RecordExemptionRequest { application_kind, contacted_by, ..granted(&citizen.person) };
        let exemption = desk.records(request).await.unwrap();
        assert_eq!((exemption.application_kind(), exemption.contacted_by()), (kind, contact));
        assert_eq!((exemption.caseworker_id.as_str(), exemption.municipality_code.as_str()), ("e-17", "0461"));
        assert_eq!(exemption.case_reference, "2026-4711");
        assert_eq!(exemption.decision(), ExemptionDecision::Granted);
        assert!(desk.decisions_on(&citizen).await.unwrap() == [exemption]);
    }
}

async fn x2_a_refusal_is_recorded_and_changes_nothing(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let decision = ExemptionDecision::Refused.into();
    let refusal = RecordExemptionRequest { decision, reasons: Vec::new(), ..granted(&karen.person) };
    let recorded = suite.exemption_desk().records(refusal).await.unwrap();
    assert_eq!(recorded.decision(), ExemptionDecision::Refused);
    assert!(suite.exemption_desk().decisions_on(&karen).await.unwrap() == [recorded.clone()]);
    assert!(!karen.sees_mailbox("mailboxes/me").await.unwrap().exempt);
    suite.authority().delivers(&karen.person, Letter::about("Skat")).await.unwrap();
    let refused = suite.exemption_desk().ends(&recorded).await.refused("STATE_CONFLICT");
    assert_eq!(refused.metadata["state"], "REFUSED");
}

async fn x2_decisions_are_listed_latest_first_in_pages(suite: Suite) {
    let (karen, desk) = (suite.citizen(Person::karen()).await, suite.exemption_desk());
    let mut recorded = Vec::new();
    for _ in 0..3 {
        let exemption = desk.exempts(&karen).await.unwrap();
        suite.advance(Duration::from_hours(1)).await;
        recorded.insert(0, desk.ends(&exemption).await.unwrap());
    }
    let parent = karen.mailbox.replace("mailboxes/", "persons/");
    let page = |page_token: String| ListExemptionsRequest { parent: parent.clone(), page_size: 2, page_token };
    let first = desk.lists(page(String::new())).await.unwrap();
    let second = desk.lists(page(first.next_page_token.clone())).await.unwrap();
    assert!([first.exemptions, second.exemptions].concat() == recorded);
    assert!(second.next_page_token.is_empty());
    let other = suite.exemption_desk_in("0101", "e-18");
    other.lists(page(first.next_page_token)).await.refused("PAGE_TOKEN_INVALID");
    assert!(other.decisions_on(&karen).await.unwrap() == recorded, "the record is the same in every municipality");
}

async fn x3_ordinary_public_post_goes_on_paper(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    suite.exemption_desk().exempts(&karen).await.unwrap();
    let delivery = suite.authority().prepares(&karen.person, Letter::about("Skat")).await.unwrap();
    let refused = suite.authority().sends(delivery.clone()).await.refused("RECIPIENT_EXEMPT");
    assert!(refused.sentence_da.contains("papir"), "{}", refused.sentence_da);
    assert!(karen.subjects("mailboxes/me").await.unwrap().is_empty());
    // What was refused was not remembered: under its UUID it can be delivered later.
    karen.ends_exemption("mailboxes/me").await.unwrap();
    suite.authority().sends(delivery).await.unwrap();
}

async fn x3_post_with_a_legal_basis_of_its_own_is_delivered(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    suite.exemption_desk().exempts(&karen).await.unwrap();
    let registered = suite.authority_with_bases(&["su", "statsloen"]);
    registered.delivers_by("su", &karen.person, Letter::about("Din SU")).await.unwrap();
    registered.delivers(&karen.person, Letter::about("Andet")).await.refused("RECIPIENT_EXEMPT");
    let refused = registered.delivers_by("pension", &karen.person, Letter::about("Andet")).await;
    assert_eq!(refused.refused("LEGAL_BASIS_NOT_HELD").metadata["legal_basis"], "pension");
    suite.authority().delivers_by("su", &karen.person, Letter::about("Andet")).await.refused("LEGAL_BASIS_NOT_HELD");
    assert_eq!(karen.subjects("mailboxes/me").await.unwrap(), ["Din SU"]);
}

async fn x3_private_post_is_untouched(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    suite.exemption_desk().exempts(&karen).await.unwrap();
    for portal in [Portal::EBoks, Portal::MitDk] {
        suite.company(portal).delivers(&karen.person, Letter::about("Police")).await.unwrap();
        assert_eq!(karen.at(portal).subjects("mailboxes/me").await.unwrap(), ["Police"]);
    }
}

async fn x4_exemption_takes_nothing_away(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let letter = suite.authority().delivers(&karen.person, Letter::about("Skat").with_pdf("skat.pdf")).await.unwrap();
    karen.makes_folder("mailboxes/me", "Hus").await.unwrap();
    let access = niels.is_given_access_by(&karen).await;
    niels.is_mailed_at(&access, "niels@example.dk").await;
    let mails = suite.mails_to("niels@example.dk").len();
    let before = (karen.lists("mailboxes/me").await.unwrap(), karen.folders("mailboxes/me").await.unwrap());
    suite.exemption_desk().exempts(&karen).await.unwrap();
    suite.settle().await;
    assert!(karen.sees_mailbox("mailboxes/me").await.unwrap().exempt);
    assert!(!niels.sees_mailbox(&karen.mailbox).await.unwrap().exempt, "told to the owner only");
    assert!((karen.lists("mailboxes/me").await.unwrap(), karen.folders("mailboxes/me").await.unwrap()) == before);
    assert_eq!(niels.sees_access(&access.name).await.unwrap().state, access.state);
    let file = niels.opens(&letter.message).await.unwrap().files[0].name.clone();
    niels.downloads(&file, 0).await.unwrap();
    // What X3 delivers is read and told of like any other letter.
    let su =
        suite.authority_with_bases(&["su"]).delivers_by("su", &karen.person, Letter::about("Din SU")).await.unwrap();
    niels.opens(&su.message).await.unwrap();
    suite.advance(Duration::from_hours(1)).await;
    assert_eq!(suite.mails_to("niels@example.dk").len(), mails + 1);
}

async fn x4_an_exempt_reader_keeps_reading(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let letter = suite.authority().delivers(&karen.person, Letter::about("Skat")).await.unwrap();
    niels.is_given_access_by(&karen).await;
    suite.exemption_desk().exempts(&niels).await.unwrap();
    niels.opens(&letter.message).await.unwrap();
    assert_eq!(niels.open_mailboxes().await.unwrap().len(), 2);
}

async fn x6_senders_learn_beforehand_who_can_receive(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    suite.exemption_desk().exempts(&karen).await.unwrap();
    let (karen, niels, ole) = (&karen.person.cpr_number, &niels.person.cpr_number, Person::ole().cpr_number);
    let numbers = [karen.as_str(), niels, &ole, "1"];
    let of_karen = async |sender: harness::Authority, basis: &str| {
        let answers = sender.looks_up(&numbers, basis).await.unwrap();
        assert_eq!(answers[1..], ["", "RECIPIENT_NOT_REGISTERED", "INVALID_FIELDS"]);
        assert_eq!(sender.looks_up_one(karen, basis).await.unwrap(), answers[0]);
        answers[0]
    };
    assert_eq!(of_karen(suite.authority(), "").await, "RECIPIENT_EXEMPT");
    assert_eq!(of_karen(suite.authority_with_bases(&["su"]), "").await, "RECIPIENT_EXEMPT");
    assert_eq!(of_karen(suite.authority_with_bases(&["su"]), "su").await, "");
    assert_eq!(of_karen(suite.company(Portal::EBoks), "").await, "");
    suite.authority().looks_up(&numbers, "su").await.refused("LEGAL_BASIS_NOT_HELD");
    suite.authority().looks_up_one(karen, "su").await.refused("LEGAL_BASIS_NOT_HELD");
}

async fn a3_nobody_exempt_becomes_a_reader(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let offered = karen.gives_access(&niels, Until::Never).await.unwrap();
    suite.exemption_desk().exempts(&niels).await.unwrap();
    // Of themselves, and of nobody else, they are told.
    niels.approves(&offered).await.refused("CALLER_EXEMPT");
    niels.asks_for_access(&suite.citizen(Person::mette()).await, Until::Never).await.refused("CALLER_EXEMPT");
    niels.ends_exemption("mailboxes/me").await.unwrap();
    niels.approves(&offered).await.unwrap();
    niels.lists(&karen.mailbox).await.unwrap();
}

async fn every_violation_of_an_application_is_listed(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let wrong = RecordExemptionRequest {
        cpr_number: "1".to_owned(),
        decision: 7,
        reasons: vec![0, 9],
        application_kind: 4,
        contacted_by: 5,
        case_reference: format!("sag {}", karen.person.cpr_number),
        request_id: "to ord".to_owned(),
    };
    let refused = suite.exemption_desk().records(wrong).await.refused("INVALID_FIELDS");
    for field in ["cpr_number", "decision", "reasons", "contacted_by", "case_reference", "request_id"] {
        assert!(refused.fields.iter().any(|named| named == field), "{field} in {:?}", refused.fields);
    }
    let good = || granted(&karen.person);
    let reason = ExemptionReason::LeftDenmark.into();
    let (excused, contact) = (ApplicationKind::ExcusedFromAttending.into(), ContactedBy::Relative.into());
    for (request, field) in [
        (RecordExemptionRequest { decision: 0, ..good() }, "decision"),
        (RecordExemptionRequest { reasons: vec![reason, reason], ..good() }, "reasons"),
        (RecordExemptionRequest { application_kind: 0, ..good() }, "application_kind"),
        (RecordExemptionRequest { application_kind: excused, ..good() }, "contacted_by"),
        (RecordExemptionRequest { contacted_by: contact, ..good() }, "contacted_by"),
        (RecordExemptionRequest { case_reference: String::new(), ..good() }, "case_reference"),
    ] {
        assert_eq!(suite.exemption_desk().records(request).await.refused("INVALID_FIELDS").fields, [field]);
    }
    let unknown = RecordExemptionRequest { ..granted(&Person::ole()) };
    suite.exemption_desk().records(unknown).await.refused("NOT_FOUND");
    let nameless = Exemption { name: "persons/x".to_owned(), ..Exemption::default() };
    assert_eq!(suite.exemption_desk().ends(&nameless).await.refused("INVALID_FIELDS").fields, ["name"]);
    assert!(suite.exemption_desk().decisions_on(&karen).await.unwrap().is_empty());
}

async fn x1_of_two_grants_at_once_one_is_made(suite: Suite) {
    let (karen, desk) = (suite.citizen(Person::karen()).await, suite.exemption_desk());
    let grants = (0..8).map(|_| desk.exempts(&karen));
    let (made, refused): (Vec<_>, Vec<_>) =
        futures::future::join_all(grants).await.into_iter().partition(Result::is_ok);
    assert_eq!((made.len(), refused.len()), (1, 7));
    for conflict in refused {
        assert_eq!(conflict.refused("STATE_CONFLICT").metadata["state"], "GRANTED");
    }
    let made = made.into_iter().next().unwrap().unwrap();
    assert_eq!(desk.exemption_of(&karen.person).await.unwrap(), made.name);
    assert!(desk.decisions_on(&karen).await.unwrap() == [made]);
}

async fn x3_a_grant_and_deliveries_at_once_have_one_order(suite: Suite) {
    let (karen, desk) = (suite.citizen(Person::karen()).await, suite.exemption_desk());
    let delivers = async |karen: Citizen| suite.authority().delivers(&karen.person, Letter::about("Skat")).await;
    let letters = futures::future::join_all((0..10).map(|_| delivers(karen.clone())));
    let (letters, granted) = futures::future::join(letters, desk.exempts(&karen)).await;
    granted.unwrap();
    let taken = letters.iter().filter(|letter| letter.is_ok()).count();
    for letter in letters.into_iter().filter(Result::is_err) {
        letter.refused("RECIPIENT_EXEMPT");
    }
    assert_eq!(karen.lists("mailboxes/me").await.unwrap().len(), taken);
    let inbox = karen.folders("mailboxes/me").await.unwrap().remove(0);
    assert_eq!(usize::try_from(inbox.message_count), Ok(taken));
    delivers(karen).await.refused("RECIPIENT_EXEMPT");
}
