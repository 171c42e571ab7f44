//! The ledger of e-mails, as operators see it and set it going.

use api::notification::v1::{LedgerKind, LedgerState, ListLedgerEntriesRequest};
use harness::{Citizen, Letter, Refusable as _, Refused, Suite, on_both};
use prost::Message;
use std::time::Duration;

on_both! {
    Suite: n9_operators_see_what_is_owed_and_nobody_in_it,
    n9_the_ledger_is_listed_in_pages_oldest_first,
    n9_what_was_set_aside_is_sent_when_an_operator_says_so,
    n9_what_is_set_going_again_is_tried_as_if_it_were_new,
    n9_what_became_of_each_is_told_again_to_a_repeated_call,
    n9_what_is_set_going_again_is_decided_again,
}

const ADDRESS: &str = "niels@example.dk";
/// Longer than letters are gathered for one e-mail.
const A_WHILE: Duration = Duration::from_mins(2);
/// After so long an e-mail that does not get through is set aside.
const THREE_DAYS: Duration = Duration::from_hours(72);

async fn n9_operators_see_what_is_owed_and_nobody_in_it(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let access = niels.is_given_access_by(&karen).await;
    suite.advance(A_WHILE).await;
    niels.is_mailed_at(&access, ADDRESS).await;
    let operator = suite.operator();
    for about in ["Et", "To"] {
        suite.authority().delivers(&karen.person, Letter::about(about)).await.unwrap();
    }
    suite.clock().advance(Duration::from_secs(4));
    let summary = operator.sums_up().await;
    assert_eq!(summary.oldest_owed_age.unwrap().seconds, 4);
    let owed = operator.finds(LedgerState::Owed).await;
    assert_eq!((owed.len(), owed[0].kind(), owed[0].letter_count), (1, LedgerKind::NewPost, 2));
    assert_eq!((owed[0].attempt_count, owed[0].last_result.as_str()), (0, ""));
    assert_eq!(owed[0].next_attempt_time.unwrap().seconds - owed[0].create_time.unwrap().seconds, 10);
    assert_eq!(owed[0].create_time, summary.oldest_owed_time);
    suite.advance(A_WHILE).await;
    assert_eq!(operator.counts(LedgerState::Owed, LedgerKind::NewPost).await, 0);
    assert_eq!(operator.counts(LedgerState::Sent, LedgerKind::NewPost).await, 1);
    assert_eq!(operator.counts(LedgerState::Sent, LedgerKind::Code).await, 1);
    assert_eq!(operator.sums_up().await.oldest_owed_time, None);
    let sent = operator.finds(LedgerState::Sent).await;
    assert!(sent.iter().all(|entry| entry.next_attempt_time.is_none() && entry.attempt_count == 1));
    let told: Vec<u8> = sent.iter().flat_map(Message::encode_to_vec).collect();
    let told = String::from_utf8_lossy(&told);
    let owner = karen.mailbox.rsplit('/').next().unwrap();
    for secret in [ADDRESS, &karen.person.last_name, owner] {
        assert!(!told.contains(secret), "{told}");
    }
}

async fn n9_the_ledger_is_listed_in_pages_oldest_first(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let access = niels.is_given_access_by(&karen).await;
    niels.is_mailed_at(&access, ADDRESS).await;
    for about in ["Et", "To", "Tre"] {
        suite.authority().delivers(&karen.person, Letter::about(about)).await.unwrap();
        suite.advance(A_WHILE).await;
    }
    let operator = suite.operator();
    let all = operator.lists(ListLedgerEntriesRequest::default()).await.unwrap().entries;
    assert!(
        all.is_sorted_by_key(|entry| (entry.create_time.map(|time| (time.seconds, time.nanos)), entry.name.clone()))
    );
    let (sent, news) = (LedgerState::Sent.into(), LedgerKind::NewPost.into());
    for (state, kind) in [(0, 0), (sent, 0), (0, news), (sent, news)] {
        let fits = all.iter().filter(|entry| [0, entry.state].contains(&state) && [0, entry.kind].contains(&kind));
        let mut request = ListLedgerEntriesRequest { state, kind, page_size: 2, page_token: String::new() };
        let mut listed = Vec::new();
        loop {
            let page = operator.lists(request.clone()).await.unwrap();
            assert!(page.entries.len() <= 2);
            listed.extend(page.entries);
            request.page_token = page.next_page_token;
            if request.page_token.is_empty() {
                break;
            }
        }
        assert!(listed == fits.cloned().collect::<Vec<_>>(), "state {state}, kind {kind}");
    }
    let first = ListLedgerEntriesRequest { page_size: 1, ..ListLedgerEntriesRequest::default() };
    let page_token = operator.lists(first).await.unwrap().next_page_token;
    let other = ListLedgerEntriesRequest { state: sent, page_token: page_token.clone(), ..Default::default() };
    operator.lists(other).await.refused("PAGE_TOKEN_INVALID");
    let same = ListLedgerEntriesRequest { page_token, ..Default::default() };
    suite.operator_called("o-18").lists(same).await.refused("PAGE_TOKEN_INVALID");
    let wrong = ListLedgerEntriesRequest { state: 99, kind: -1, page_size: -1, page_token: "x".repeat(513) };
    let refused = operator.lists(wrong).await.refused("INVALID_FIELDS");
    assert_eq!(refused.fields, ["state", "kind", "page_size", "page_token"]);
}

/// Has one e-mail about new post set aside, three days after a letter came; its name.
async fn one_is_set_aside(suite: &Suite, karen: &Citizen) -> String {
    suite.mail_goes_away();
    suite.authority().delivers(&karen.person, Letter::about("Nyt brev")).await.unwrap();
    suite.advance(THREE_DAYS).await;
    let aside = suite.operator().finds(LedgerState::Parked).await;
    assert_eq!((aside.len(), aside[0].last_result.as_str()), (1, "connection"));
    aside[0].name.clone()
}

async fn n9_what_was_set_aside_is_sent_when_an_operator_says_so(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let access = niels.is_given_access_by(&karen).await;
    suite.advance(A_WHILE).await;
    niels.is_mailed_at(&access, ADDRESS).await;
    let aside = one_is_set_aside(&suite, &karen).await;
    suite.mail_comes_back();
    suite.advance(THREE_DAYS).await;
    assert_eq!(suite.mails_to(ADDRESS).len(), 1, "the code alone");
    let outcomes = suite.operator().redrives(&[&aside], "").await.unwrap();
    assert!(outcomes[0].name == aside && outcomes[0].refusal.is_none());
    let mails = suite.mails_to(ADDRESS);
    assert_eq!(mails.len(), 2);
    assert!(mails[1].text.contains("1 nyt brev"), "{}", mails[1].text);
    assert_eq!(suite.operator().counts(LedgerState::Sent, LedgerKind::NewPost).await, 1);
}

async fn n9_what_is_set_going_again_is_tried_as_if_it_were_new(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let access = niels.is_given_access_by(&karen).await;
    suite.advance(A_WHILE).await;
    niels.is_mailed_at(&access, ADDRESS).await;
    let aside = one_is_set_aside(&suite, &karen).await;
    // The operator was too early: it does not get through yet, and has all of its tries again.
    suite.operator().redrives(&[&aside], "").await.unwrap();
    assert_eq!(suite.operator().counts(LedgerState::Owed, LedgerKind::NewPost).await, 1);
    suite.mail_comes_back();
    suite.advance(A_WHILE).await;
    assert_eq!(suite.mails_to(ADDRESS).len(), 2);
}

async fn n9_what_became_of_each_is_told_again_to_a_repeated_call(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let access = niels.is_given_access_by(&karen).await;
    suite.advance(A_WHILE).await;
    niels.is_mailed_at(&access, ADDRESS).await;
    let aside = one_is_set_aside(&suite, &karen).await;
    suite.mail_comes_back();
    let operator = suite.operator();
    let sent = operator.finds(LedgerState::Sent).await[0].name.clone();
    let unknown = "ledgerEntries/0192f0c1-2f4a-7cc3-98c4-dc0c0c07398f";
    let names = [sent.as_str(), &aside, unknown];
    let first = operator.redrives(&names, "a").await.unwrap();
    let reasons = first.iter().map(|outcome| outcome.refusal.clone().map(Refused::from));
    let reasons: Vec<_> = reasons.map(|refused| refused.map(|refused| (refused.reason, refused.metadata))).collect();
    assert_eq!(reasons[0].as_ref().unwrap().0, "STATE_CONFLICT");
    assert_eq!(reasons[0].as_ref().unwrap().1["state"], "SENT");
    assert_eq!(reasons[1], None);
    assert_eq!(reasons[2].as_ref().unwrap().0, "NOT_FOUND");
    assert!(operator.redrives(&names, "a").await.unwrap() == first, "though it is sent by now");
    operator.redrives(&names[..2], "a").await.refused("REQUEST_ID_REUSED");
    assert_eq!(suite.mails_to(ADDRESS).len(), 2);
    let wrong = operator.redrives(&[unknown, unknown, "ledgerEntries/1", ""], "").await.refused("INVALID_FIELDS");
    assert_eq!(wrong.fields, ["names[1]", "names[2]", "names[3]"]);
    assert_eq!(operator.redrives(&[], "").await.refused("INVALID_FIELDS").fields, ["names"]);
}

async fn n9_what_is_set_going_again_is_decided_again(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let access = niels.is_given_access_by(&karen).await;
    suite.advance(A_WHILE).await;
    niels.is_mailed_at(&access, ADDRESS).await;
    let aside = one_is_set_aside(&suite, &karen).await;
    suite.mail_comes_back();
    // access-service has ended it, and has told nobody yet.
    let request = api::access::v1::RemoveAccessRequest { name: access.name.clone(), request_id: String::new() };
    suite.clients().read_access().remove_access(karen.request(request)).await.unwrap();
    let redriven = suite.operator().redrives(&[&aside], "").await.unwrap();
    assert!(redriven[0].refusal.is_none());
    assert!(suite.mails_to(ADDRESS).iter().all(|mail| mail.letters().is_none()), "the code, and that it has ended");
    assert_eq!(suite.operator().counts(LedgerState::Dropped, LedgerKind::NewPost).await, 1);
}
