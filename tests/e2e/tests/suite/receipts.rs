//! Watching receipts: a sender is told of its letters as they fare.

use api::mailbox::v1::{Delivery, DeliveryState};
use harness::{Letter, Person, Refusable as _, Suite, on_both};
use kernel::{Clock as _, Portal};
use prost_types::Timestamp;
use std::time::Duration;

on_both! {
    Suite: m1_a17_a_sender_is_told_of_each_change_of_a_receipt,
    m1_a_watch_of_receipts_goes_on_where_it_broke,
    m1_a_sender_watches_its_own_receipts_only,
}

const A_DAY: Duration = Duration::from_hours(24);

async fn m1_a17_a_sender_is_told_of_each_change_of_a_receipt(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let authority = suite.authority();
    let mut receipts = authority.watches_receipts("").await.unwrap();
    let tomorrow = Some(Timestamp { seconds: suite.clock().now().plus(A_DAY).as_secs(), nanos: 0 });
    let delivery = authority.prepares(&karen.person, Letter::about("Valgkort")).await.unwrap();
    let sent = authority.sends(Delivery { visible_from: tomorrow, ..delivery }).await.unwrap();
    let (accepted, _) = receipts.next().await.unwrap();
    assert!(accepted == sent && accepted.available_time.is_none());
    suite.advance(A_DAY).await;
    let (available, _) = receipts.next().await.unwrap();
    assert_eq!((available.state(), available.first_open_time), (DeliveryState::Available, None));
    assert!(available.available_time.is_some());
    suite.advance(A_DAY).await;
    karen.opens(&sent.message).await.unwrap();
    let (opened, _) = receipts.next().await.unwrap();
    assert!(opened.first_open_time.is_some());
    assert_eq!(opened.available_time, available.available_time, "A17: recorded once");
    suite.advance(A_DAY).await;
    karen.opens(&sent.message).await.unwrap();
    assert!(authority.receipt(&sent.message_uuid).await.unwrap() == opened, "it is first opened once");
}

async fn m1_a_watch_of_receipts_goes_on_where_it_broke(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let authority = suite.authority();
    let mut receipts = authority.watches_receipts("").await.unwrap();
    let mut told = Vec::new();
    for subject in ["En", "To", "Tre"] {
        let sent = authority.delivers(&karen.person, Letter::about(subject)).await.unwrap();
        told.push(receipts.next().await.unwrap());
        assert!(told.last().unwrap().0 == sent, "{subject}");
    }
    drop(receipts);
    karen.opens(&told[0].0.message).await.unwrap();
    let order = [1, 2, 0].map(|at: usize| &told[at].0.message);
    for (dealt_with, following) in [(0, &order[..]), (1, &order[1..]), (2, &order[2..])] {
        let mut again = authority.watches_receipts(&told[dealt_with].1).await.unwrap();
        for message in following {
            assert_eq!(&again.next().await.unwrap().0.message, *message, "after {dealt_with}");
        }
    }
}

async fn m1_a_sender_watches_its_own_receipts_only(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let (authority, company) = (suite.authority(), suite.company(Portal::EBoks));
    let mut receipts = authority.watches_receipts("").await.unwrap();
    company.delivers(&karen.person, Letter::about("Police")).await.unwrap();
    let sent = authority.delivers(&karen.person, Letter::about("Skat")).await.unwrap();
    let (told, token) = receipts.next().await.unwrap();
    assert!(told == sent, "and nothing of the company's");
    for (sender, token) in [(&company, token.as_str()), (&authority, "x")] {
        sender.watches_receipts(token).await.refused("RESUME_TOKEN_INVALID");
    }
}
