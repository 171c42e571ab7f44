//! Streams that run while somebody dies, or while the one access ends that opened them.

use super::files::{death_of, dies, until_cut_for};
use super::watches::watch;
use super::world::{KAREN, NIELS, Refused as _, World, reason};
use api::access::v1 as access;
use api::core::v1 as core;
use engines::on_both;
use std::time::Duration;

on_both! {
    World: p8_the_owners_download_is_cut_when_death_closes_the_mailbox,
    p8_a_download_is_cut_when_its_reader_dies,
    p8_a_watch_ends_when_its_reader_dies,
    a6_a_download_is_cut_though_another_access_goes_on,
}

/// What arrives at the most after an ending.
const MOST: usize = 1_048_576;

async fn p8_the_owners_download_is_cut_when_death_closes_the_mailbox(world: World) {
    let (sent, _, told) = until_cut_for(&world, &format!("{KAREN}@borger_dk"), Duration::ZERO, dies).await;
    assert_eq!(told, "CALLER_HAS_NO_DIGITAL_POST");
    assert!(sent <= MOST, "{sent} bytes");
}

async fn p8_a_download_is_cut_when_its_reader_dies(world: World) {
    // access-service has not heard of it, and goes on saying yes.
    let niels_dies = async |world: &World, _: &str| death_of(world, NIELS).await;
    let (sent, _, told) = until_cut_for(&world, &format!("{NIELS}@borger_dk"), Duration::ZERO, niels_dies).await;
    assert_eq!(told, "CALLER_HAS_NO_DIGITAL_POST");
    assert!(sent <= MOST, "{sent} bytes");
}

async fn p8_a_watch_ends_when_its_reader_dies(world: World) {
    let (mailbox, _) = world.karen_and_niels().await;
    world.niels_reads(&mailbox, 1);
    let mut watch = watch(&world, &format!("{NIELS}@borger_dk"), &mailbox, "").await;
    death_of(&world, NIELS).await;
    // Nothing has changed in the mailbox itself, and before a quiet watch says that it lives it has ended.
    let ended = watch.message().await.refused("it ends");
    assert_eq!(reason(&ended), "CALLER_HAS_NO_DIGITAL_POST");
}

/// A reader of public post, whom an access to private post is left: it opens nothing public.
async fn a6_a_download_is_cut_though_another_access_goes_on(world: World) {
    world.karen_and_niels().await;
    world.shows_in_e_boks(true).await;
    let private_is_left = async |world: &World, mailbox: &str| {
        let ground = access::DecisionGround {
            post_kind: core::PostKind::Private.into(),
            portal: core::Portal::EBoks.into(),
            capacity: core::Capacity::PrivateReader.into(),
            access: format!("{mailbox}/accesses/0192f0c1-2f4a-7cc3-98c4-dc0c0c073990"),
            access_version: 1,
            ..Default::default()
        };
        let decision = access::Decision { allowed: true, grounds: vec![ground], ..Default::default() };
        world.access.answers(decision);
    };
    let (sent, _, told) = until_cut_for(&world, &format!("{NIELS}@e_boks"), Duration::ZERO, private_is_left).await;
    assert_eq!(told, "NOT_FOUND");
    assert!(sent <= MOST, "{sent} bytes");
}
