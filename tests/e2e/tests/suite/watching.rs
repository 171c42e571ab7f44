//! Watching a mailbox: what changes in it is told to every portal that shows it, as far as it shows it.

use api::mailbox::v1::MailboxChangeKind as Change;
use harness::actor::citizen_watch::Watch;
use harness::{Letter, Person, Refusable as _, Suite, on_both};
use kernel::Portal;

on_both! {
    Suite: p3_what_one_portal_does_the_watch_of_another_shows,
    p3_a_watch_goes_on_where_it_broke,
    a6_a_watch_ends_with_its_access,
    a6_a_resume_token_dies_with_the_access_it_was_made_under,
    a11_a_reader_watches_public_post_and_nothing_else,
    p4_a_watch_sees_what_its_portal_shows,
}

/// The next change, and the letter it is about.
async fn next(watch: &mut Watch) -> (Change, String) {
    let change = watch.next().await.unwrap();
    (change.kind(), change.message)
}

async fn p3_what_one_portal_does_the_watch_of_another_shows(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    niels.is_given_access_by(&karen).await;
    let mut karens = karen.at(Portal::DigitalPostApp).watches("mailboxes/me", "").await.unwrap();
    let mut niels_s = niels.watches(&karen.mailbox, "").await.unwrap();
    let letter = suite.authority().delivers(&karen.person, Letter::about("Sag")).await.unwrap().message;
    niels.opens(&letter).await.unwrap();
    karen.opens(&letter).await.unwrap();
    karen.makes_folder("mailboxes/me", "Sager").await.unwrap();
    karen.moves(&letter, &format!("{}/folders/archive", karen.mailbox)).await.unwrap();
    for watch in [&mut karens, &mut niels_s] {
        assert_eq!(next(watch).await, (Change::MessageAdded, letter.clone()));
        assert_eq!(next(watch).await, (Change::MessageChanged, letter.clone()), "read by the first opening only");
        assert_eq!(next(watch).await, (Change::FoldersChanged, String::new()));
        assert_eq!(next(watch).await, (Change::MessageChanged, letter.clone()));
    }
}

async fn p3_a_watch_goes_on_where_it_broke(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let mut watch = karen.watches("mailboxes/me", "").await.unwrap();
    let mut letters = Vec::new();
    for subject in ["En", "To"] {
        letters.push(suite.authority().delivers(&karen.person, Letter::about(subject)).await.unwrap().message);
    }
    karen.marks_all(&[&letters[0], &letters[1]], true).await.unwrap();
    let mut told = Vec::new();
    for _ in 0..4 {
        told.push(watch.next().await.unwrap());
    }
    drop(watch);
    for (at, change) in told.iter().enumerate().take(3) {
        let mut again = karen.watches("mailboxes/me", &change.resume_token).await.unwrap();
        let next = again.next().await.unwrap();
        assert_eq!((next.kind(), &next.message), (told[at + 1].kind(), &told[at + 1].message), "after {at}");
    }
    let niels = suite.citizen(Person::niels()).await;
    niels.watches("mailboxes/me", &told[0].resume_token).await.refused("RESUME_TOKEN_INVALID");
}

async fn a6_a_watch_ends_with_its_access(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    niels.watches(&karen.mailbox, "").await.refused("NOT_FOUND");
    let access = niels.is_given_access_by(&karen).await;
    let mut watch = niels.watches(&karen.mailbox, "").await.unwrap();
    karen.removes(&access).await.unwrap();
    let refused = watch.next().await.refused("ACCESS_ENDED");
    assert_eq!(refused.metadata["access"], access.name);
    niels.watches(&karen.mailbox, "").await.refused("ACCESS_ENDED");
}

async fn a6_a_resume_token_dies_with_the_access_it_was_made_under(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let first = niels.is_given_access_by(&karen).await;
    let mut watch = niels.watches(&karen.mailbox, "").await.unwrap();
    suite.authority().delivers(&karen.person, Letter::about("Sag")).await.unwrap();
    let token = watch.next().await.unwrap().resume_token;
    karen.removes(&first).await.unwrap();
    niels.is_given_access_by(&karen).await;
    niels.watches(&karen.mailbox, &token).await.refused("RESUME_TOKEN_INVALID");
    // The open stream began under the first access, and goes on under no other.
    assert!(watch.next().await.is_err());
}

async fn a11_a_reader_watches_public_post_and_nothing_else(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    karen.shows_public_post(true, true).await.unwrap();
    niels.is_given_access_by(&karen).await;
    let mut watch = niels.at(Portal::EBoks).watches(&karen.mailbox, "").await.unwrap();
    let mut owners = karen.at(Portal::EBoks).watches("mailboxes/me", "").await.unwrap();
    let private = suite.company(Portal::EBoks).delivers(&karen.person, Letter::about("Privat")).await.unwrap().message;
    karen.at(Portal::EBoks).opens(&private).await.unwrap();
    // A17: a notice about another access is not his to know of either.
    suite.citizen(Person::mette()).await.is_given_access_by(&karen).await;
    let public = suite.authority().delivers(&karen.person, Letter::about("Offentlig")).await.unwrap().message;
    assert_eq!(next(&mut watch).await, (Change::MessageAdded, public));
    assert_eq!(next(&mut owners).await, (Change::MessageAdded, private.clone()));
    assert_eq!(next(&mut owners).await, (Change::MessageChanged, private));
}

async fn p4_a_watch_sees_what_its_portal_shows(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    karen.shows_public_post(true, false).await.unwrap();
    niels.is_given_access_by(&karen).await;
    let mut owners = karen.at(Portal::EBoks).watches("mailboxes/me", "").await.unwrap();
    let mut readers = niels.at(Portal::EBoks).watches(&karen.mailbox, "").await.unwrap();
    karen.shows_public_post(false, false).await.unwrap();
    suite.authority().delivers(&karen.person, Letter::about("Offentlig")).await.unwrap();
    let private = suite.company(Portal::EBoks).delivers(&karen.person, Letter::about("Privat")).await.unwrap().message;
    assert_eq!(next(&mut owners).await, (Change::MailboxChanged, String::new()));
    assert_eq!(next(&mut owners).await, (Change::MessageAdded, private), "and not the public letter");
    readers.next().await.refused("PORTAL_DOES_NOT_SHOW_PUBLIC_POST");
}
