//! E-mail about new post.

use api::access::v1::RemoveAccessRequest;
use api::notification::v1::{Channel, SubscriptionEndReason, SubscriptionState};
use harness::actor::citizen_mail::subscription;
use harness::{Letter, Mail, Person, Refusable as _, Suite, on_both};
use kernel::ServiceName;
use std::time::Duration;

on_both! {
    Suite: n1_a_reader_has_an_address_for_each_access,
    n1_only_the_reader_of_an_active_access_switches_mail_on,
    n2_an_address_gets_mail_only_once_its_code_was_entered,
    n2_a_new_address_leaves_the_old_in_force_until_its_code_is_entered,
    n3_switching_off_holds_at_once,
    n4_sms_is_refused_with_its_reason,
    n5_new_public_post_brings_an_email_while_the_access_is_active,
    n5_what_is_owed_is_decided_again_when_it_is_sent,
    n5_an_access_whose_end_was_not_told_yet_brings_no_email,
    n6_the_email_tells_nothing_of_the_letter,
    n8_a_wrong_an_expired_and_a_used_code_get_the_same_answer,
    n8_after_five_wrong_tries_the_right_code_is_dead,
    n8_a_new_code_comes_after_a_minute_and_ends_the_old_one,
}

const ADDRESS: &str = "niels@example.dk";
/// Longer than letters are gathered for one e-mail.
const A_WHILE: Duration = Duration::from_mins(2);

async fn n1_a_reader_has_an_address_for_each_access(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let mette = suite.citizen(Person::mette()).await;
    let (to_karen, to_mette) = (niels.is_given_access_by(&karen).await, niels.is_given_access_by(&mette).await);
    niels.is_mailed_at(&to_karen, "niels+karen@example.dk").await;
    niels.is_mailed_at(&to_mette, "niels+mette@example.dk").await;
    niels.switches_on_mail(&to_karen, ADDRESS).await.refused("SUBSCRIPTION_EXISTS");
    suite.advance(A_WHILE).await;
    let before = suite.mails().len();
    suite.authority().delivers(&mette.person, Letter::about("Til Mette")).await.unwrap();
    suite.advance(A_WHILE).await;
    assert_eq!(suite.mails().len(), before + 1);
    let mail = suite.mails_to("niels+mette@example.dk").pop().unwrap();
    assert!(mail.text.contains(&mette.person.full_name()), "{}", mail.text);
}

async fn n1_only_the_reader_of_an_active_access_switches_mail_on(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let ole = suite.citizen(Person::ole()).await;
    let offered = karen.gives_access(&niels, harness::Until::Never).await.unwrap();
    niels.switches_on_mail(&offered, ADDRESS).await.refused("ACCESS_NOT_ACTIVE");
    let active = niels.approves(&offered).await.unwrap();
    ole.switches_on_mail(&active, "ole@example.dk").await.refused("NOT_FOUND");
    karen.switches_on_mail(&active, "karen@example.dk").await.refused("NOT_FOUND");
    karen.removes(&active).await.unwrap();
    niels.switches_on_mail(&active, ADDRESS).await.refused("ACCESS_ENDED");
    assert!(suite.mails().is_empty());
}

async fn n2_an_address_gets_mail_only_once_its_code_was_entered(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let access = niels.is_given_access_by(&karen).await;
    let started = niels.switches_on_mail(&access, ADDRESS).await.unwrap();
    assert_eq!(started.state(), SubscriptionState::AwaitingCode);
    assert_eq!((started.email_address.as_str(), started.pending_email_address.as_str()), ("", ADDRESS));
    let mails = suite.mails();
    assert_eq!(mails.len(), 1, "the code and nothing else");
    suite.authority().delivers(&karen.person, Letter::about("For tidligt")).await.unwrap();
    suite.advance(A_WHILE).await;
    assert_eq!(suite.mails().len(), 1);

    let active = niels.enters_code(&started, &mails[0].code().unwrap()).await.unwrap();
    assert_eq!(active.state(), SubscriptionState::Active);
    assert_eq!((active.email_address.as_str(), active.pending_email_address.as_str()), (ADDRESS, ""));
    suite.authority().delivers(&karen.person, Letter::about("Nu")).await.unwrap();
    suite.advance(A_WHILE).await;
    assert_eq!(suite.mails().len(), 2);
}

async fn n2_a_new_address_leaves_the_old_in_force_until_its_code_is_entered(suite: Suite) {
    const NEW: &str = "niels.ny@example.dk";
    let (karen, niels) = suite.karen_and_niels().await;
    let access = niels.is_given_access_by(&karen).await;
    let subscription = niels.is_mailed_at(&access, ADDRESS).await;
    suite.advance(A_WHILE).await;
    let changed = niels.changes_address(&subscription, NEW).await.unwrap();
    assert_eq!((changed.email_address.as_str(), changed.pending_email_address.as_str()), (ADDRESS, NEW));
    let before = (suite.mails_to(ADDRESS).len(), suite.mails_to(NEW).len());
    suite.authority().delivers(&karen.person, Letter::about("Til den gamle")).await.unwrap();
    suite.advance(A_WHILE).await;
    assert_eq!((suite.mails_to(ADDRESS).len(), suite.mails_to(NEW).len()), (before.0 + 1, before.1));

    let code = suite.mails_to(NEW)[0].code().unwrap();
    let confirmed = niels.enters_code(&changed, &code).await.unwrap();
    assert_eq!((confirmed.email_address.as_str(), confirmed.pending_email_address.as_str()), (NEW, ""));
    suite.advance(A_WHILE).await;
    let before = (suite.mails_to(ADDRESS).len(), suite.mails_to(NEW).len());
    suite.authority().delivers(&karen.person, Letter::about("Til den nye")).await.unwrap();
    suite.advance(A_WHILE).await;
    assert_eq!((suite.mails_to(ADDRESS).len(), suite.mails_to(NEW).len()), (before.0, before.1 + 1));
}

async fn n3_switching_off_holds_at_once(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let access = niels.is_given_access_by(&karen).await;
    let subscription = niels.is_mailed_at(&access, ADDRESS).await;
    suite.advance(A_WHILE).await;
    let before = suite.mails_to(ADDRESS).len();
    // What is owed but not yet sent is not sent.
    suite.authority().delivers(&karen.person, Letter::about("Lige før")).await.unwrap();
    let ended = niels.switches_off_mail(&subscription).await.unwrap();
    assert_eq!(ended.end_reason(), SubscriptionEndReason::Stopped);
    suite.authority().delivers(&karen.person, Letter::about("Efter")).await.unwrap();
    suite.advance(A_WHILE).await;
    assert_eq!(suite.mails_to(ADDRESS).len(), before);
    niels.is_mailed_at(&access, ADDRESS).await;
}

async fn n4_sms_is_refused_with_its_reason(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let access = niels.is_given_access_by(&karen).await;
    let mut by_sms = subscription(&access, ADDRESS);
    by_sms.set_channel(Channel::Sms);
    niels.starts_subscription(by_sms).await.refused("SMS_NOT_POSSIBLE");
}

async fn n5_new_public_post_brings_an_email_while_the_access_is_active(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let access = niels.is_given_access_by(&karen).await;
    suite.advance(A_WHILE).await;
    niels.is_mailed_at(&access, ADDRESS).await;
    suite.authority().delivers(&karen.person, Letter::about("Nyt brev")).await.unwrap();
    suite.advance(A_WHILE).await;
    let mails = suite.mails_to(ADDRESS);
    assert_eq!(mails.len(), 2, "the code, and one about the letter");
    assert!(mails[1].text.contains(&karen.person.full_name()), "{}", mails[1].text);

    karen.removes(&access).await.unwrap();
    suite.advance(A_WHILE).await;
    let before = suite.mails_to(ADDRESS).len();
    suite.authority().delivers(&karen.person, Letter::about("Efter ophør")).await.unwrap();
    suite.advance(A_WHILE).await;
    let after = suite.mails_to(ADDRESS);
    assert_eq!(after.len(), before, "{:?}", after.last().map(|mail| &mail.subject));
}

async fn n5_what_is_owed_is_decided_again_when_it_is_sent(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let access = niels.is_given_access_by(&karen).await;
    suite.advance(A_WHILE).await;
    niels.is_mailed_at(&access, ADDRESS).await;
    let before = suite.mails_to(ADDRESS).len();
    // The letter is there and the e-mail owed, but letters are still being gathered when the access ends.
    suite.authority().delivers(&karen.person, Letter::about("Lige før")).await.unwrap();
    assert_eq!(suite.mails_to(ADDRESS).len(), before);
    karen.removes(&access).await.unwrap();
    suite.advance(A_WHILE).await;
    let after = suite.mails_to(ADDRESS).split_off(before);
    assert_eq!(after.len(), 1, "about the end");
    assert_eq!(after[0].letters(), None);
}

async fn n5_an_access_whose_end_was_not_told_yet_brings_no_email(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let access = niels.is_given_access_by(&karen).await;
    suite.advance(A_WHILE).await;
    let subscription = niels.is_mailed_at(&access, ADDRESS).await;
    let before = suite.mails_to(ADDRESS).len();
    suite.authority().delivers(&karen.person, Letter::about("Lige før")).await.unwrap();
    // The access ends, and access-service has told nobody when the e-mail falls due.
    let request = RemoveAccessRequest { name: access.name, request_id: String::new() };
    suite.clients().read_access().remove_access(karen.request(request)).await.unwrap();
    suite.clock().advance(A_WHILE);
    suite.settle_only(&[ServiceName::Notification]).await;
    assert_eq!(suite.mails_to(ADDRESS).len(), before);
    suite.settle().await;
    let ended = niels.sees_subscription(&subscription.name).await.unwrap();
    assert_eq!(ended.end_reason(), SubscriptionEndReason::AccessEnded);
}

async fn n6_the_email_tells_nothing_of_the_letter(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let access = niels.is_given_access_by(&karen).await;
    niels.is_mailed_at(&access, ADDRESS).await;
    let receipt = suite.authority().delivers(&karen.person, Letter::about("Hemmelighed")).await.unwrap();
    suite.advance(A_WHILE).await;
    let mail = suite.mails_to(ADDRESS).pop().unwrap();
    let message = receipt.message.rsplit('/').next().unwrap().to_owned();
    for told in ["Hemmelighed", "Odense Kommune", "Kære borger", &karen.person.cpr_number, &message, &karen.mailbox] {
        assert!(!mail.text.contains(told) && !mail.raw.contains(told) && !mail.subject.contains(told), "{told}");
    }
}

async fn n8_a_wrong_an_expired_and_a_used_code_get_the_same_answer(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let access = niels.is_given_access_by(&karen).await;
    let started = niels.switches_on_mail(&access, ADDRESS).await.unwrap();
    let code = suite.mails()[0].code().unwrap();
    let wrong = niels.enters_code(&started, &another(&code)).await.refused("CODE_REFUSED");
    suite.advance(Duration::from_mins(10)).await;
    let expired = niels.enters_code(&started, &code).await.refused("CODE_REFUSED");
    assert_eq!(wrong, expired);
    let seen = niels.sees_subscription(&started.name).await.unwrap();
    assert_eq!(seen.state(), SubscriptionState::AwaitingCode);
}

async fn n8_after_five_wrong_tries_the_right_code_is_dead(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let access = niels.is_given_access_by(&karen).await;
    let started = niels.switches_on_mail(&access, ADDRESS).await.unwrap();
    let code = suite.mails()[0].code().unwrap();
    for _ in 0..5 {
        niels.enters_code(&started, &another(&code)).await.refused("CODE_REFUSED");
    }
    niels.enters_code(&started, &code).await.refused("CODE_REFUSED");
}

async fn n8_a_new_code_comes_after_a_minute_and_ends_the_old_one(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let access = niels.is_given_access_by(&karen).await;
    let started = niels.switches_on_mail(&access, ADDRESS).await.unwrap();
    let refused = niels.asks_for_a_new_code(&started).await.refused("CODE_TOO_SOON");
    assert_eq!(refused.retry_after, Some(Duration::from_mins(1)));
    suite.advance(Duration::from_mins(1)).await;
    niels.asks_for_a_new_code(&started).await.unwrap();
    let codes: Vec<String> = suite.mails().iter().filter_map(Mail::code).collect();
    assert_eq!(codes.len(), 2);
    if codes[0] != codes[1] {
        niels.enters_code(&started, &codes[0]).await.refused("CODE_REFUSED");
    }
    niels.enters_code(&started, &codes[1]).await.unwrap();
}

/// A code that is not `code`.
fn another(code: &str) -> String {
    let last = if code.ends_with('0') { "1" } else { "0" };
    format!("{}{last}", &code[..5])
}
