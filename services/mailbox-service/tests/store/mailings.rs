//! Mass mailings.

use super::world::{KAREN, NIELS, World, by, letter};
use api::error::v1::ErrorReason;
use api::mailbox::v1 as proto;
use api::mailbox::v1::deliver_messages_response::Outcome;
use engines::on_both;
use futures::StreamExt as _;
use sql::args;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tonic::Streaming;

on_both! { World: m1_a_reader_of_answers_that_stops_stops_the_intake, m1_one_letter_that_fails_fails_alone,
m1_streams_take_turns, m1_a_stream_that_broke_off_is_sent_again, m2_two_streams_of_the_same_letters_make_them_once,
m2_a_letter_twice_in_a_stream_gets_one_receipt_twice, n5_each_public_letter_of_a_mailing_is_told_once }

/// Letters to Karen and Niels in turn.
fn mailing(count: u128) -> Vec<proto::Delivery> {
    (0..count).map(|number| letter([KAREN, NIELS][usize::from(number % 2 == 1)], number, "Valg")).collect()
}

async fn begin(world: &World, deliveries: Vec<proto::Delivery>) -> Streaming<proto::DeliverMessagesResponse> {
    let items = deliveries.into_iter().map(|delivery| proto::DeliverMessagesRequest { delivery: Some(delivery) });
    let request = by("municipality", tokio_stream::iter(items.collect::<Vec<_>>()));
    world.delivery().deliver_messages(request).await.expect("a stream").into_inner()
}

async fn deliver(world: &World, deliveries: Vec<proto::Delivery>) -> Vec<Result<proto::Receipt, ErrorReason>> {
    let (mut stream, mut outcomes) = (begin(world, deliveries.clone()).await, Vec::new());
    while let Some(answer) = stream.message().await.expect("an answer") {
        assert_eq!(usize::try_from(answer.item_number), Ok(outcomes.len()));
        assert_eq!(answer.message_uuid, deliveries[outcomes.len()].message_uuid);
        outcomes.push(match answer.outcome.expect("an outcome") {
            Outcome::Receipt(receipt) => Ok(receipt),
            Outcome::Refusal(refusal) => Err(refusal.reason()),
        });
    }
    assert_eq!(outcomes.len(), deliveries.len());
    outcomes
}

async fn letters(world: &World, cpr: &str) -> i64 {
    let (name, total, unread) = world.counts(&format!("{cpr}@borger_dk"), "mailboxes/me").await.remove(0);
    assert_eq!((name.as_str(), total), ("inbox", unread));
    total
}

/// Only what fits in the buffers on the way is taken from a sender who reads no answer.
async fn m1_a_reader_of_answers_that_stops_stops_the_intake(world: World) {
    const ITEMS: usize = 4_000;
    let (taken, pulled) = (Arc::new(AtomicUsize::new(0)), Arc::new(tokio::sync::Notify::new()));
    let (count, notify) = (taken.clone(), pulled.clone());
    let items = tokio_stream::iter(0..ITEMS).map(move |_| {
        count.fetch_add(1, Ordering::SeqCst);
        notify.notify_one();
        // Refused for its many wrong fields, so that it costs nothing but room.
        proto::DeliverMessagesRequest {
            delivery: Some(proto::Delivery {
                subject: "\n".to_owned(),
                body_text: "x".repeat(8_000),
                ..Default::default()
            }),
        }
    });
    let request = by("municipality", items);
    let mut answers = world.delivery().deliver_messages(request).await.expect("a stream").into_inner();
    while tokio::time::timeout(Duration::from_millis(500), pulled.notified()).await.is_ok() {}
    let waiting = taken.load(Ordering::SeqCst);
    assert!(waiting < ITEMS / 2, "{waiting} were taken in, and none of the answers was read");
    let mut answered = 0;
    while answers.message().await.expect("an answer").is_some() {
        answered += 1;
    }
    assert_eq!(answered, ITEMS);
}

/// However many streams there are, they leave room for others.
async fn m1_streams_take_turns(world: World) {
    world.karen_and_niels().await;
    // The only one.
    let others = world.parts.turns.take().await;
    let mut stream = begin(&world, mailing(2)).await;
    assert!(tokio::time::timeout(Duration::from_millis(500), stream.message()).await.is_err(), "it waits");
    assert_eq!(letters(&world, KAREN).await, 0);
    others.end();
    for _ in 0..2 {
        assert!(stream.message().await.expect("an answer").is_some());
    }
    assert_eq!(letters(&world, KAREN).await, 1);
}

async fn m1_one_letter_that_fails_fails_alone(world: World) {
    let (_, niels) = world.karen_and_niels().await;
    let niels = niels.rsplit('/').next().and_then(|id| id.parse::<uuid::Uuid>().ok()).expect("an id");
    let broken = world.parts.db.write(move |tx| {
        Box::pin(async move {
            tx.execute("UPDATE person SET wrapped_key = $2 WHERE id = $1", args![niels, vec![0_u8; 60]]).await
        })
    });
    broken.await.expect("a mailbox whose key does not open");
    let mut mailing = mailing(20);
    mailing[4].subject.clear();
    "6101804009".clone_into(&mut mailing[6].cpr_number);
    let outcomes = deliver(&world, mailing).await;
    for (number, outcome) in outcomes.iter().enumerate() {
        let expected = match number {
            4 => Some(ErrorReason::InvalidFields),
            6 => Some(ErrorReason::RecipientNotRegistered),
            number if number % 2 == 1 => Some(ErrorReason::Internal),
            _ => None,
        };
        assert_eq!(outcome.as_ref().err().copied(), expected, "item {number}");
    }
    assert_eq!(letters(&world, KAREN).await, 8);
}

async fn m1_a_stream_that_broke_off_is_sent_again(world: World) {
    world.karen_and_niels().await;
    let mailing = mailing(600);
    let mut stream = begin(&world, mailing.clone()).await;
    let first = stream.message().await.expect("an answer").expect("one at least").outcome;
    drop(stream);
    let again = deliver(&world, mailing).await;
    assert!(again.iter().all(Result::is_ok));
    assert!(first == again[0].clone().ok().map(Outcome::Receipt), "what was answered stays so");
    assert_eq!((letters(&world, KAREN).await, letters(&world, NIELS).await), (300, 300));
}

async fn m2_two_streams_of_the_same_letters_make_them_once(world: World) {
    world.karen_and_niels().await;
    let (forwards, mut backwards) = (mailing(400), mailing(400));
    backwards.reverse();
    let (one, mut other) = tokio::join!(deliver(&world, forwards), deliver(&world, backwards));
    other.reverse();
    assert!(one.iter().all(Result::is_ok) && one == other);
    assert_eq!((letters(&world, KAREN).await, letters(&world, NIELS).await), (200, 200));
}

async fn m2_a_letter_twice_in_a_stream_gets_one_receipt_twice(world: World) {
    world.karen_and_niels().await;
    let differs = proto::Delivery { subject: "Andet".to_owned(), ..letter(KAREN, 0, "Valg") };
    let outcomes = deliver(&world, vec![letter(KAREN, 0, "Valg"), letter(KAREN, 0, "Valg"), differs]).await;
    assert!(outcomes[0].is_ok() && outcomes[0] == outcomes[1]);
    assert!(outcomes[2] == Err(ErrorReason::ContentDiffers));
    assert_eq!(letters(&world, KAREN).await, 1);
}

async fn n5_each_public_letter_of_a_mailing_is_told_once(world: World) {
    world.karen_and_niels().await;
    for _ in 0..2 {
        deliver(&world, mailing(300)).await;
    }
    let told = world.parts.db.read(|tx| {
        Box::pin(async move {
            let sql = "SELECT COUNT(*) AS n FROM outbox o JOIN due_work d ON d.id = o.id \
                       WHERE o.destination = 'notification-service' AND d.queue = 'outbox/notification-service'";
            tx.one(sql, vec![], |row| row.get::<i64>("n")).await
        })
    });
    assert_eq!(told.await.expect("the outbox"), 300);
}
