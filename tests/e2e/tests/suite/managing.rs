//! Where access to public post is managed, and by whom.

use api::access::v1::{AccessState, ListOpenMailboxesRequest, OpenMailbox};
use api::core::v1::Act;
use api::error::v1::ErrorReason;
use harness::suite::answer;
use harness::{Letter, Person, Refusable as _, Refused, Suite, Until, on_both};
use kernel::Portal;

on_both! {
    Suite: a5_an_offer_opens_nothing_in_any_portal,
    a17_a_reader_decides_nothing_for_the_owner,
    a19_the_list_of_mailboxes_follows_the_accesses,
    a24_every_change_of_public_access_is_made_on_borger_dk,
    a24_e_mail_about_public_post_is_managed_on_borger_dk,
    a29_a_changed_offer_needs_another_look,
}

const ELSEWHERE: [Portal; 3] = [Portal::DigitalPostApp, Portal::EBoks, Portal::MitDk];

async fn a5_an_offer_opens_nothing_in_any_portal(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    karen.shows_public_post(true, true).await.unwrap();
    let receipt = suite.authority().delivers(&karen.person, Letter::about("Skat").with_pdf("skat.pdf")).await.unwrap();
    let offered = karen.gives_access(&niels, Until::Never).await.unwrap();
    let file = karen.opens(&receipt.message).await.unwrap().files[0].name.clone();
    for &portal in Portal::ALL {
        let niels = niels.at(portal);
        let refusals: Vec<Option<Refused>> = vec![
            niels.sees_mailbox(&karen.mailbox).await.err(),
            niels.lists(&karen.mailbox).await.err(),
            niels.folders(&karen.mailbox).await.err(),
            niels.opens(&receipt.message).await.err(),
            niels.downloads(&file, 0).await.err(),
            niels.marks(&receipt.message, false).await.err(),
            niels.makes_folder(&karen.mailbox, "Sager").await.err(),
        ];
        for refused in refusals {
            assert_eq!(refused.unwrap().reason, "ACCESS_NOT_ACTIVE", "{portal}");
        }
    }
    niels.approves(&offered).await.unwrap();
    niels.opens(&receipt.message).await.unwrap();
}

async fn a17_a_reader_decides_nothing_for_the_owner(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let (mette, ole) = (suite.citizen(Person::mette()).await, suite.citizen(Person::ole()).await);
    niels.is_given_access_by(&karen).await;
    let active = mette.is_given_access_by(&karen).await;
    let pending = ole.asks_for_access(&karen, Until::Never).await.unwrap();
    for others in [&active, &pending] {
        niels.sees_access(&others.name).await.refused("NOT_FOUND");
        niels.approves(others).await.refused("NOT_FOUND");
        niels.declines(others).await.refused("NOT_FOUND");
        niels.withdraws(others).await.refused("NOT_FOUND");
        niels.removes(others).await.refused("NOT_FOUND");
        niels.changes_expiry(others, Until::Never).await.refused("NOT_FOUND");
    }
    // What he gives is access to his own post.
    let his = niels.gives_access(&ole, Until::Never).await.unwrap();
    assert_eq!(his.owner, niels.person_name());
    assert_eq!(niels.given_accesses().await.unwrap().accesses.len(), 1);
    for act in [Act::ManageAccesses, Act::ChangeSettings, Act::ManageRecipients] {
        let decision = suite.gatekeeper().decides(&niels, act, &karen.mailbox).await;
        assert_eq!(decision.denial(), ErrorReason::ActNotAllowed, "{act:?}");
    }
    assert_eq!(karen.given_accesses().await.unwrap().accesses.len(), 3, "all as they were");
}

async fn a19_the_list_of_mailboxes_follows_the_accesses(suite: Suite) {
    let niels = suite.citizen(Person::niels()).await;
    let mut accesses = Vec::new();
    for number in 0..5 {
        let owner = suite.citizen(Person::of_crowd(number)).await;
        accesses.push((niels.is_given_access_by(&owner).await, owner));
    }
    let in_pages = async |page_size: i32| {
        let (mut all, mut page_token) = (Vec::new(), String::new());
        loop {
            let request = ListOpenMailboxesRequest { page_size, page_token };
            let page = suite.clients().read_access().list_open_mailboxes(niels.request(request)).await;
            let page = answer(page).unwrap();
            assert!(page.mailboxes.len() <= usize::try_from(page_size).unwrap());
            all.extend(page.mailboxes);
            assert!(all.len() <= 6, "each once");
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return all;
            }
        }
    };
    let all = niels.open_mailboxes().await.unwrap();
    for page_size in 1..=6 {
        assert!(in_pages(page_size).await == all, "{page_size}");
    }
    let names: Vec<&str> = all.iter().map(|open| open.owner_display_name.as_str()).collect();
    assert_eq!(names[0], niels.person.full_name());
    assert!(names[1..].is_sorted(), "{names:?}");
    for (number, (access, owner)) in accesses.iter().enumerate() {
        owner.removes(access).await.unwrap();
        let left: Vec<String> = in_pages(2).await.into_iter().map(|open: OpenMailbox| open.mailbox).collect();
        assert_eq!((left.len(), left.contains(&owner.mailbox)), (5 - number, false));
    }
}

async fn a24_every_change_of_public_access_is_made_on_borger_dk(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let mette = suite.citizen(Person::mette()).await;
    let offered = karen.gives_access(&niels, Until::Never).await.unwrap();
    let requested = mette.asks_for_access(&karen, Until::Never).await.unwrap();
    let active = niels.is_given_access_by(&mette).await;
    for portal in ELSEWHERE {
        let (karen, niels, mette) = (karen.at(portal), niels.at(portal), mette.at(portal));
        for refused in [
            karen.gives_access(&mette, Until::Never).await,
            niels.asks_for_access(&mette, Until::Never).await,
            niels.approves(&offered).await,
            karen.approves(&requested).await,
            niels.declines(&offered).await,
            karen.declines(&requested).await,
            karen.withdraws(&offered).await,
            mette.withdraws(&requested).await,
            mette.removes(&active).await,
            niels.removes(&active).await,
            mette.changes_expiry(&active, Until::Day("2027-01-31")).await,
        ] {
            let refused = refused.refused("ONLY_ON_BORGER_DK");
            assert_eq!(refused.metadata["portal"], portal.as_str().to_uppercase());
        }
        // They are seen everywhere.
        assert_eq!(niels.sees_access(&active.name).await.unwrap().state(), AccessState::Active);
        assert_eq!(karen.given_accesses().await.unwrap().accesses.len(), 2);
        assert_eq!(niels.received_accesses().await.unwrap().accesses.len(), 2);
    }
    niels.approves(&offered).await.unwrap();
    mette.changes_expiry(&active, Until::Day("2027-01-31")).await.unwrap();
}

async fn a24_e_mail_about_public_post_is_managed_on_borger_dk(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let access = niels.is_given_access_by(&karen).await;
    for portal in ELSEWHERE {
        niels.at(portal).switches_on_mail(&access, "niels@example.dk").await.refused("ONLY_ON_BORGER_DK");
    }
    let started = niels.switches_on_mail(&access, "niels@example.dk").await.unwrap();
    for portal in ELSEWHERE {
        let niels = niels.at(portal);
        niels.enters_code(&started, "123456").await.refused("ONLY_ON_BORGER_DK");
        niels.changes_address(&started, "other@example.dk").await.refused("ONLY_ON_BORGER_DK");
        niels.asks_for_a_new_code(&started).await.refused("ONLY_ON_BORGER_DK");
        niels.switches_off_mail(&started).await.refused("ONLY_ON_BORGER_DK");
    }
    niels.switches_off_mail(&started).await.unwrap();
}

async fn a29_a_changed_offer_needs_another_look(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let offered = karen.gives_access(&niels, Until::Day("2026-11-30")).await.unwrap();
    let shown = niels.sees_access(&offered.name).await.unwrap();
    let changed = karen.changes_expiry(&offered, Until::Never).await.unwrap();
    assert_eq!(changed.state(), AccessState::Offered);
    let refused = niels.approves(&shown).await.refused("VERSION_CHANGED");
    assert_eq!(refused.metadata["version"], changed.version.to_string());
    niels.lists(&karen.mailbox).await.refused("ACCESS_NOT_ACTIVE");
    let shown = niels.sees_access(&offered.name).await.unwrap();
    assert_eq!((shown.version, shown.expire_time), (changed.version, None));
    niels.approves(&shown).await.unwrap();
}
