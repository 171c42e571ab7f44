//! The bin.

use super::world::{KAREN, Refused as _, World, by, reason};
use api::mailbox::v1 as proto;
use engines::on_both;
use mailbox_service::usecase::purge_messages;
use std::time::Duration;

on_both! { World: m5_the_bin_and_the_way_back, m5_the_bin_is_emptied_after_its_days }

fn karen() -> String {
    format!("{KAREN}@borger_dk")
}

async fn delete(world: &World, name: &str) {
    let request = proto::DeleteMessagesRequest {
        parent: "mailboxes/me".to_owned(),
        names: vec![name.to_owned()],
        request_id: String::new(),
    };
    let answer = world.mailbox().delete_messages(by(&karen(), request)).await.expect("deleted").into_inner();
    assert!(answer.outcomes[0].refusal.is_none());
}

async fn count(world: &World, folder: &str) -> (i64, i64) {
    let counts = world.counts(&karen(), "mailboxes/me").await;
    counts.into_iter().find(|(name, ..)| name == folder).map(|(_, total, unread)| (total, unread)).expect("a folder")
}

async fn m5_the_bin_and_the_way_back(world: World) {
    let (mailbox, _) = world.karen_and_niels().await;
    let name = world.deliver(KAREN, 1, "Skat").await;
    let archive = proto::MoveMessagesRequest {
        parent: "mailboxes/me".to_owned(),
        names: vec![name.clone()],
        destination_folder: "mailboxes/me/folders/archive".to_owned(),
        request_id: "m1".to_owned(),
    };
    world.mailbox().move_messages(by(&karen(), archive.clone())).await.expect("moved");
    delete(&world, &name).await;
    assert_eq!((count(&world, "archive").await, count(&world, "bin").await), ((0, 0), (1, 1)));
    world.mailbox().move_messages(by(&karen(), archive)).await.expect("a repetition moves nothing");
    assert_eq!(count(&world, "bin").await, (1, 1));
    assert!(world.list(&karen(), "mailboxes/me").await.is_empty(), "lists leave the bin out");
    let request = proto::ListMessagesRequest {
        parent: "mailboxes/me".to_owned(),
        folder: format!("{mailbox}/folders/bin"),
        ..Default::default()
    };
    let binned = world.mailbox().list_messages(by(&karen(), request)).await.expect("the bin").into_inner().messages;
    assert_eq!(binned[0].purge_time.expect("a time").seconds, super::world::START / 1_000_000 + 30 * 86_400);

    let restore = || {
        let names = vec![name.clone()];
        let request = proto::RestoreMessagesRequest { parent: mailbox.clone(), names, request_id: String::new() };
        let mut client = world.mailbox();
        async move { client.restore_messages(by(&karen(), request)).await.expect("outcomes").into_inner().outcomes }
    };
    assert!(restore().await[0].refusal.is_none());
    assert_eq!((count(&world, "archive").await, count(&world, "bin").await), ((1, 1), (0, 0)));
    let refusal = restore().await.remove(0).refusal.expect("not in the bin");
    assert_eq!(refusal.reason(), api::error::v1::ErrorReason::StateConflict);

    delete(&world, &name).await;
    let request =
        proto::PurgeMessagesRequest { parent: mailbox.clone(), names: vec![name.clone()], request_id: "p1".to_owned() };
    for _ in 0..2 {
        let purged =
            world.mailbox().purge_messages(by(&karen(), request.clone())).await.expect("outcomes").into_inner();
        assert!(purged.outcomes[0].refusal.is_none());
    }
    assert_eq!(count(&world, "bin").await, (0, 0));
    let gone = world.mailbox().get_message(by(&karen(), proto::GetMessageRequest { name })).await.refused("gone");
    assert_eq!(reason(&gone), "NOT_FOUND");
}

async fn m5_the_bin_is_emptied_after_its_days(world: World) {
    world.karen_and_niels().await;
    let name = world.deliver(KAREN, 1, "Skat").await;
    delete(&world, &name).await;
    world.clock.advance(Duration::from_hours(30 * 24) - Duration::from_micros(1));
    assert!(!purge_messages::expired(&world.parts).await.expect("looked"));
    world.clock.advance(Duration::from_micros(1));
    assert!(purge_messages::expired(&world.parts).await.expect("purged"));
    assert!(!purge_messages::expired(&world.parts).await.expect("nothing left"));
    assert_eq!(count(&world, "bin").await, (0, 0));
}
