//! Accesses to the post of private companies, in e-Boks and mit.dk, and what readers of public post see of it: nothing.

use api::access::v1::{AccessScope, AccessState, DecisionGround, GiveAccessRequest};
use api::core::v1::{Act, Capacity, PostKind};
use api::error::v1::ErrorReason;
use harness::actor::citizen_access::offer;
use harness::{Letter, Person, Refusable as _, Suite, Until, on_both};
use kernel::Portal;

on_both! {
    Suite: a11_the_check_tells_a_reader_of_no_private_post,
    a11_a_public_reader_sees_no_letter_about_a_private_access,
    a12_a_private_access_opens_private_post_of_its_portal_and_nothing_else,
    a12_it_is_given_in_its_own_portal_only,
    a12_it_is_managed_and_shown_in_its_own_portal_only,
    a12_public_and_private_accesses_live_beside_each_other,
    a18_there_is_one_private_access_for_a_pair_in_a_portal,
}

const COMMERCIAL: [Portal; 2] = [Portal::EBoks, Portal::MitDk];
const RIGHTS: [AccessScope; 2] = [AccessScope::PrivatePostRead, AccessScope::PrivatePostEdit];

async fn a11_the_check_tells_a_reader_of_no_private_post(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let mette = suite.citizen(Person::mette()).await;
    niels.is_given_access_by(&karen).await;
    // An access of somebody else's, and one in preparation, show nothing either.
    mette.at(Portal::EBoks).is_given_private_access_by(&karen.at(Portal::EBoks), RIGHTS[1]).await;
    let gate = suite.gatekeeper();
    for &portal in Portal::ALL {
        let niels = niels.at(portal);
        for act in
            [Act::List, Act::Read, Act::Download, Act::Search, Act::Move, Act::Mark, Act::ReadActivity, Act::Watch]
        {
            let any = gate.decides(&niels, act, &karen.mailbox).await;
            let kinds: Vec<PostKind> = any.grounds.iter().map(DecisionGround::post_kind).collect();
            assert_eq!(kinds, [PostKind::Public], "{portal} {act:?}");
            let private = gate.decides_on(&niels, act, &karen.mailbox, PostKind::Private).await;
            let unknown =
                gate.decides_on(&niels, act, "mailboxes/0192f0c1-2f4a-7cc3-98c4-dc0c0c07398f", PostKind::Private).await;
            assert_eq!(private.denial(), ErrorReason::NotFound);
            assert!(private == unknown, "as where there is nothing: {portal} {act:?}");
        }
    }
}

async fn a11_a_public_reader_sees_no_letter_about_a_private_access(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let mette = suite.citizen(Person::mette()).await;
    karen.shows_public_post(true, true).await.unwrap();
    niels.is_given_access_by(&karen).await;
    let before = niels.lists(&karen.mailbox).await.unwrap().len();
    let own_before = karen.at(Portal::EBoks).lists(&karen.mailbox).await.unwrap().len();
    let private = mette.at(Portal::EBoks).is_given_private_access_by(&karen.at(Portal::EBoks), RIGHTS[0]).await;
    mette.at(Portal::EBoks).removes(&private).await.unwrap();
    for &portal in Portal::ALL {
        assert_eq!(niels.at(portal).lists(&karen.mailbox).await.unwrap().len(), before, "{portal}");
    }
    // Karen and Mette were told where it happened.
    assert_eq!(karen.at(Portal::EBoks).lists(&karen.mailbox).await.unwrap().len(), own_before + 3);
    assert_eq!(mette.at(Portal::EBoks).lists(&mette.mailbox).await.unwrap().len(), 2);
    for portal in [Portal::BorgerDk, Portal::DigitalPostApp, Portal::MitDk] {
        assert!(mette.at(portal).lists(&mette.mailbox).await.unwrap().is_empty(), "{portal}");
    }
}

async fn a12_a_private_access_opens_private_post_of_its_portal_and_nothing_else(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    karen.shows_public_post(true, true).await.unwrap();
    suite.authority().delivers(&karen.person, Letter::about("Offentlig")).await.unwrap();
    for portal in COMMERCIAL {
        suite.company(portal).delivers(&karen.person, Letter::about(portal.as_str())).await.unwrap();
    }
    let mut readers = (0..).map(Person::of_crowd);
    for portal in COMMERCIAL {
        for right in RIGHTS {
            let niels = suite.citizen(readers.next().unwrap()).await;
            let access = niels.at(portal).is_given_private_access_by(&karen.at(portal), right).await;
            let subjects = niels.at(portal).subjects(&karen.mailbox).await.unwrap();
            assert!(subjects.contains(&portal.as_str().to_owned()), "{portal}: {subjects:?}");
            assert!(!subjects.contains(&"Offentlig".to_owned()), "{portal}: {subjects:?}");
            for &elsewhere in Portal::ALL.iter().filter(|elsewhere| **elsewhere != portal) {
                niels.at(elsewhere).lists(&karen.mailbox).await.refused("ONLY_IN_OWN_PORTAL");
            }
            let public =
                suite.gatekeeper().decides_on(&niels.at(portal), Act::Read, &karen.mailbox, PostKind::Public).await;
            assert_eq!(public.denial(), ErrorReason::NotFound);
            karen.at(portal).removes(&access).await.unwrap();
            niels.at(portal).lists(&karen.mailbox).await.refused("ACCESS_ENDED");
        }
    }
}

async fn a12_it_is_given_in_its_own_portal_only(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    for portal in [Portal::BorgerDk, Portal::DigitalPostApp] {
        for right in RIGHTS {
            let refused = karen.at(portal).gives_private_access(&niels, right).await.refused("ONLY_IN_OWN_PORTAL");
            assert_eq!(refused.metadata["portal"], portal.as_str().to_uppercase());
        }
    }
    for portal in COMMERCIAL {
        karen.at(portal).gives_access(&niels, Until::Never).await.refused("ONLY_ON_BORGER_DK");
        let given = karen.at(portal).gives_private_access(&niels, RIGHTS[0]).await.unwrap();
        assert_eq!(given.portal().as_str_name(), format!("PORTAL_{}", portal.as_str().to_uppercase()));
    }
}

async fn a12_it_is_managed_and_shown_in_its_own_portal_only(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    for own in COMMERCIAL {
        let offered = karen.at(own).gives_private_access(&niels, RIGHTS[1]).await.unwrap();
        for &portal in Portal::ALL.iter().filter(|portal| **portal != own) {
            let (karen, niels) = (karen.at(portal), niels.at(portal));
            niels.approves(&offered).await.refused("ONLY_IN_OWN_PORTAL");
            niels.declines(&offered).await.refused("ONLY_IN_OWN_PORTAL");
            karen.withdraws(&offered).await.refused("ONLY_IN_OWN_PORTAL");
            karen.changes_expiry(&offered, Until::Day("2027-01-31")).await.refused("ONLY_IN_OWN_PORTAL");
            niels.sees_access(&offered.name).await.refused("NOT_FOUND");
        }
        let active = niels.at(own).approves(&offered).await.unwrap();
        for &portal in Portal::ALL.iter().filter(|portal| **portal != own) {
            let (karen, niels) = (karen.at(portal), niels.at(portal));
            karen.removes(&active).await.refused("ONLY_IN_OWN_PORTAL");
            niels.removes(&active).await.refused("ONLY_IN_OWN_PORTAL");
            assert!(karen.given_accesses().await.unwrap().accesses.is_empty());
            assert!(niels.received_accesses().await.unwrap().accesses.is_empty());
            assert_eq!(niels.open_mailboxes().await.unwrap().len(), 1, "their own only");
        }
        let open = niels.at(own).open_mailboxes().await.unwrap();
        assert_eq!((open.len(), open[1].capacity()), (2, Capacity::PrivateEditor));
        assert_eq!(niels.at(own).received_accesses().await.unwrap().accesses.len(), 1);
        niels.at(own).removes(&active).await.unwrap();
        assert_eq!(niels.at(own).ended_accesses().await.unwrap().len(), 1);
        assert!(niels.ended_accesses().await.unwrap().is_empty(), "nor in the history elsewhere");
    }
}

async fn a12_public_and_private_accesses_live_beside_each_other(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    karen.shows_public_post(true, true).await.unwrap();
    suite.authority().delivers(&karen.person, Letter::about("Offentlig")).await.unwrap();
    suite.company(Portal::EBoks).delivers(&karen.person, Letter::about("Privat")).await.unwrap();
    let public = niels.is_given_access_by(&karen).await;
    let private = niels.at(Portal::EBoks).is_given_private_access_by(&karen.at(Portal::EBoks), RIGHTS[0]).await;
    let sees = async |portal| {
        let subjects = niels.at(portal).subjects(&karen.mailbox).await.unwrap_or_default();
        ["Offentlig", "Privat"].map(|subject| subjects.contains(&subject.to_owned()))
    };
    assert_eq!([sees(Portal::EBoks).await, sees(Portal::MitDk).await], [[true, true], [true, false]]);
    karen.removes(&public).await.unwrap();
    assert_eq!([sees(Portal::EBoks).await, sees(Portal::MitDk).await], [[false, true], [false, false]]);
    let public = niels.is_given_access_by(&karen).await;
    karen.at(Portal::EBoks).removes(&private).await.unwrap();
    assert_eq!([sees(Portal::EBoks).await, sees(Portal::BorgerDk).await], [[true, false], [true, false]]);
    assert_eq!(karen.sees_access(&public.name).await.unwrap().state(), AccessState::Active);
}

async fn a18_there_is_one_private_access_for_a_pair_in_a_portal(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let first = karen.at(Portal::EBoks).gives_private_access(&niels, RIGHTS[0]).await.unwrap();
    for scope in RIGHTS {
        let request = GiveAccessRequest { scope: scope.into(), ..offer(&niels.person, Until::Never) };
        let again = karen.at(Portal::EBoks).offers(request).await.refused("ACCESS_EXISTS");
        assert_eq!(again.metadata["access"], first.name);
    }
    // Another portal's post, and public post, are other scopes.
    karen.at(Portal::MitDk).gives_private_access(&niels, RIGHTS[0]).await.unwrap();
    karen.gives_access(&niels, Until::Never).await.unwrap();
}
