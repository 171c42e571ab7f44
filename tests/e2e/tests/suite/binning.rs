//! The bin: in, out, and away for good.

use harness::{Letter, Person, Refusable as _, Suite, on_both};
use kernel::Clock as _;
use std::time::Duration;

on_both! {
    Suite: m5_a_letter_goes_back_to_the_folder_it_was_deleted_from,
    m5_a_letter_is_purged_on_demand_and_only_from_the_bin,
    m5_the_bin_is_emptied_of_what_has_lain_there_for_thirty_days,
    p7_the_owner_reads_marks_organises_deletes_and_sets,
}

async fn m5_a_letter_goes_back_to_the_folder_it_was_deleted_from(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let own = karen.makes_folder(&karen.mailbox, "Bolig").await.unwrap().name;
    let letter = suite.authority().delivers(&karen.person, Letter::about("Leje")).await.unwrap().message;
    for folder in [own, format!("{}/folders/archive", karen.mailbox), format!("{}/folders/inbox", karen.mailbox)] {
        karen.moves(&letter, &folder).await.unwrap();
        karen.deletes(&letter).await.unwrap();
        assert!(karen.lists_folder(&karen.mailbox, &folder).await.unwrap().is_empty());
        karen.restores(&letter).await.unwrap();
        let back = karen.lists_folder(&karen.mailbox, &folder).await.unwrap();
        assert_eq!((back.len(), back[0].name.as_str(), &back[0].purge_time), (1, letter.as_str(), &None));
        karen.restores(&letter).await.refused("STATE_CONFLICT");
    }
}

async fn m5_a_letter_is_purged_on_demand_and_only_from_the_bin(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let letter =
        suite.authority().delivers(&karen.person, Letter::about("Kvittering").with_pdf("k.pdf")).await.unwrap();
    karen.purges(&letter.message).await.refused("STATE_CONFLICT");
    karen.deletes(&letter.message).await.unwrap();
    assert_eq!(karen.opens(&letter.message).await.unwrap().files.len(), 1, "it can still be read there");
    karen.purges(&letter.message).await.unwrap();
    karen.opens(&letter.message).await.refused("NOT_FOUND");
    karen.restores(&letter.message).await.refused("NOT_FOUND");
    assert!(karen.finds(&karen.mailbox, "kvittering").await.unwrap().is_empty());
    let folders = karen.folders(&karen.mailbox).await.unwrap();
    assert_eq!(folders.iter().map(|folder| folder.message_count).sum::<i64>(), 0);
}

async fn m5_the_bin_is_emptied_of_what_has_lain_there_for_thirty_days(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let mut letters = Vec::new();
    for subject in ["Først", "Sidst"] {
        let letter = suite.authority().delivers(&karen.person, Letter::about(subject)).await.unwrap().message;
        karen.deletes(&letter).await.unwrap();
        letters.push(letter);
        suite.advance(Duration::from_hours(1)).await;
    }
    let bin = format!("{}/folders/bin", karen.mailbox);
    let in_bin = async || karen.lists_folder(&karen.mailbox, &bin).await.unwrap();
    let purge_time = in_bin().await[1].purge_time.unwrap().seconds;
    assert_eq!(purge_time, suite.clock().now().as_secs() + (30 * 24 - 2) * 3_600);
    suite.advance(Duration::from_hours(30 * 24 - 2) - Duration::from_secs(1)).await;
    assert_eq!(in_bin().await.len(), 2);
    suite.advance(Duration::from_secs(1)).await;
    let left: Vec<String> = in_bin().await.into_iter().map(|letter| letter.name).collect();
    assert_eq!(left, letters[1..]);
    let counted = karen.folder(&bin).await.unwrap();
    assert_eq!((counted.message_count, counted.unread_count), (1, 1));
}

async fn p7_the_owner_reads_marks_organises_deletes_and_sets(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    niels.is_given_access_by(&karen).await;
    let letter = suite.authority().delivers(&karen.person, Letter::about("Skat")).await.unwrap().message;
    assert!(karen.opens(&letter).await.unwrap().summary.unwrap().read);
    karen.marks(&letter, false).await.unwrap();
    let folder = karen.makes_folder("mailboxes/me", "Skat").await.unwrap();
    karen.moves(&letter, &folder.name).await.unwrap();
    let listed = karen.lists_folder(&karen.mailbox, &folder.name).await.unwrap();
    assert_eq!((listed[0].name.as_str(), listed[0].read), (letter.as_str(), false));
    karen.renames_folder(&folder, "Told").await.unwrap();
    karen.deletes_folder(&folder).await.unwrap();
    karen.purges(&letter).await.unwrap();
    assert!(karen.shows_public_post(true, true).await.unwrap().show_public_post_in_e_boks);
}
