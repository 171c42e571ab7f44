//! The e-mail that says that there will be no more e-mail about new post: who gets it, and what it tells.

use api::access::v1::{EndReason, ReadAccess, RemoveAccessRequest};
use api::event::v1::event::Payload;
use api::event::v1::event_service_client::EventServiceClient;
use api::event::v1::{AccessEnded, Event, ReceiveEventsRequest};
use api::notification::v1::{LedgerKind, LedgerState, ListLedgerEntriesRequest, Subscription};
use harness::actor::authority::new_uuid;
use harness::actor::caseworker::attended;
use harness::suite::answer;
use harness::{Citizen, Mail, Person, Suite, Until, on_both};
use kernel::{Caller, Service, ServiceName};
use std::time::Duration;

on_both! {
    Suite: n5_whoever_did_not_end_it_is_told_once_by_email,
    n5_a_reader_is_told_when_the_access_expires,
    n5_readers_of_an_owner_who_died_are_told_and_not_why,
    n5_who_died_is_told_nothing,
    n5_who_died_is_told_nothing_whichever_end_is_heard_of_first,
    n5_an_address_that_is_in_force_again_is_told_nothing,
    n5_an_address_that_another_took_the_place_of_is_told,
    n5_an_address_of_two_is_told_of_the_one_who_lost_it,
    n5_an_end_is_told_without_access_service,
    n3_who_switches_it_off_is_told_nothing,
    n3_who_is_switched_off_at_the_desk_is_told,
    n2_an_address_that_was_never_confirmed_is_told_nothing,
    n6_the_email_about_an_end_tells_only_whose_mailbox,
    n9_an_end_is_told_after_an_hour_without_a_mail_server,
}

const ADDRESS: &str = "niels@example.dk";
const A_WHILE: Duration = Duration::from_mins(2);
const HOUR: Duration = Duration::from_hours(1);
const STOPPED: &str = "E-mail om ny post er stoppet / E-mail about new post has stopped";

/// Karen, whose post Niels is told of at [`ADDRESS`].
async fn told(suite: &Suite) -> (Citizen, Citizen, ReadAccess, Subscription) {
    let (karen, niels) = suite.karen_and_niels().await;
    let access = niels.is_given_access_by(&karen).await;
    let subscription = niels.is_mailed_at(&access, ADDRESS).await;
    suite.advance(A_WHILE).await;
    (karen, niels, access, subscription)
}

/// The e-mails that say that it has ended.
fn ends(suite: &Suite) -> Vec<Mail> {
    suite.mails().into_iter().filter(|mail| mail.subject == STOPPED).collect()
}

/// How many of them are in `state`.
async fn entries(suite: &Suite, state: LedgerState) -> i64 {
    suite.operator().counts(state, LedgerKind::SubscriptionEnded).await
}

/// access-service tells notification-service of the end of `access` once more.
async fn hears_of_the_end(suite: &Suite, access: &ReadAccess, reader: &Citizen, end_reason: EndReason) {
    let ended = AccessEnded {
        access: access.name.clone(),
        mailbox: access.name.split("/accesses/").next().unwrap().to_owned(),
        reader: reader.mailbox.replace("mailboxes/", "persons/"),
        end_reason: end_reason.into(),
    };
    let event = Event {
        id: new_uuid(),
        source: ServiceName::Access.to_string(),
        occurred_time: Some(prost_types::Timestamp { seconds: 1_795_348_800, nanos: 0 }),
        traceparent: String::new(),
        payload: Some(Payload::AccessEnded(ended)),
    };
    let caller = Caller::Service(Service { name: ServiceName::Access, on_behalf_of: None });
    let channel = suite.channel(ServiceName::Notification, Some(ServiceName::Access));
    let request = suite.request(&caller, ReceiveEventsRequest { events: vec![event] });
    let taken = answer(EventServiceClient::new(channel).receive_events(request).await).unwrap();
    assert_eq!(taken.new_count, 1);
}

async fn n5_whoever_did_not_end_it_is_told_once_by_email(suite: Suite) {
    let (karen, niels, access, _) = told(&suite).await;
    karen.removes(&access).await.unwrap();
    hears_of_the_end(&suite, &access, &niels, EndReason::RemovedByOwner).await;
    suite.advance(HOUR).await;
    let ends = ends(&suite);
    assert_eq!(ends.len(), 1);
    assert!(ends[0].to.contains(ADDRESS), "{}", ends[0].to);
    let name = karen.person.full_name();
    let (danish, english) = ends[0].text.split_once("----").unwrap();
    let expected = format!("E-mail om ny post i Digital Post til {name} sendes ikke længere til denne adresse.");
    assert!(danish.contains(&expected), "{danish}");
    let expected = format!("E-mail about new post in the Digital Post of {name} no longer goes to this address.");
    assert!(english.contains(&expected), "{english}");
    let request = ListLedgerEntriesRequest { kind: LedgerKind::SubscriptionEnded.into(), ..Default::default() };
    let listed = suite.operator().lists(request).await.unwrap().entries;
    assert_eq!((listed.len(), listed[0].state(), listed[0].attempt_count), (1, LedgerState::Sent, 1));
}

async fn n5_a_reader_is_told_when_the_access_expires(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let access = niels.approves(&karen.gives_access(&niels, Until::Day("2026-11-22")).await.unwrap()).await.unwrap();
    niels.is_mailed_at(&access, ADDRESS).await;
    suite.advance(Duration::from_hours(24)).await;
    assert_eq!((ends(&suite).len(), entries(&suite, LedgerState::Sent).await), (1, 1));
}

async fn n5_readers_of_an_owner_who_died_are_told_and_not_why(suite: Suite) {
    let (karen, ..) = told(&suite).await;
    karen.is_mailed_about_own_post_at("karen@example.dk").await;
    suite.register().reports_death_of(&karen.person).await.unwrap();
    suite.advance(HOUR).await;
    let ends = ends(&suite);
    assert_eq!(ends.len(), 1, "and none to the dead");
    assert!(ends[0].to.contains(ADDRESS) && ends[0].text.contains(&karen.person.full_name()), "{}", ends[0].text);
    for told in ["død", "afdød", "lukket", "died", "dead", "closed"] {
        assert!(!ends[0].text.contains(told), "{told}");
    }
}

async fn n5_who_died_is_told_nothing(suite: Suite) {
    let (_, niels, ..) = told(&suite).await;
    suite.register().reports_death_of(&niels.person).await.unwrap();
    suite.advance(HOUR).await;
    assert_eq!(ends(&suite).len(), 0);
}

async fn n5_who_died_is_told_nothing_whichever_end_is_heard_of_first(suite: Suite) {
    let (_, niels, access, _) = told(&suite).await;
    suite.register().reports_death_of(&niels.person).await.unwrap();
    // That the access has ended is heard of before the death: an e-mail is owed, and dropped when it is to be sent.
    hears_of_the_end(&suite, &access, &niels, EndReason::ClosedMailbox).await;
    assert_eq!(entries(&suite, LedgerState::Owed).await, 1);
    suite.settle().await;
    assert_eq!((ends(&suite).len(), entries(&suite, LedgerState::Dropped).await), (0, 1));
}

async fn n5_an_address_that_is_in_force_again_is_told_nothing(suite: Suite) {
    let (karen, niels, access, _) = told(&suite).await;
    suite.mail_goes_away();
    karen.removes(&access).await.unwrap();
    suite.mail_comes_back();
    // It was tried in vain and is tried again later; meanwhile all is as it was.
    assert_eq!(entries(&suite, LedgerState::Owed).await, 1);
    let again = niels.is_given_access_by(&karen).await;
    niels.is_mailed_at(&again, "Niels@example.dk").await;
    suite.advance(HOUR).await;
    assert_eq!((ends(&suite).len(), entries(&suite, LedgerState::Dropped).await), (0, 1));
}

async fn n5_an_address_that_another_took_the_place_of_is_told(suite: Suite) {
    let (karen, niels, access, _) = told(&suite).await;
    suite.mail_goes_away();
    karen.removes(&access).await.unwrap();
    suite.mail_comes_back();
    let again = niels.is_given_access_by(&karen).await;
    niels.is_mailed_at(&again, "niels.ny@example.dk").await;
    suite.advance(HOUR).await;
    let ends = ends(&suite);
    assert_eq!(ends.len(), 1);
    assert!(ends[0].to.contains(ADDRESS), "{}", ends[0].to);
}

async fn n5_an_address_of_two_is_told_of_the_one_who_lost_it(suite: Suite) {
    let (karen, niels, access, _) = told(&suite).await;
    let mette = suite.citizen(Person::mette()).await;
    let other = mette.is_given_access_by(&karen).await;
    mette.is_mailed_at(&other, ADDRESS).await;
    suite.mail_goes_away();
    karen.removes(&access).await.unwrap();
    karen.removes(&other).await.unwrap();
    suite.mail_comes_back();
    let again = niels.is_given_access_by(&karen).await;
    niels.is_mailed_at(&again, ADDRESS).await;
    // Both are decided on together; what Niels has got again is no news of Mette.
    suite.advance(HOUR).await;
    assert_eq!((ends(&suite).len(), entries(&suite, LedgerState::Dropped).await), (1, 1));
}

async fn n5_an_end_is_told_without_access_service(suite: Suite) {
    let (karen, niels, access, _) = told(&suite).await;
    let request = RemoveAccessRequest { name: access.name.clone(), request_id: String::new() };
    suite.clients().read_access().remove_access(karen.request(request)).await.unwrap();
    hears_of_the_end(&suite, &access, &niels, EndReason::RemovedByOwner).await;
    suite.stop(ServiceName::Access);
    suite.settle().await;
    assert_eq!(ends(&suite).len(), 1);
}

async fn n3_who_switches_it_off_is_told_nothing(suite: Suite) {
    let (karen, niels, access, subscription) = told(&suite).await;
    niels.switches_off_mail(&subscription).await.unwrap();
    let own = karen.is_mailed_about_own_post_at("karen@example.dk").await;
    karen.switches_off_mail(&own).await.unwrap();
    // That the access ends afterwards is nothing new to an address that was given up.
    karen.removes(&access).await.unwrap();
    suite.advance(HOUR).await;
    assert_eq!(ends(&suite).len(), 0);
}

async fn n3_who_is_switched_off_at_the_desk_is_told(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let access = niels.is_given_access_by(&karen).await;
    let desk = suite.caseworker();
    let started = desk.switches_on_mail(&access, ADDRESS, attended()).await.unwrap();
    let code = suite.mails_to(ADDRESS).pop().unwrap().code().unwrap();
    desk.enters_code(&started, &code).await.unwrap();
    for _ in 0..2 {
        desk.switches_off_mail(&started).await.unwrap();
        suite.advance(HOUR).await;
    }
    let ends = ends(&suite);
    assert_eq!(ends.len(), 1);
    assert!(ends[0].to.contains(ADDRESS) && ends[0].text.contains(&karen.person.full_name()), "{}", ends[0].text);
}

async fn n2_an_address_that_was_never_confirmed_is_told_nothing(suite: Suite) {
    let (karen, niels, access, subscription) = told(&suite).await;
    niels.changes_address(&subscription, "niels.ny@example.dk").await.unwrap();
    let mette = suite.citizen(Person::mette()).await;
    let to_mette = mette.is_given_access_by(&karen).await;
    mette.switches_on_mail(&to_mette, "mette@example.dk").await.unwrap();
    for access in [&access, &to_mette] {
        karen.removes(access).await.unwrap();
    }
    suite.advance(HOUR).await;
    let ends = ends(&suite);
    assert_eq!(ends.len(), 1);
    assert!(ends[0].to.contains(ADDRESS), "the one in force, and neither that waited: {}", ends[0].to);
}

async fn n6_the_email_about_an_end_tells_only_whose_mailbox(suite: Suite) {
    const PORTAL: &str = "https://www.borger.dk";
    let (karen, niels, access, subscription) = told(&suite).await;
    karen.removes(&access).await.unwrap();
    let mail = ends(&suite).pop().unwrap();
    assert_eq!(
        (mail.header("Auto-Submitted"), mail.header("List-Unsubscribe")),
        ("auto-generated".into(), String::new())
    );
    let raw = mail.raw.replace("=\r\n", "").replace("=\n", "");
    let id = |name: &str| name.rsplit('/').next().unwrap().to_owned();
    let (access, subscription, mailbox) = (id(&access.name), id(&subscription.name), id(&karen.mailbox));
    let numbers = [karen.person.cpr_number.as_str(), &niels.person.cpr_number];
    for told in [&*access, &subscription, &mailbox, "fjernet", "removed"].iter().chain(&numbers) {
        assert!(!raw.contains(told) && !mail.text.contains(told), "{told}");
    }
    assert!(!mail.text.contains(&niels.person.full_name()), "to whom it goes is known there");
    let links: Vec<&str> = raw.split("http").skip(1).collect();
    assert!(links.len() >= 4, "two languages in two parts");
    assert!(links.iter().all(|link| format!("http{link}").starts_with(PORTAL)));
    let ends_there = |link: &&str| !link["s://www.borger.dk".len()..].starts_with(['/', '?', '#', '.', '-']);
    assert!(links.iter().all(ends_there), "{raw}");
}

async fn n9_an_end_is_told_after_an_hour_without_a_mail_server(suite: Suite) {
    let (karen, _, access, _) = told(&suite).await;
    suite.mail_goes_away();
    karen.removes(&access).await.unwrap();
    suite.advance(HOUR).await;
    assert_eq!(entries(&suite, LedgerState::Owed).await, 1);
    suite.mail_comes_back();
    suite.advance(HOUR).await;
    assert_eq!((ends(&suite).len(), entries(&suite, LedgerState::Sent).await), (1, 1));
}
