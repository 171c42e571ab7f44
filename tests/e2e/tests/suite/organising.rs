//! What a reader may change in the owner's mailbox, and what not.

use api::mailbox::v1::{FolderKind, MarkMessagesRequest, MoveMessagesRequest};
use harness::suite::answer;
use harness::{Letter, Refusable as _, Suite, on_both};

on_both! {
    Suite: r2_a_reader_makes_folders,
    r2_a_folder_name_is_taken_without_regard_to_case,
    r3_a_reader_moves_letters_between_folders,
    r3_the_bin_is_no_folder_for_a_reader,
    r4_a_reader_marks_read_and_unread,
    r7_a_reader_deletes_nothing,
    m5_counts_follow_the_letters,
    m5_each_letter_of_a_bulk_act_has_its_own_outcome,
}

async fn r2_a_reader_makes_folders(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    niels.is_given_access_by(&karen).await;
    let made = niels.makes_folder(&karen.mailbox, "Kommunen").await.unwrap();
    assert_eq!((made.kind(), made.display_name.as_str()), (FolderKind::Own, "Kommunen"));
    let folders = karen.folders(&karen.mailbox).await.unwrap();
    assert!(folders.iter().any(|folder| folder.name == made.name), "the owner has it too");
    let kinds: Vec<FolderKind> = folders.iter().map(api::mailbox::v1::Folder::kind).collect();
    assert_eq!(kinds, [FolderKind::Inbox, FolderKind::Sent, FolderKind::Archive, FolderKind::Bin, FolderKind::Own]);
    assert!(niels.folders(&niels.mailbox).await.unwrap().iter().all(|folder| folder.name != made.name));
}

async fn r2_a_folder_name_is_taken_without_regard_to_case(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    niels.is_given_access_by(&karen).await;
    let made = karen.makes_folder(&karen.mailbox, "Ældre sager").await.unwrap();
    let refused = niels.makes_folder(&karen.mailbox, "ÆLDRE SAGER").await.refused("FOLDER_NAME_TAKEN");
    assert_eq!(refused.metadata["folder"], made.name);
}

async fn r3_a_reader_moves_letters_between_folders(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let receipt = suite.authority().delivers(&karen.person, Letter::about("Byggesag")).await.unwrap();
    niels.is_given_access_by(&karen).await;
    let folder = niels.makes_folder(&karen.mailbox, "Byggeri").await.unwrap();
    let archive = format!("{}/folders/archive", karen.mailbox);
    for destination in [&folder.name, &archive] {
        niels.moves(&receipt.message, destination).await.unwrap();
        let listed = karen.lists_folder(&karen.mailbox, destination).await.unwrap();
        assert_eq!(listed.len(), 1);
        assert_eq!(listed[0].folder, *destination);
    }
    let elsewhere = niels.makes_folder(&niels.mailbox, "Mine").await.unwrap();
    // Another mailbox's folder is no destination.
    assert!(niels.moves(&receipt.message, &elsewhere.name).await.is_err());
    assert_eq!(karen.lists_folder(&karen.mailbox, &archive).await.unwrap().len(), 1);
}

async fn r3_the_bin_is_no_folder_for_a_reader(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let receipt = suite.authority().delivers(&karen.person, Letter::about("Bevares")).await.unwrap();
    niels.is_given_access_by(&karen).await;
    let bin = format!("{}/folders/bin", karen.mailbox);
    niels.moves(&receipt.message, &bin).await.refused("ACT_NOT_ALLOWED");
    assert!(karen.lists_folder(&karen.mailbox, &bin).await.unwrap().is_empty());
    // And out of it is restoring.
    karen.deletes(&receipt.message).await.unwrap();
    let inbox = format!("{}/folders/inbox", karen.mailbox);
    niels.moves(&receipt.message, &inbox).await.refused("ACT_NOT_ALLOWED");
    assert_eq!(karen.lists_folder(&karen.mailbox, &bin).await.unwrap().len(), 1);
}

async fn r4_a_reader_marks_read_and_unread(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let receipt = suite.authority().delivers(&karen.person, Letter::about("Ulæst")).await.unwrap();
    niels.is_given_access_by(&karen).await;
    for read in [true, false, false] {
        niels.marks(&receipt.message, read).await.unwrap();
        let listed = karen.lists(&karen.mailbox).await.unwrap();
        assert_eq!(listed.iter().find(|letter| letter.name == receipt.message).unwrap().read, read);
    }
}

async fn r7_a_reader_deletes_nothing(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let receipt = suite.authority().delivers(&karen.person, Letter::about("Bevares")).await.unwrap();
    niels.is_given_access_by(&karen).await;
    let refused = niels.deletes(&receipt.message).await.refused("ACT_NOT_ALLOWED");
    assert_eq!((refused.metadata["act"].as_str(), refused.metadata["capacity"].as_str()), ("DELETE", "READER"));
    assert!(karen.lists(&karen.mailbox).await.unwrap().iter().any(|letter| letter.name == receipt.message));
    karen.deletes(&receipt.message).await.unwrap();
    assert!(karen.lists(&karen.mailbox).await.unwrap().iter().all(|letter| letter.name != receipt.message));
}

async fn m5_counts_follow_the_letters(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    niels.is_given_access_by(&karen).await;
    let archive = format!("{}/folders/archive", karen.mailbox);
    let mut letters = Vec::new();
    for number in 0..3 {
        let letter = Letter::about(&format!("Brev {number}"));
        letters.push(suite.authority().delivers(&karen.person, letter).await.unwrap().message);
    }
    niels.opens(&letters[0]).await.unwrap();
    niels.moves(&letters[0], &archive).await.unwrap();
    niels.moves(&letters[1], &archive).await.unwrap();
    karen.deletes(&letters[1]).await.unwrap();
    for citizen in [&karen, &niels] {
        for folder in citizen.folders(&karen.mailbox).await.unwrap() {
            let listed = citizen.lists_folder(&karen.mailbox, &folder.name).await.unwrap();
            let unread = listed.iter().filter(|letter| !letter.read).count();
            let counted = (usize::try_from(folder.message_count), usize::try_from(folder.unread_count));
            assert_eq!(counted, (Ok(listed.len()), Ok(unread)), "{}", folder.display_name);
        }
    }
}

async fn m5_each_letter_of_a_bulk_act_has_its_own_outcome(suite: Suite) {
    let (karen, _) = suite.karen_and_niels().await;
    let there = suite.authority().delivers(&karen.person, Letter::about("Her")).await.unwrap().message;
    let gone = format!("{}/messages/0192f0c1-2f4a-7cc3-98c4-dc0c0c07398f", karen.mailbox);
    let mark = MarkMessagesRequest {
        parent: karen.mailbox.clone(),
        names: vec![gone.clone(), there.clone()],
        read: true,
        request_id: String::new(),
    };
    let marked = answer(suite.clients().mailbox().mark_messages(karen.request(mark)).await).unwrap().outcomes;
    assert_eq!(marked.iter().map(|outcome| outcome.name.as_str()).collect::<Vec<_>>(), [gone.as_str(), there.as_str()]);
    assert_eq!(marked[0].refusal.as_ref().unwrap().reason().as_str_name(), "ERROR_REASON_NOT_FOUND");
    assert!(marked[1].refusal.is_none());
    let twice = MoveMessagesRequest {
        parent: karen.mailbox.clone(),
        names: vec![there.clone(), there],
        destination_folder: format!("{}/folders/archive", karen.mailbox),
        request_id: String::new(),
    };
    let refused = answer(suite.clients().mailbox().move_messages(karen.request(twice)).await).refused("INVALID_FIELDS");
    assert!(refused.fields.iter().any(|field| field.starts_with("names")), "{refused:?}");
}
