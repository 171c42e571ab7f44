//! Letters sent ahead.

use super::world::{KAREN, NIELS, Refused as _, START, World, by, letter, metadata, reason};
use api::error::v1::ErrorReason;
use api::mailbox::v1 as proto;
use api::mailbox::v1::DeliveryState;
use engines::on_both;
use mailbox_service::usecase::{PUBLISH, publish};
use prost_types::Timestamp;
use std::time::Duration;
use tonic::Status;

on_both! { World: m4_two_replicas_publish_once, m4_a_replica_that_dies_loses_nothing,
m4_of_withdrawal_and_publication_exactly_one_wins, m4_a_repetition_comes_after_the_moment,
m4_a_withdrawn_letter_leaves_nothing_behind }

const AHEAD: Duration = Duration::from_hours(1);

fn ahead(number: u128) -> proto::Delivery {
    let visible_from = Some(Timestamp { seconds: START / 1_000_000 + 3_600, nanos: 0 });
    proto::Delivery { visible_from, ..letter([KAREN, NIELS][usize::from(number % 2 == 1)], number, "Valg") }
}

async fn send(world: &World, count: u128) -> Vec<proto::Receipt> {
    let mut receipts = Vec::new();
    for number in 0..count {
        let receipt = world.deliver_as("municipality", ahead(number)).await.expect("taken in");
        assert_eq!((receipt.state(), receipt.available_time), (DeliveryState::Accepted, None));
        receipts.push(receipt);
    }
    receipts
}

async fn withdraw(world: &World, message_uuid: &str) -> Result<proto::Receipt, Status> {
    let request = proto::WithdrawMessageRequest { message_uuid: message_uuid.to_owned(), request_id: String::new() };
    let answer = world.delivery().withdraw_message(by("municipality", request)).await?;
    Ok(answer.into_inner().receipt.expect("a receipt"))
}

async fn inbox(world: &World, cpr: &str) -> (i64, i64, usize) {
    let who = format!("{cpr}@borger_dk");
    let (_, total, unread) = world.counts(&who, "mailboxes/me").await.remove(0);
    (total, unread, world.list(&who, "mailboxes/me").await.len())
}

async fn rows(world: &World, sql: &'static str) -> i64 {
    let counted = world.parts.db.read(|tx| Box::pin(async move { tx.one(sql, vec![], |row| row.get("n")).await }));
    counted.await.expect("a count")
}

async fn m4_two_replicas_publish_once(world: World) {
    world.karen_and_niels().await;
    send(&world, 40).await;
    assert_eq!(inbox(&world, KAREN).await, (0, 0, 0));
    assert!(!publish::run(&world.parts).await.expect("nothing is due"));
    world.clock.advance(AHEAD);
    let (one, other) = tokio::join!(publish::run(&world.parts), publish::run(&world.parts));
    assert!(one.is_ok() && other.is_ok());
    assert_eq!((inbox(&world, KAREN).await, inbox(&world, NIELS).await), ((20, 20, 20), (20, 20, 20)));
    assert_eq!(rows(&world, "SELECT COUNT(*) AS n FROM outbox").await, 40);
    assert_eq!(rows(&world, "SELECT COUNT(*) AS n FROM sent_ahead").await, 0);
}

async fn m4_a_replica_that_dies_loses_nothing(world: World) {
    world.karen_and_niels().await;
    send(&world, 4).await;
    world.clock.advance(AHEAD);
    let claimed = world
        .parts
        .db
        .write(|tx| Box::pin(async move { sql::queue::claim(tx, PUBLISH, 100, Duration::from_secs(15)).await }));
    assert_eq!(claimed.await.expect("claims").len(), 4, "and then nothing: the process was killed");
    assert!(!publish::run(&world.parts).await.expect("nothing is due"));
    world.clock.advance(Duration::from_secs(15));
    assert!(publish::run(&world.parts).await.expect("published"));
    assert_eq!((inbox(&world, KAREN).await, inbox(&world, NIELS).await), ((2, 2, 2), (2, 2, 2)));
}

async fn m4_of_withdrawal_and_publication_exactly_one_wins(world: World) {
    world.karen_and_niels().await;
    let sent = send(&world, 30).await;
    world.clock.advance(AHEAD);
    let withdrawals = futures::future::join_all(sent.iter().map(|receipt| withdraw(&world, &receipt.message_uuid)));
    let (published, withdrawn) = tokio::join!(publish::run(&world.parts), withdrawals);
    published.expect("published");
    publish::run(&world.parts).await.expect("the rest");
    let mut listed = Vec::new();
    for cpr in [KAREN, NIELS] {
        let letters = world.list(&format!("{cpr}@borger_dk"), "mailboxes/me").await;
        listed.extend(letters.into_iter().map(|letter| letter.name));
    }
    for (receipt, withdrawn) in sent.iter().zip(&withdrawn) {
        match withdrawn {
            Ok(receipt) => assert_eq!(receipt.state(), DeliveryState::Withdrawn),
            Err(refused) => assert_eq!(reason(refused), "WITHDRAWAL_TOO_LATE"),
        }
        assert_eq!(listed.contains(&receipt.message), withdrawn.is_err());
    }
    let (karen, niels) = (inbox(&world, KAREN).await, inbox(&world, NIELS).await);
    assert_eq!(usize::try_from(karen.0 + niels.0), Ok(listed.len()));
    assert_eq!(usize::try_from(rows(&world, "SELECT COUNT(*) AS n FROM outbox").await), Ok(listed.len()));
}

async fn m4_a_repetition_comes_after_the_moment(world: World) {
    world.karen_and_niels().await;
    let sent = send(&world, 1).await;
    world.clock.advance(AHEAD);
    publish::run(&world.parts).await.expect("published");
    world.clock.advance(AHEAD);
    let again = world.deliver_as("municipality", ahead(0)).await.expect("the first receipt");
    assert_eq!((again.message.as_str(), again.accept_time), (sent[0].message.as_str(), sent[0].accept_time));
    assert_eq!(again.available_time, again.visible_from, "it was published at its moment, once and for all");
    let refused = world.deliver_as("municipality", ahead(2)).await.refused("a new letter for a moment that is past");
    assert_eq!(reason(&refused), "INVALID_FIELDS");
    let late = withdraw(&world, &sent[0].message_uuid).await.refused("it is there");
    assert_eq!(
        (reason(&late).as_str(), metadata(&late, "available_time").as_str()),
        ("WITHDRAWAL_TOO_LATE", "2026-01-15T10:00:00Z")
    );
}

async fn m4_a_withdrawn_letter_leaves_nothing_behind(world: World) {
    world.karen_and_niels().await;
    let sent = send(&world, 2).await;
    let first = withdraw(&world, &sent[0].message_uuid).await.expect("withdrawn");
    assert_eq!(first.state(), DeliveryState::Withdrawn);
    world.clock.advance(AHEAD);
    assert!(withdraw(&world, &sent[0].message_uuid).await.expect("once more") == first);
    publish::run(&world.parts).await.expect("the other");
    assert_eq!((inbox(&world, KAREN).await, inbox(&world, NIELS).await), ((0, 0, 0), (1, 1, 1)));
    assert_eq!(rows(&world, "SELECT COUNT(*) AS n FROM message").await, 1);
    assert!(world.deliver_as("municipality", ahead(0)).await.expect("the receipt stays") == first);
    assert_eq!(first.return_reason(), ErrorReason::Unspecified);
    let unknown = uuid::Uuid::from_u128(99).to_string();
    assert_eq!(reason(&withdraw(&world, &unknown).await.refused("no letter")), "NOT_FOUND");
}
