//! The ledger (N5, N9): gathered, decided again, sent once, tried again, given up.

use crate::world::{Who, entitled, on_each_engine};
use notification_service::domain::ledger::{Kind, Lane, Standing, State};
use notification_service::domain::subscription;
use notification_service::email::Rendered;
use notification_service::incoming::Incoming;
use notification_service::mailer::{Fault, SendError};
use notification_service::usecase::claim::claim;
use std::time::Duration;

const WINDOW: Duration = Duration::from_secs(10);

#[tokio::test]
async fn a_burst_becomes_one_e_mail_that_counts_it() {
    on_each_engine(async |world| {
        let karens = Who::reader();
        let too = Who::reads(karens.mailbox);
        world.subscribed(&karens, "niels@example.dk").await;
        world.subscribed(&too, "ida@example.dk").await;
        world.start(&Who::reads(karens.mailbox), "unconfirmed@example.dk").await.expect("started");
        world.code().await;
        for _ in 0..3 {
            world.take(karens.letter()).await;
            world.pass(Duration::from_secs(3));
        }
        world.send_due(&entitled()).await;
        assert!(world.mailer.take().is_empty(), "the window is open");
        world.pass(Duration::from_secs(1));
        world.send_due(&entitled()).await;
        let sent = world.mailer.take();
        let mut to: Vec<&str> = sent.iter().map(|(_, email)| email.recipient.as_str()).collect();
        to.sort_unstable();
        assert_eq!(to, ["ida@example.dk", "niels@example.dk"]);
        for (id, email) in &sent {
            let text = String::from_utf8_lossy(&email.message);
            assert!(text.contains("3 nye breve") && text.contains(&format!("<{id}@digitalpost.example>")), "{text}");
        }
        world.take(karens.letter()).await;
        world.pass(WINDOW);
        world.send_due(&entitled()).await;
        assert_eq!(world.mailer.take().len(), 2);
        assert_eq!(world.count(State::Sent, Kind::NewPost).await, 4);
    })
    .await;
}

/// Those of a batch are counted together, each for whom it is, whatever else is told between them.
#[tokio::test]
async fn letters_of_a_batch_are_counted_each_for_its_own() {
    on_each_engine(async |world| {
        let (karens, others, ended) = (Who::reader(), Who::reader(), Who::reader());
        let karen = Who { person: karens.mailbox, access: None, ..karens };
        for (who, address) in [(karens, "niels"), (karen, "karen"), (others, "ida"), (ended, "gone")] {
            world.subscribed(&who, &format!("{address}@example.dk")).await;
        }
        let own_notice = Incoming::PostArrived { mailbox: karens.mailbox, owner_only: true };
        let end = Incoming::AccessEnded(ended.access.expect("a reader's"));
        let (hers, other) = (karens.letter(), others.letter());
        world.take_all(vec![hers, hers, own_notice, Who::reader().letter(), other, end, other]).await;
        // The second batch joins what the first has opened.
        world.take_all(vec![hers, own_notice]).await;
        world.pass(WINDOW);
        world.send_due(&entitled()).await;
        let mut told: Vec<(String, String)> = Vec::new();
        for (_, email) in world.mailer.take() {
            let text = String::from_utf8_lossy(&email.message).into_owned();
            // Not the one about the end.
            let letters = text.lines().find(|line| line.contains("nye breve"));
            told.extend(letters.map(|letters| (email.recipient.as_str().to_owned(), letters.to_owned())));
        }
        told.sort();
        let [(ida, two), (karen, five), (niels, three)] = &told[..] else { panic!("{told:?}") };
        assert_eq!([ida, karen, niels], ["ida@example.dk", "karen@example.dk", "niels@example.dk"]);
        assert!(
            two.contains("2 nye breve") && five.contains("5 nye breve") && three.contains("3 nye breve"),
            "{told:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn letters_counted_at_once_are_all_counted() {
    on_each_engine(async |world| {
        let who = Who::reader();
        world.subscribed(&who, "niels@example.dk").await;
        futures::future::join_all((0..30).map(|_| world.take(who.letter()))).await;
        world.pass(WINDOW);
        world.send_due(&entitled()).await;
        let sent = world.mailer.take();
        assert_eq!(sent.len(), 1);
        assert!(String::from_utf8_lossy(&sent[0].1.message).contains("30 nye breve"));
    })
    .await;
}

#[tokio::test]
async fn an_ended_access_gets_nothing_by_event_or_by_the_last_question() {
    on_each_engine(async |world| {
        let who = Who::reader();
        let target = world.subscribed(&who, "niels@example.dk").await;
        world.take(who.letter()).await;
        world.pass(WINDOW);
        world.send_due(&Standing::NotEntitled).await;
        world.take(who.letter()).await;
        world.take(Incoming::AccessEnded(who.access.expect("an access"))).await;
        world.pass(WINDOW);
        world.send_due(&entitled()).await;
        let tried = world.mailer.take_tried();
        assert!(tried.iter().all(|(_, email)| !String::from_utf8_lossy(&email.message).contains(" nyt brev")));
        assert_eq!(world.count(State::Dropped, Kind::NewPost).await, 2);
        let ended = world.get(target).await;
        assert_eq!(ended.end.map(|end| end.reason), Some(subscription::EndReason::AccessEnded));
        assert_eq!(ended.address, None);
        world.take(who.letter()).await;
        assert_eq!(world.count(State::Owed, Kind::NewPost).await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_closed_mailbox_ends_what_is_about_it_and_what_its_owner_had() {
    on_each_engine(async |world| {
        let about = Who::reader();
        let own = Who { person: about.mailbox, mailbox: about.mailbox, access: None };
        let had = Who { person: about.mailbox, ..Who::reader() };
        let mut targets = Vec::new();
        for (who, address) in [(about, "a@example.dk"), (own, "b@example.dk"), (had, "c@example.dk")] {
            targets.push(world.subscribed(&who, address).await);
        }
        let untouched = world.subscribed(&Who::reader(), "d@example.dk").await;
        world.take(Incoming::MailboxClosed(about.mailbox)).await;
        for target in targets {
            let end = world.get(target).await.end.expect("ended");
            assert_eq!(end.reason, subscription::EndReason::ClosedMailbox);
        }
        assert_eq!(world.get(untouched).await.state(), subscription::State::Active);
    })
    .await;
}

#[tokio::test]
async fn without_an_answer_nothing_is_sent_and_nothing_lost() {
    on_each_engine(async |world| {
        let who = Who::reader();
        world.subscribed(&who, "niels@example.dk").await;
        world.take(who.letter()).await;
        for _ in 0..100 {
            world.pass(Duration::from_mins(1));
            world.send_due(&Standing::Unknown).await;
        }
        world.take(who.letter()).await;
        assert!(world.mailer.take().is_empty());
        world.pass(Duration::from_mins(1));
        world.send_due(&entitled()).await;
        let sent = world.mailer.take();
        assert_eq!(sent.len(), 1);
        assert!(String::from_utf8_lossy(&sent[0].1.message).contains("2 nye breve"));
    })
    .await;
}

#[tokio::test]
async fn what_did_not_get_through_is_tried_again_with_the_same_bytes() {
    on_each_engine(async |world| {
        let who = Who::reader();
        world.subscribed(&who, "niels@example.dk").await;
        world.mailer.take_tried();
        world.take(who.letter()).await;
        world.pass(WINDOW);
        for fault in [Fault::Transient, Fault::Ours, Fault::Transient] {
            world.mailer.refuse_next(SendError::new(fault, "4.2.0"));
            world.send_due(&entitled()).await;
            assert_eq!(world.count(State::Owed, Kind::NewPost).await, 1);
            // A letter that comes now is covered by another e-mail: the bytes of this one are settled.
            world.take(who.letter()).await;
            assert_eq!(world.count(State::Owed, Kind::NewPost).await, 2);
            world.pass(WINDOW);
            world.send_due(&Standing::NotEntitled).await;
            world.pass(Duration::from_mins(3));
        }
        world.send_due(&entitled()).await;
        let tried = world.mailer.take_tried();
        assert_eq!(tried.len(), 4);
        assert!(tried.iter().all(|one| one == &tried[0]));
        assert_eq!(world.count(State::Sent, Kind::NewPost).await, 1);
        assert_eq!(world.count(State::Dropped, Kind::NewPost).await, 3);
    })
    .await;
}

#[tokio::test]
async fn after_three_days_it_is_put_aside_and_not_lost() {
    on_each_engine(async |world| {
        let who = Who::reader();
        world.subscribed(&who, "niels@example.dk").await;
        world.take(who.letter()).await;
        world.pass(Duration::from_hours(72));
        world.mailer.refuse_next(SendError::new(Fault::Ours, "5.7.8"));
        world.send_due(&entitled()).await;
        assert_eq!(world.count(State::Parked, Kind::NewPost).await, 1);
        world.pass(Duration::from_hours(24));
        world.send_due(&entitled()).await;
        assert_eq!(world.count(State::Parked, Kind::NewPost).await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_refused_recipient_ends_the_subscription_and_is_told() {
    on_each_engine(async |world| {
        let who = Who::reader();
        let target = world.subscribed(&who, "niels@example.dk").await;
        world.take(who.letter()).await;
        world.pass(WINDOW);
        world.mailer.refuse_next(SendError::new(Fault::Recipient, "5.1.1"));
        world.send_due(&entitled()).await;
        let end = world.get(target).await.end.expect("ended");
        assert_eq!(end.reason, subscription::EndReason::Bounced);
        assert_eq!(world.count(State::Failed, Kind::NewPost).await, 1);
        assert_eq!(world.events_out().await, 1);
        world.start(&who, "other@example.dk").await.expect("with another address");
    })
    .await;
}

#[tokio::test]
async fn a_dead_workers_claim_runs_out_and_a_sleeper_changes_nothing() {
    on_each_engine(async |world| {
        let who = Who::reader();
        world.subscribed(&who, "niels@example.dk").await;
        world.take(who.letter()).await;
        world.pass(WINDOW);
        let asleep = claim(&world.service, Lane::News, 16).await.expect("claimed");
        assert_eq!(asleep.len(), 1);
        world.pass(Duration::from_secs(14));
        assert!(claim(&world.service, Lane::News, 16).await.expect("claimed").is_empty());
        world.pass(Duration::from_secs(1));
        let awake = claim(&world.service, Lane::News, 16).await.expect("claimed");
        assert_eq!(awake.len(), 1);
        world.deliver(asleep, &entitled()).await;
        assert!(world.mailer.take().is_empty(), "the claim is lost");
        world.deliver(awake, &entitled()).await;
        assert_eq!(world.mailer.take().len(), 1);
        assert_eq!(world.count(State::Sent, Kind::NewPost).await, 1);
    })
    .await;
}

#[tokio::test]
async fn many_workers_at_once_send_each_e_mail_once() {
    on_each_engine(async |world| {
        let karens = Who::reader();
        for number in 0..20 {
            world.subscribed(&Who::reads(karens.mailbox), &format!("reader{number}@example.dk")).await;
        }
        world.take(karens.letter()).await;
        world.pass(WINDOW);
        let standing = entitled();
        futures::future::join_all((0..4).map(|_| world.send_due(&standing))).await;
        assert_eq!(world.mailer.take().len(), 20);
        assert_eq!(world.count(State::Sent, Kind::NewPost).await, 20);
    })
    .await;
}

/// How many letters an e-mail tells of.
fn letters_in(email: &Rendered) -> Option<usize> {
    let text = String::from_utf8_lossy(&email.message).into_owned();
    let (before, _) = text.split_once(" nye breve").or_else(|| text.split_once(" nyt brev"))?;
    before.rsplit(' ').next()?.parse().ok()
}

#[tokio::test]
async fn n9_two_replicas_at_once_tell_of_every_letter_once() {
    on_each_engine(async |world| {
        let twin = world.twin().await;
        let (who, standing) = (Who::reader(), entitled());
        world.subscribed(&who, "niels@example.dk").await;
        for _ in 0..5 {
            let taken = (0..20).map(|number| {
                let replica = if number % 2 == 0 { &world } else { &twin };
                replica.take(who.letter())
            });
            // What was gathered before falls due while more letters come.
            tokio::join!(futures::future::join_all(taken), world.send_due(&standing), twin.send_due(&standing));
            world.pass(WINDOW);
        }
        tokio::join!(world.send_due(&standing), twin.send_due(&standing));
        let sent = world.mailer.take();
        assert_eq!(sent.iter().filter_map(|(_, email)| letters_in(email)).sum::<usize>(), 100);
        let ids: std::collections::HashSet<_> = sent.iter().map(|(id, _)| id).collect();
        assert_eq!(ids.len(), sent.len(), "none twice");
    })
    .await;
}
