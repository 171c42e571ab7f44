//! The tree of folders: the owner shapes it, a reader adds to it.

use api::mailbox::v1::{DeleteFolderRequest, RenameFolderRequest};
use harness::suite::answer;
use harness::{Letter, Person, Refusable as _, Suite, on_both};
use kernel::Portal;

on_both! {
    Suite: m5_p7_the_owner_renames_and_moves_folders,
    m5_no_folder_lies_in_itself_or_too_deep,
    m5_siblings_have_names_of_their_own,
    m5_an_etag_tells_of_a_change_by_another,
    m5_r7_a_deleted_folders_letters_go_to_the_bin,
    m5_a_deleted_folder_takes_private_post_along,
    m5_the_four_folders_of_every_mailbox_stay,
    m5_a_repeated_deletion_of_a_folder_answers_the_same,
    r10_r7_a_reader_neither_renames_nor_moves_nor_deletes_folders,
}

async fn m5_p7_the_owner_renames_and_moves_folders(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let house = karen.makes_folder(&karen.mailbox, "Bolig").await.unwrap();
    let tax = karen.makes_folder(&karen.mailbox, "Skat").await.unwrap();
    let year = karen.makes_folder_in(&tax, "2026").await.unwrap();
    let letter = suite.authority().delivers(&karen.person, Letter::about("Ejendomsskat")).await.unwrap().message;
    karen.moves(&letter, &year.name).await.unwrap();
    let renamed = karen.renames_folder(&tax, "SKAT og told").await.unwrap();
    assert_eq!((renamed.display_name.as_str(), renamed.name == tax.name), ("SKAT og told", true));
    let moved = karen.moves_folder(&renamed, &house.name).await.unwrap();
    assert_eq!(moved.parent_folder, house.name);
    let names: Vec<String> = karen.folders(&karen.mailbox).await.unwrap().into_iter().map(|f| f.display_name).collect();
    assert_eq!(names[4..], ["Bolig", "SKAT og told", "2026"]);
    assert_eq!(karen.folder(&year.name).await.unwrap().message_count, 1, "all that is in it comes along");
    let top = karen.moves_folder(&moved, "").await.unwrap();
    assert_eq!(top.parent_folder, "");
}

async fn m5_no_folder_lies_in_itself_or_too_deep(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let mut chain = vec![karen.makes_folder(&karen.mailbox, "1").await.unwrap()];
    for level in 2..=10 {
        let deeper = karen.makes_folder_in(chain.last().unwrap(), &level.to_string()).await.unwrap();
        chain.push(deeper);
    }
    let refused = karen.makes_folder_in(&chain[9], "11").await.refused("FOLDER_TOO_DEEP");
    assert_eq!(refused.metadata["limit"], "10");
    karen.moves_folder(&chain[0], &chain[9].name).await.refused("FOLDER_LOOP");
    karen.moves_folder(&chain[3], &chain[3].name).await.refused("FOLDER_LOOP");
    let pair = karen.makes_folder(&karen.mailbox, "Par").await.unwrap();
    karen.makes_folder_in(&pair, "Barn").await.unwrap();
    karen.moves_folder(&pair, &chain[8].name).await.refused("FOLDER_TOO_DEEP");
    assert_eq!(karen.moves_folder(&pair, &chain[7].name).await.unwrap().parent_folder, chain[7].name);
}

async fn m5_siblings_have_names_of_their_own(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let one = karen.makes_folder(&karen.mailbox, "Børn").await.unwrap();
    let other = karen.makes_folder(&karen.mailbox, "Skole").await.unwrap();
    let below = karen.makes_folder_in(&other, "BØRN").await.unwrap();
    let refused = karen.renames_folder(&other, "bøRN").await.refused("FOLDER_NAME_TAKEN");
    assert_eq!(refused.metadata["folder"], one.name);
    let refused = karen.moves_folder(&below, "").await.refused("FOLDER_NAME_TAKEN");
    assert_eq!(refused.metadata["folder"], one.name);
    assert_eq!(karen.renames_folder(&one, "BØRN").await.unwrap().display_name, "BØRN", "its own name is not taken");
}

async fn m5_an_etag_tells_of_a_change_by_another(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let read = karen.makes_folder(&karen.mailbox, "Læge").await.unwrap();
    let now = karen.renames_folder(&read, "Sundhed").await.unwrap();
    let (name, etag) = (read.name.clone(), read.etag.clone());
    let request = RenameFolderRequest { name, display_name: "Sygdom".to_owned(), etag, request_id: String::new() };
    let refused = karen.renames(request.clone()).await.refused("ETAG_MISMATCH");
    assert_eq!(refused.metadata["etag"], now.etag);
    let delete = DeleteFolderRequest { name: read.name, etag: read.etag, request_id: String::new() };
    answer(suite.clients().mailbox().delete_folder(karen.request(delete)).await).refused("ETAG_MISMATCH");
    assert_eq!(karen.renames(RenameFolderRequest { etag: now.etag, ..request }).await.unwrap().display_name, "Sygdom");
}

async fn m5_r7_a_deleted_folders_letters_go_to_the_bin(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let folder = karen.makes_folder(&karen.mailbox, "Sager").await.unwrap();
    let below = karen.makes_folder_in(&folder, "Gamle").await.unwrap();
    let mut letters = Vec::new();
    for place in [&folder.name, &below.name] {
        let letter = suite.authority().delivers(&karen.person, Letter::about("Sag")).await.unwrap().message;
        karen.moves(&letter, place).await.unwrap();
        letters.push(letter);
    }
    karen.marks(&letters[0], true).await.unwrap();
    assert_eq!(karen.deletes_folder(&folder).await.unwrap(), 2);
    let bin = karen.folder(&format!("{}/folders/bin", karen.mailbox)).await.unwrap();
    assert_eq!((bin.message_count, bin.unread_count), (2, 1));
    assert_eq!(karen.folders(&karen.mailbox).await.unwrap().len(), 4, "both folders are gone");
    karen.restores(&letters[1]).await.unwrap();
    let inbox = format!("{}/folders/inbox", karen.mailbox);
    assert_eq!(karen.lists_folder(&karen.mailbox, &inbox).await.unwrap()[0].name, letters[1], "its folder is gone");
    suite.advance(std::time::Duration::from_hours(30 * 24 + 1)).await;
    assert!(karen.lists_folder(&karen.mailbox, &bin.name).await.unwrap().is_empty(), "its time in the bin is over");
    karen.deletes_folder(&folder).await.refused("NOT_FOUND");
}

async fn m5_a_deleted_folder_takes_private_post_along(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let folder = karen.makes_folder(&karen.mailbox, "Bank").await.unwrap();
    let private = suite.company(Portal::EBoks).delivers(&karen.person, Letter::about("Konto")).await.unwrap().message;
    let in_e_boks = karen.at(Portal::EBoks);
    in_e_boks.moves(&private, &folder.name).await.unwrap();
    assert_eq!(karen.deletes_folder(&folder).await.unwrap(), 0, "none that borger.dk shows");
    let bin = format!("{}/folders/bin", karen.mailbox);
    assert_eq!(karen.folder(&bin).await.unwrap().message_count, 0);
    assert_eq!(in_e_boks.folder(&bin).await.unwrap().message_count, 1);
    in_e_boks.restores(&private).await.unwrap();
}

async fn m5_the_four_folders_of_every_mailbox_stay(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let own = karen.makes_folder(&karen.mailbox, "Egen").await.unwrap();
    for system in &karen.folders(&karen.mailbox).await.unwrap()[..4] {
        let refused = karen.renames_folder(system, "Ny").await.refused("SYSTEM_FOLDER");
        assert_eq!(refused.metadata["folder"], system.name);
        karen.moves_folder(system, &own.name).await.refused("SYSTEM_FOLDER");
        karen.deletes_folder(system).await.refused("SYSTEM_FOLDER");
        karen.moves_folder(&own, &system.name).await.refused("SYSTEM_FOLDER");
        karen.makes_folder_in(system, "Under").await.refused("SYSTEM_FOLDER");
    }
}

async fn m5_a_repeated_deletion_of_a_folder_answers_the_same(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let folder = karen.makes_folder(&karen.mailbox, "Sager").await.unwrap();
    let letter = suite.authority().delivers(&karen.person, Letter::about("Sag")).await.unwrap().message;
    karen.moves(&letter, &folder.name).await.unwrap();
    let request = DeleteFolderRequest { name: folder.name, etag: folder.etag, request_id: "delete-1".to_owned() };
    for _ in 0..2 {
        let deleted = suite.clients().mailbox().delete_folder(karen.request(request.clone())).await;
        assert_eq!(answer(deleted).unwrap().deleted_message_count, 1);
    }
}

async fn r10_r7_a_reader_neither_renames_nor_moves_nor_deletes_folders(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let parent = karen.makes_folder(&karen.mailbox, "Bolig").await.unwrap();
    niels.is_given_access_by(&karen).await;
    let made = niels.makes_folder(&karen.mailbox, "Byggeri").await.unwrap();
    for folder in [&parent, &made] {
        for (act, refused) in [
            ("RENAME_FOLDER", niels.renames_folder(folder, "Andet").await.map(|_| ())),
            ("RENAME_FOLDER", niels.moves_folder(folder, &parent.name).await.map(|_| ())),
            ("DELETE_FOLDER", niels.deletes_folder(folder).await.map(|_| ())),
        ] {
            let refused = refused.refused("ACT_NOT_ALLOWED");
            let said = (refused.metadata["act"].as_str(), refused.metadata["capacity"].as_str());
            assert_eq!(said, (act, "READER"));
        }
    }
    let folders = karen.folders(&karen.mailbox).await.unwrap();
    assert!([&parent, &made].into_iter().all(|folder| folders.contains(folder)), "nothing of what he tried was done");
}
