//! Notices about a person's own accesses: public post to them, and nothing at all to their readers.

use api::access::v1::AccessScope;
use api::core::v1::PostKind;
use harness::{Letter, Person, Refusable as _, Suite, on_both};
use kernel::Portal;
use std::time::Duration;

on_both! {
    Suite: a17_notices_about_accesses_are_for_their_recipient_alone,
    a17_notices_about_private_accesses_are_for_their_recipient_alone,
    a10_all_other_public_post_is_the_readers_too,
    n7_an_own_notice_brings_an_email_to_its_recipient_and_to_no_reader,
}

async fn a17_notices_about_accesses_are_for_their_recipient_alone(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let mette = suite.citizen(Person::mette()).await;
    karen.shows_public_post(true, true).await.unwrap();
    niels.is_given_access_by(&karen).await;
    mette.is_given_access_by(&karen).await;
    for portal in [Portal::BorgerDk, Portal::DigitalPostApp, Portal::EBoks, Portal::MitDk] {
        let (karen, niels) = (karen.at(portal), niels.at(portal));
        let notices = karen.lists("mailboxes/me").await.unwrap();
        assert!(!notices.is_empty(), "{portal}: the owner has them wherever public post shows");
        let counted = karen.sees_mailbox("mailboxes/me").await.unwrap().message_count;
        assert_eq!(usize::try_from(counted), Ok(notices.len()), "{portal}");
        assert!(niels.lists(&karen.mailbox).await.unwrap().is_empty(), "{portal}");
        assert!(niels.reads_log(&karen.mailbox).await.unwrap().is_empty(), "{portal}");
        let seen = niels.sees_mailbox(&karen.mailbox).await.unwrap();
        assert_eq!((seen.message_count, seen.unread_count), (0, 0), "{portal}");
        let folders = niels.folders(&karen.mailbox).await.unwrap();
        assert!(folders.iter().all(|folder| folder.message_count == 0), "{portal}");
        assert!(niels.opens(&notices[0].name).await.is_err() && niels.marks(&notices[0].name, true).await.is_err());
    }
}

async fn a10_all_other_public_post_is_the_readers_too(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    niels.is_given_access_by(&karen).await;
    for subject in ["Skat", "Byggesag"] {
        suite.authority().delivers(&karen.person, Letter::about(subject)).await.unwrap();
    }
    let mut subjects = niels.subjects(&karen.mailbox).await.unwrap();
    // They came at the same moment.
    subjects.sort();
    assert_eq!(subjects, ["Byggesag", "Skat"]);
}

async fn n7_an_own_notice_brings_an_email_to_its_recipient_and_to_no_reader(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let mette = suite.citizen(Person::mette()).await;
    let access = niels.is_given_access_by(&karen).await;
    niels.is_mailed_at(&access, "niels@example.dk").await;
    karen.is_mailed_about_own_post_at("karen@example.dk").await;
    suite.advance(Duration::from_mins(2)).await;
    let count = |address| suite.mails_to(address).len();
    let before = (count("niels@example.dk"), count("karen@example.dk"));
    mette.is_given_access_by(&karen).await;
    suite.advance(Duration::from_mins(2)).await;
    assert_eq!((count("niels@example.dk"), count("karen@example.dk")), (before.0, before.1 + 1));
}

async fn a17_notices_about_private_accesses_are_for_their_recipient_alone(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let mette = suite.citizen(Person::mette()).await;
    let (karen, niels, mette) = (karen.at(Portal::EBoks), niels.at(Portal::EBoks), mette.at(Portal::EBoks));
    suite.company(Portal::EBoks).delivers(&karen.person, Letter::about("Police")).await.unwrap();
    for reader in [&niels, &mette] {
        reader.is_given_private_access_by(&karen, AccessScope::PrivatePostEdit).await;
    }
    let hers = karen.lists("mailboxes/me").await.unwrap();
    let counted = karen.sees_mailbox("mailboxes/me").await.unwrap().message_count;
    assert!(hers.len() > 1 && usize::try_from(counted) == Ok(hers.len()), "the owner has them in e-Boks");
    assert!(
        hers.iter()
            .all(|letter| letter.post_kind() == PostKind::Private && letter.portal() == api::core::v1::Portal::EBoks)
    );
    for portal in [Portal::BorgerDk, Portal::MitDk] {
        assert!(karen.at(portal).lists("mailboxes/me").await.unwrap().is_empty(), "{portal}");
    }
    assert_eq!(niels.subjects(&karen.mailbox).await.unwrap(), ["Police"]);
    assert_eq!(niels.sees_mailbox(&karen.mailbox).await.unwrap().message_count, 1);
    assert_eq!(niels.finds(&karen.mailbox, "digital").await.unwrap().len(), 0);
    let notice = hers.iter().find(|letter| letter.subject != "Police").unwrap();
    niels.opens(&notice.name).await.refused("NOT_FOUND");
    niels.marks(&notice.name, true).await.refused("NOT_FOUND");
}
