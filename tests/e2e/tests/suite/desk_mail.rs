//! E-mail about new post, managed at a municipality's desk for the reader of an access, who attends.

use api::core::v1::{Attendance, AttendanceKind};
use api::notification::v1::start_subscription_request::Target;
use api::notification::v1::{
    ListSubscriptionsRequest, StartSubscriptionRequest, SubscriptionEndReason, SubscriptionState,
};
use harness::actor::caseworker::{attended, stated};
use harness::actor::citizen_mail::subscription;
use harness::{Letter, Person, Refusable as _, Suite, Until, on_both};
use std::time::Duration;

on_both! {
    Suite: a24_a_caseworker_manages_the_email_of_a_reader_who_attends,
    a24_at_the_desk_too_the_access_must_be_active,
    a24_an_own_mailbox_is_not_managed_at_the_desk,
    a24_what_is_stated_about_email_must_be_complete,
    a24_a_caseworker_sees_the_subscriptions_of_one_access,
}

const ADDRESS: &str = "niels@example.dk";
/// Longer than letters are gathered for one e-mail.
const A_WHILE: Duration = Duration::from_mins(2);

async fn a24_a_caseworker_manages_the_email_of_a_reader_who_attends(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let access = niels.is_given_access_by(&karen).await;
    let desk = suite.caseworker();
    let started = desk.switches_on_mail(&access, ADDRESS, attended()).await.unwrap();
    assert_eq!(started.pending_email_address, "n***@example.dk", "as much as a caseworker sees");
    assert_eq!(niels.sees_subscription(&started.name).await.unwrap().pending_email_address, ADDRESS);
    suite.advance(Duration::from_mins(1)).await;
    desk.asks_for_a_new_code(&started).await.unwrap();
    let code = suite.mails_to(ADDRESS).pop().unwrap().code().unwrap();
    let active = desk.enters_code(&started, &code).await.unwrap();
    assert_eq!((active.state(), active.email_address.as_str()), (SubscriptionState::Active, "n***@example.dk"));
    suite.advance(A_WHILE).await;
    suite.authority().delivers(&karen.person, Letter::about("Nyt brev")).await.unwrap();
    suite.advance(A_WHILE).await;
    assert!(suite.mails_to(ADDRESS).pop().unwrap().text.contains(&karen.person.full_name()));
    let changed = desk.changes_address(&active, "ny@example.dk").await.unwrap();
    assert_eq!(changed.pending_email_address, "n***@example.dk");
    let ended = desk.switches_off_mail(&active).await.unwrap();
    assert_eq!(ended.end_reason(), SubscriptionEndReason::Stopped);
    assert_eq!(niels.sees_subscription(&started.name).await.unwrap().state(), SubscriptionState::Ended);
}

async fn a24_at_the_desk_too_the_access_must_be_active(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let desk = suite.caseworker();
    let offered = karen.gives_access(&niels, Until::Never).await.unwrap();
    desk.switches_on_mail(&offered, ADDRESS, attended()).await.refused("ACCESS_NOT_ACTIVE");
    let access = niels.approves(&offered).await.unwrap();
    let started = desk.switches_on_mail(&access, ADDRESS, attended()).await.unwrap();
    karen.removes(&access).await.unwrap();
    desk.enters_code(&started, "000000").await.refused("ACCESS_ENDED");
    desk.switches_on_mail(&access, ADDRESS, attended()).await.refused("ACCESS_ENDED");
    let unknown = format!("{}/accesses/0192f0c1-2f4a-7cc3-98c4-dc0c0c07398f", karen.mailbox);
    let unknown = api::access::v1::ReadAccess { name: unknown, ..access };
    desk.switches_on_mail(&unknown, ADDRESS, attended()).await.refused("NOT_FOUND");
    // Stopping needs no right any more.
    desk.switches_off_mail(&started).await.unwrap();
}

async fn a24_an_own_mailbox_is_not_managed_at_the_desk(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let desk = suite.caseworker();
    let own = StartSubscriptionRequest {
        target: Some(Target::OwnMailbox(true)),
        attendance: Some(attended()),
        ..subscription(&api::access::v1::ReadAccess::default(), "karen@example.dk")
    };
    assert_eq!(desk.starts_subscription(own).await.refused("INVALID_FIELDS").fields, ["own_mailbox"]);
    let own = karen.is_mailed_about_own_post_at("karen@example.dk").await;
    desk.switches_off_mail(&own).await.refused("NOT_FOUND");
    desk.changes_address(&own, "ny@example.dk").await.refused("NOT_FOUND");
    desk.enters_code(&own, "000000").await.refused("NOT_FOUND");
    assert_eq!(karen.sees_subscription(&own.name).await.unwrap().state(), SubscriptionState::Active);
}

async fn a24_what_is_stated_about_email_must_be_complete(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let access = niels.is_given_access_by(&karen).await;
    let desk = suite.caseworker();
    let nothing = StartSubscriptionRequest { attendance: None, ..subscription(&access, ADDRESS) };
    assert_eq!(desk.starts_subscription(nothing).await.refused("INVALID_FIELDS").fields, ["attendance"]);
    let brought = stated(AttendanceKind::SignedFormBrought);
    let refused = desk.switches_on_mail(&access, ADDRESS, brought).await.refused("INVALID_FIELDS");
    assert_eq!(refused.fields, ["attendance.kind"]);
    let with_number = Attendance { case_reference: "sag 610180-1234".to_owned(), ..attended() };
    let refused = desk.switches_on_mail(&access, ADDRESS, with_number).await.refused("INVALID_FIELDS");
    assert_eq!(refused.fields, ["attendance.case_reference"]);
    let by_niels = StartSubscriptionRequest { attendance: Some(attended()), ..subscription(&access, ADDRESS) };
    assert_eq!(niels.starts_subscription(by_niels).await.refused("INVALID_FIELDS").fields, ["attendance"]);
    assert!(suite.mails().is_empty());
}

async fn a24_a_caseworker_sees_the_subscriptions_of_one_access(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let mette = suite.citizen(Person::mette()).await;
    let (to_karen, to_mette) = (niels.is_given_access_by(&karen).await, niels.is_given_access_by(&mette).await);
    let about_karen = niels.is_mailed_at(&to_karen, ADDRESS).await;
    niels.is_mailed_at(&to_mette, ADDRESS).await;
    niels.switches_off_mail(&about_karen).await.unwrap();
    let desk = suite.caseworker();
    let of_karens = ListSubscriptionsRequest { access: to_karen.name.clone(), ..ListSubscriptionsRequest::default() };
    assert!(desk.lists_subscriptions(of_karens.clone()).await.unwrap().is_empty(), "it has ended");
    let ended_too = ListSubscriptionsRequest { include_ended: true, ..of_karens };
    let listed = desk.lists_subscriptions(ended_too).await.unwrap();
    assert_eq!(listed.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), [about_karen.name.as_str()]);
    let of_mettes = ListSubscriptionsRequest { access: to_mette.name.clone(), ..ListSubscriptionsRequest::default() };
    let listed = desk.lists_subscriptions(of_mettes).await.unwrap();
    assert_eq!(listed[0].email_address, "n***@example.dk");
    let all = desk.lists_subscriptions(ListSubscriptionsRequest::default()).await;
    assert_eq!(all.refused("INVALID_FIELDS").fields, ["access"]);
}
