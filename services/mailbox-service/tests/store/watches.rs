//! Watches that nobody reads, while what they may tell changes.

use super::files::dies;
use super::world::{KAREN, NIELS, World, by, letter, reason};
use api::mailbox::v1 as proto;
use api::mailbox::v1::MailboxChangeKind as Change;
use engines::on_both;
use std::time::Duration;
use tonic::Streaming;

on_both! {
    World: p4_what_a_watch_has_not_told_is_told_as_the_portal_shows_it_now,
    p8_a_watch_ends_when_death_closes_the_mailbox,
    a_quiet_watch_says_that_it_lives,
}

/// A watch that goes on after `token`, or begins now.
pub(crate) async fn watch(
    world: &World,
    who: &str,
    mailbox: &str,
    token: &str,
) -> Streaming<proto::WatchMailboxResponse> {
    let request = proto::WatchMailboxRequest { name: mailbox.to_owned(), resume_token: token.to_owned() };
    world.mailbox().watch_mailbox(by(who, request)).await.expect("a watch").into_inner()
}

async fn p4_what_a_watch_has_not_told_is_told_as_the_portal_shows_it_now(world: World) {
    const LETTERS: u128 = 20;
    const TURNS: usize = 100;
    world.karen_and_niels().await;
    world.shows_in_e_boks(true).await;
    let who = format!("{KAREN}@e_boks");
    let mut early = watch(&world, &who, "mailboxes/me", "").await;
    let mut names = Vec::new();
    for uuid in 0..LETTERS {
        names.push(world.deliver(KAREN, uuid, "Skat").await);
    }
    let token = early.message().await.expect("a letter").expect("a letter").resume_token;
    // Far more than lies on the way to a client that takes nothing.
    for turn in 0..TURNS {
        let (parent, names, read) = ("mailboxes/me".to_owned(), names.clone(), turn % 2 == 0);
        let request = proto::MarkMessagesRequest { parent, names, read, request_id: String::new() };
        world.mailbox().mark_messages(by(&format!("{KAREN}@borger_dk"), request)).await.expect("marked");
    }
    // One has seen each of them happen; the other has read many of them at once.
    let late = watch(&world, &who, "mailboxes/me", &token).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    world.shows_in_e_boks(false).await;
    tokio::time::sleep(Duration::from_millis(1_300)).await;
    let private = world.deliver_as("bank", letter(KAREN, LETTERS, "Police")).await.expect("delivered").message;
    for mut watch in [early, late] {
        let mut told = 0;
        loop {
            let change = watch.message().await.expect("it goes on").expect("it goes on");
            match change.kind() {
                Change::MessageAdded if change.message == private => break,
                Change::MessageChanged => told += 1,
                _ => {}
            }
        }
        assert!(told < TURNS * names.len() / 2, "{told} changes of post that the portal does not show any more");
    }
}

async fn p8_a_watch_ends_when_death_closes_the_mailbox(world: World) {
    let (mailbox, _) = world.karen_and_niels().await;
    world.niels_reads(&mailbox, 1);
    let mut watch = watch(&world, &format!("{NIELS}@borger_dk"), &mailbox, "").await;
    // access-service has not heard of it, and goes on saying yes.
    dies(&world, &mailbox).await;
    let ended = loop {
        match watch.message().await {
            Ok(change) => assert!(change.is_some_and(|change| change.kind() == Change::MailboxChanged)),
            Err(status) => break status,
        }
    };
    assert_eq!(reason(&ended), "ACCESS_ENDED");
}

async fn a_quiet_watch_says_that_it_lives(world: World) {
    world.karen_and_niels().await;
    let mut watch = watch(&world, &format!("{KAREN}@borger_dk"), "mailboxes/me", "").await;
    let sign = tokio::time::timeout(Duration::from_secs(30), watch.message()).await.expect("a sign of life");
    let sign = sign.expect("it goes on").expect("it goes on");
    assert_eq!((sign.kind(), sign.message.as_str()), (Change::Unspecified, ""));
    assert!(!sign.resume_token.is_empty());
}
