//! How accesses end, and what those who had one are told.

use api::access::v1::{AccessState, EndReason};
use harness::{Person, Refusable as _, Suite, Until, on_both};
use kernel::Clock as _;
use std::time::Duration;

on_both! {
    Suite: a6_owner_removal_takes_effect_on_the_next_call,
    a6_reader_removal_takes_effect_on_the_next_call,
    a6_an_offer_is_declined_by_the_reader,
    a6_an_offer_is_withdrawn_by_the_owner,
    a6_a_pending_access_is_not_removed_and_an_active_one_not_withdrawn,
    a20_a_former_reader_is_told_why_and_a_stranger_nothing,
    a20_access_can_be_given_again,
    a21_an_ended_access_stands_in_the_history_only,
    a21_both_are_told_of_the_end,
    a27_ending_one_access_leaves_the_others,
}

async fn a6_owner_removal_takes_effect_on_the_next_call(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    suite.authority().delivers(&karen.person, harness::Letter::about("Skat").with_pdf("skat.pdf")).await.unwrap();
    let access = niels.is_given_access_by(&karen).await;
    let letters = niels.lists(&karen.mailbox).await.unwrap();
    let letter = letters.iter().find(|letter| letter.subject == "Skat").unwrap().name.clone();
    let file = niels.opens(&letter).await.unwrap().files[0].name.clone();

    // Not through the verb that lets the services go on: the very next call.
    let request = api::access::v1::RemoveAccessRequest { name: access.name.clone(), request_id: String::new() };
    suite.clients().read_access().remove_access(karen.request(request)).await.unwrap();
    niels.lists(&karen.mailbox).await.refused("ACCESS_ENDED");
    niels.opens(&letter).await.refused("ACCESS_ENDED");
    niels.downloads(&file, 0).await.refused("ACCESS_ENDED");
    niels.marks(&letter, false).await.refused("ACCESS_ENDED");
    niels.makes_folder(&karen.mailbox, "Sager").await.refused("ACCESS_ENDED");
    niels.sees_mailbox(&karen.mailbox).await.refused("ACCESS_ENDED");
    assert!(karen.given_accesses().await.unwrap().accesses.is_empty());
    assert!(niels.received_accesses().await.unwrap().accesses.is_empty());
    assert_eq!(niels.open_mailboxes().await.unwrap().len(), 1);
}

async fn a6_reader_removal_takes_effect_on_the_next_call(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let access = niels.is_given_access_by(&karen).await;
    let ended = niels.removes(&access).await.unwrap();
    assert_eq!((ended.state(), ended.end_reason()), (AccessState::Ended, EndReason::RemovedByReader));
    let refused = niels.lists(&karen.mailbox).await.refused("ACCESS_ENDED");
    assert_eq!(refused.metadata["end_reason"], "REMOVED_BY_READER");
}

async fn a6_an_offer_is_declined_by_the_reader(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let offered = karen.gives_access(&niels, Until::Never).await.unwrap();
    karen.declines(&offered).await.refused("STATE_CONFLICT");
    assert_eq!(niels.declines(&offered).await.unwrap().end_reason(), EndReason::Declined);
    niels.approves(&offered).await.refused("ACCESS_ENDED");
    niels.lists(&karen.mailbox).await.refused("ACCESS_ENDED");
}

async fn a6_an_offer_is_withdrawn_by_the_owner(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let offered = karen.gives_access(&niels, Until::Never).await.unwrap();
    niels.withdraws(&offered).await.refused("STATE_CONFLICT");
    assert_eq!(karen.withdraws(&offered).await.unwrap().end_reason(), EndReason::Withdrawn);
    niels.approves(&offered).await.refused("ACCESS_ENDED");
    assert!(niels.received_accesses().await.unwrap().accesses.is_empty());
}

async fn a6_a_pending_access_is_not_removed_and_an_active_one_not_withdrawn(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let offered = karen.gives_access(&niels, Until::Never).await.unwrap();
    assert_eq!(karen.removes(&offered).await.refused("STATE_CONFLICT").metadata["state"], "OFFERED");
    let active = niels.approves(&offered).await.unwrap();
    assert_eq!(karen.withdraws(&active).await.refused("STATE_CONFLICT").metadata["state"], "ACTIVE");
    niels.declines(&active).await.refused("STATE_CONFLICT");
    karen.removes(&active).await.unwrap();
    karen.removes(&active).await.refused("ACCESS_ENDED");
}

async fn a20_a_former_reader_is_told_why_and_a_stranger_nothing(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let ole = suite.citizen(Person::ole()).await;
    let access = niels.is_given_access_by(&karen).await;
    karen.removes(&access).await.unwrap();

    let refused = niels.lists(&karen.mailbox).await.refused("ACCESS_ENDED");
    assert_eq!(refused.metadata["access"], access.name);
    assert_eq!(refused.metadata["end_reason"], "REMOVED_BY_OWNER");
    assert_eq!(refused.sentence_da, "Læseadgangen er ophørt.");

    let stranger = ole.lists(&karen.mailbox).await.refused("NOT_FOUND");
    let unknown = ole.lists("mailboxes/0192f0c1-2f4a-7cc3-98c4-dc0c0c07398f").await.refused("NOT_FOUND");
    assert_eq!(stranger, unknown, "a mailbox that is there and one that is not");
    ole.sees_access(&access.name).await.refused("NOT_FOUND");
}

async fn a20_access_can_be_given_again(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let first = niels.is_given_access_by(&karen).await;
    karen.removes(&first).await.unwrap();
    let second = niels.is_given_access_by(&karen).await;
    assert_ne!(first.name, second.name);
    niels.lists(&karen.mailbox).await.unwrap();
}

async fn a21_an_ended_access_stands_in_the_history_only(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let access = niels.is_given_access_by(&karen).await;
    suite.advance(Duration::from_mins(1)).await;
    niels.removes(&access).await.unwrap();
    for citizen in [&karen, &niels] {
        let ended = citizen.ended_accesses().await.unwrap();
        assert_eq!(ended.len(), 1);
        assert_eq!(ended[0].name, access.name);
        assert_eq!(ended[0].end_reason(), EndReason::RemovedByReader);
        assert_eq!(ended[0].end_time.unwrap().seconds, suite.clock().now().as_secs());
        assert!(citizen.given_accesses().await.unwrap().accesses.is_empty());
        assert!(citizen.received_accesses().await.unwrap().accesses.is_empty());
    }
}

async fn a21_both_are_told_of_the_end(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let access = niels.is_given_access_by(&karen).await;
    let before = [karen.lists(&karen.mailbox).await.unwrap().len(), niels.lists(&niels.mailbox).await.unwrap().len()];
    karen.removes(&access).await.unwrap();
    for (citizen, other, before) in [(&karen, &niels, before[0]), (&niels, &karen, before[1])] {
        let letters = citizen.lists(&citizen.mailbox).await.unwrap();
        assert_eq!(letters.len(), before + 1);
        let letter = citizen.opens(&letters[0].name).await.unwrap();
        assert!(letter.body_text.contains(&other.person.full_name()), "{}", letter.body_text);
    }
}

async fn a27_ending_one_access_leaves_the_others(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let mette = suite.citizen(Person::mette()).await;
    let to_niels = niels.is_given_access_by(&karen).await;
    mette.is_given_access_by(&karen).await;
    niels.is_given_access_by(&mette).await;
    karen.removes(&to_niels).await.unwrap();
    niels.lists(&karen.mailbox).await.refused("ACCESS_ENDED");
    niels.lists(&mette.mailbox).await.unwrap();
    mette.lists(&karen.mailbox).await.unwrap();
}
