//! What accesses given in e-Boks are good for: the private post sent through it, read or also put in order.

use api::access::v1::AccessScope;
use api::mailbox::v1::GetSettingsRequest;
use harness::suite::answer;
use harness::{Citizen, Letter, Refusable as _, Suite, on_both};
use kernel::Portal;

on_both! {
    Suite: r14_laesning_lists_and_reads_and_changes_nothing,
    r14_redigering_also_moves_and_marks,
    r14_neither_deletes_nor_makes_folders_nor_sees_settings,
    r14_p4_private_access_opens_no_public_post,
}

/// Karen and Niels in e-Boks, he with an access of hers, and a letter from a company.
async fn in_e_boks(suite: &Suite, scope: AccessScope) -> (Citizen, Citizen, String) {
    let (karen, niels) = suite.karen_and_niels().await;
    let (karen, niels) = (karen.at(Portal::EBoks), niels.at(Portal::EBoks));
    karen.shares_private_post(&niels, scope).await;
    let letter = suite.company(Portal::EBoks).delivers(&karen.person, Letter::about("Police")).await.unwrap().message;
    (karen, niels, letter)
}

async fn is_read(karen: &Citizen, letter: &str) -> bool {
    karen.lists("mailboxes/me").await.unwrap().iter().find(|listed| listed.name == letter).unwrap().read
}

async fn r14_laesning_lists_and_reads_and_changes_nothing(suite: Suite) {
    let (karen, niels, letter) = in_e_boks(&suite, AccessScope::PrivatePostRead).await;
    assert!(niels.subjects(&karen.mailbox).await.unwrap().contains(&"Police".to_owned()));
    assert!(niels.opens(&letter).await.unwrap().body_text.contains("Police"));
    assert!(!is_read(&karen, &letter).await, "opening marks nothing, since he may not mark");
    let archive = format!("{}/folders/archive", karen.mailbox);
    for (act, refused) in [("MARK", niels.marks(&letter, true).await), ("MOVE", niels.moves(&letter, &archive).await)] {
        let refused = refused.refused("ACT_NOT_ALLOWED");
        let said = (refused.metadata["act"].as_str(), refused.metadata["capacity"].as_str());
        assert_eq!(said, (act, "PRIVATE_READER"));
    }
    assert!(!is_read(&karen, &letter).await);
    assert!(karen.lists_folder(&karen.mailbox, &archive).await.unwrap().is_empty());
}

async fn r14_redigering_also_moves_and_marks(suite: Suite) {
    let (karen, niels, letter) = in_e_boks(&suite, AccessScope::PrivatePostEdit).await;
    niels.opens(&letter).await.unwrap();
    assert!(is_read(&karen, &letter).await);
    niels.marks(&letter, false).await.unwrap();
    assert!(!is_read(&karen, &letter).await);
    let archive = format!("{}/folders/archive", karen.mailbox);
    niels.moves(&letter, &archive).await.unwrap();
    assert_eq!(karen.lists_folder(&karen.mailbox, &archive).await.unwrap().len(), 1);
}

async fn r14_neither_deletes_nor_makes_folders_nor_sees_settings(suite: Suite) {
    for scope in [AccessScope::PrivatePostRead, AccessScope::PrivatePostEdit] {
        let (karen, niels, letter) = in_e_boks(&suite, scope).await;
        let own = karen.makes_folder("mailboxes/me", &format!("{scope:?}")).await.unwrap();
        let bin = format!("{}/folders/bin", karen.mailbox);
        niels.deletes(&letter).await.refused("ACT_NOT_ALLOWED");
        niels.moves(&letter, &bin).await.refused("ACT_NOT_ALLOWED");
        niels.makes_folder(&karen.mailbox, "Ny").await.refused("ACT_NOT_ALLOWED");
        niels.renames_folder(&own, "Ny").await.refused("ACT_NOT_ALLOWED");
        niels.deletes_folder(&own).await.refused("ACT_NOT_ALLOWED");
        let settings = GetSettingsRequest { name: format!("{}/settings", karen.mailbox) };
        let settings = suite.clients().mailbox().get_settings(niels.request(settings)).await;
        answer(settings).refused("ACT_NOT_ALLOWED");
        // Out of the bin is as forbidden as into it.
        karen.deletes(&letter).await.unwrap();
        let inbox = format!("{}/folders/inbox", karen.mailbox);
        niels.moves(&letter, &inbox).await.refused("ACT_NOT_ALLOWED");
        niels.restores(&letter).await.refused("ACT_NOT_ALLOWED");
        niels.purges(&letter).await.refused("ACT_NOT_ALLOWED");
        assert_eq!(karen.folder(&bin).await.unwrap().message_count, 1);
        karen.purges(&letter).await.unwrap();
        let given = karen.given_accesses().await.unwrap().accesses.remove(0);
        karen.removes(&given).await.unwrap();
    }
}

async fn r14_p4_private_access_opens_no_public_post(suite: Suite) {
    let (karen, niels, letter) = in_e_boks(&suite, AccessScope::PrivatePostEdit).await;
    karen.shows_public_post(true, true).await.unwrap();
    let public = suite.authority().delivers(&karen.person, Letter::about("Skat")).await.unwrap().message;
    assert!(karen.lists("mailboxes/me").await.unwrap().iter().any(|listed| listed.name == public));
    assert!(niels.lists(&karen.mailbox).await.unwrap().iter().all(|listed| listed.name != public));
    niels.opens(&public).await.refused("NOT_FOUND");
    niels.marks(&public, true).await.refused("NOT_FOUND");
    niels.at(Portal::MitDk).opens(&letter).await.refused("ONLY_IN_OWN_PORTAL");
}
