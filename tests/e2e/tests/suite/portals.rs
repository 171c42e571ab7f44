//! What each portal shows, and to whom.

use api::core::v1::PostKind;
use harness::{Letter, Person, Refusable as _, Suite, on_both};
use kernel::Portal;

on_both! {
    Suite: a11_a_reader_never_sees_private_post,
    a24_an_access_holds_in_every_portal,
    p3_what_is_done_in_one_portal_is_so_in_every_other,
    p3_four_portals_show_the_same_after_every_act,
    p4_commercial_portals_show_public_post_only_where_the_owner_chose_so,
    p4_only_the_owner_chooses,
    p9_private_post_shows_in_its_own_portal_only,
}

async fn a11_a_reader_never_sees_private_post(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    karen.shows_public_post(true, true).await.unwrap();
    niels.is_given_access_by(&karen).await;
    suite.authority().delivers(&karen.person, Letter::about("Offentlig")).await.unwrap();
    let private = suite.company(Portal::EBoks).delivers(&karen.person, Letter::about("Privat")).await.unwrap();
    for portal in [Portal::BorgerDk, Portal::DigitalPostApp, Portal::EBoks, Portal::MitDk] {
        let niels = niels.at(portal);
        let listed = niels.lists(&karen.mailbox).await.unwrap();
        assert!(listed.iter().all(|letter| letter.post_kind() == PostKind::Public), "{portal}");
        let counted: i64 = niels.folders(&karen.mailbox).await.unwrap().iter().map(|folder| folder.message_count).sum();
        assert_eq!(usize::try_from(counted), Ok(listed.len()), "{portal}");
        let mailbox = niels.sees_mailbox(&karen.mailbox).await.unwrap();
        assert_eq!(usize::try_from(mailbox.message_count), Ok(listed.len()), "{portal}");
        assert_eq!(mailbox.visible_post_kinds, [i32::from(PostKind::Public)]);
        // As if it were not there.
        let hidden = niels.opens(&private.message).await.refused("NOT_FOUND");
        let unknown = format!("{}/messages/0192f0c1-2f4a-7cc3-98c4-dc0c0c07398f", karen.mailbox);
        assert_eq!(hidden, niels.opens(&unknown).await.refused("NOT_FOUND"));
        niels.marks(&private.message, true).await.refused("NOT_FOUND");
        niels.moves(&private.message, &format!("{}/folders/archive", karen.mailbox)).await.refused("NOT_FOUND");
    }
    let own = karen.at(Portal::EBoks).lists("mailboxes/me").await.unwrap();
    let own = own.iter().find(|letter| letter.name == private.message).unwrap();
    assert!(!own.read, "nothing of what he tried was done");
}

async fn a24_an_access_holds_in_every_portal(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    karen.shows_public_post(true, true).await.unwrap();
    suite.authority().delivers(&karen.person, Letter::about("Offentlig")).await.unwrap();
    let access = niels.is_given_access_by(&karen).await;
    let portals = [Portal::BorgerDk, Portal::DigitalPostApp, Portal::EBoks, Portal::MitDk];
    for portal in portals {
        let subjects = niels.at(portal).subjects(&karen.mailbox).await.unwrap();
        assert!(subjects.contains(&"Offentlig".to_owned()), "{portal}");
    }
    karen.removes(&access).await.unwrap();
    for portal in portals {
        niels.at(portal).lists(&karen.mailbox).await.refused("ACCESS_ENDED");
    }
}

async fn p3_what_is_done_in_one_portal_is_so_in_every_other(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let receipt = suite.authority().delivers(&karen.person, Letter::about("Offentlig")).await.unwrap();
    let app = karen.at(Portal::DigitalPostApp);
    app.opens(&receipt.message).await.unwrap();
    let archive = format!("{}/folders/archive", karen.mailbox);
    app.moves(&receipt.message, &archive).await.unwrap();
    let listed = karen.lists_folder("mailboxes/me", &archive).await.unwrap();
    assert!(listed[0].read);
}

async fn p3_four_portals_show_the_same_after_every_act(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    karen.shows_public_post(true, true).await.unwrap();
    let portals = [Portal::BorgerDk, Portal::DigitalPostApp, Portal::EBoks, Portal::MitDk].map(|at| karen.at(at));
    let same = async |after: &str| {
        let mut views = Vec::new();
        for portal in &portals {
            let folders = portal.folders("mailboxes/me").await.unwrap();
            let mut letters = portal.lists("mailboxes/me").await.unwrap();
            letters.extend(portal.lists_folder("mailboxes/me", &folders[3].name).await.unwrap());
            views.push((folders, letters));
        }
        assert!(views.iter().all(|view| *view == views[0]), "after {after}");
        views.swap_remove(0)
    };
    let (_, letters) = {
        suite.authority().delivers(&karen.person, Letter::about("Skat")).await.unwrap();
        same("a delivery").await
    };
    let letter = letters[0].name.clone();
    portals[0].opens(&letter).await.unwrap();
    assert!(same("opening").await.1[0].read);
    portals[1].marks(&letter, false).await.unwrap();
    assert!(!same("marking unread").await.1[0].read);
    let folder = portals[2].makes_folder("mailboxes/me", "Sager").await.unwrap();
    portals[3].moves(&letter, &folder.name).await.unwrap();
    assert_eq!(same("moving").await.1[0].folder, folder.name);
    portals[1].renames_folder(&folder, "Skattesager").await.unwrap();
    same("renaming a folder").await;
    portals[2].deletes(&letter).await.unwrap();
    same("deleting").await;
    portals[3].restores(&letter).await.unwrap();
    assert_eq!(same("restoring").await.1[0].folder, folder.name);
    portals[2].deletes_folder(&folder).await.unwrap();
    portals[0].purges(&letter).await.unwrap();
    assert!(same("purging").await.1.is_empty());
}

async fn p4_commercial_portals_show_public_post_only_where_the_owner_chose_so(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    suite.authority().delivers(&karen.person, Letter::about("Offentlig")).await.unwrap();
    niels.is_given_access_by(&karen).await;
    let shows = async |portal| {
        let own = karen.at(portal).subjects("mailboxes/me").await.unwrap();
        let to_reader = match niels.at(portal).subjects(&karen.mailbox).await {
            Ok(subjects) => subjects,
            Err(refused) => {
                assert_eq!(refused.reason, "PORTAL_DOES_NOT_SHOW_PUBLIC_POST");
                Vec::new()
            }
        };
        let [own, to_reader] = [own, to_reader].map(|subjects| subjects.contains(&"Offentlig".to_owned()));
        assert_eq!(own, to_reader, "the choice holds for both: {portal}");
        own
    };
    for (in_e_boks, in_mit_dk) in [(false, false), (true, false), (false, true), (true, true), (false, false)] {
        karen.shows_public_post(in_e_boks, in_mit_dk).await.unwrap();
        assert_eq!((shows(Portal::EBoks).await, shows(Portal::MitDk).await), (in_e_boks, in_mit_dk));
        assert!(shows(Portal::BorgerDk).await && shows(Portal::DigitalPostApp).await);
    }
}

async fn p4_only_the_owner_chooses(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    niels.is_given_access_by(&karen).await;
    let settings = api::mailbox::v1::GetSettingsRequest { name: format!("{}/settings", karen.mailbox) };
    let seen = suite.clients().mailbox().get_settings(niels.request(settings)).await;
    harness::suite::answer(seen).refused("ACT_NOT_ALLOWED");
}

async fn p9_private_post_shows_in_its_own_portal_only(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    karen.shows_public_post(true, true).await.unwrap();
    for portal in [Portal::EBoks, Portal::MitDk] {
        let letter = Letter::about(portal.as_str());
        suite.company(portal).delivers(&karen.person, letter).await.unwrap();
    }
    for (portal, shown) in [
        (Portal::BorgerDk, vec![]),
        (Portal::DigitalPostApp, vec![]),
        (Portal::EBoks, vec!["e_boks"]),
        (Portal::MitDk, vec!["mit_dk"]),
    ] {
        assert_eq!(karen.at(portal).subjects("mailboxes/me").await.unwrap(), shown, "{portal}");
    }
}
