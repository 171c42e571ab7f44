//! Who can be a party, what an access covers, and what it leaves as it was.

use api::access::v1::{AccessState, GiveAccessRequest};
use api::core::v1::{Act, Capacity, PostKind};
use api::mailbox::v1::SenderKind;
use api::notification::v1::SubscriptionState;
use harness::{Letter, Person, Refusable as _, Suite, Until, on_both};
use std::time::Duration;

on_both! {
    Suite: a3_the_dead_and_the_unregistered_become_no_readers,
    a10_an_access_covers_the_whole_of_public_post,
    a26_the_young_give_access_like_anyone,
    a27_each_access_has_a_state_an_expiry_and_an_address_of_its_own,
    a28_the_owner_keeps_every_right,
}

async fn a3_the_dead_and_the_unregistered_become_no_readers(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    // A child has no Digital Post.
    let child = karen.mistaken_for(Person::new("Alma", "Ung", "6101154321"));
    karen.gives_access(&child, Until::Never).await.refused("PERSON_NOT_MATCHED");
    child.asks_for_access(&karen, Until::Never).await.refused("CALLER_HAS_NO_DIGITAL_POST");
    // Looked at again on approval: what was asked for in life is not approved after death.
    let requested = niels.asks_for_access(&karen, Until::Never).await.unwrap();
    let offered = niels.gives_access(&karen, Until::Never).await.unwrap();
    suite.register().reports_death_of(&niels.person).await.unwrap();
    karen.approves(&requested).await.refused("PERSON_NOT_MATCHED");
    suite.settle().await;
    for over in [requested, offered] {
        assert_eq!(karen.sees_access(&over.name).await.unwrap().state(), AccessState::Ended);
    }
    karen.gives_access(&niels, Until::Never).await.refused("PERSON_NOT_MATCHED");
}

async fn a10_an_access_covers_the_whole_of_public_post(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    // Nothing in a request could make it less: a field that is added must be looked at here.
    let GiveAccessRequest { reader: _, scope: _, expiry: _, level: _, request_id: _ } = GiveAccessRequest::default();
    let folder = karen.makes_folder(&karen.mailbox, "Sager").await.unwrap();
    let system = |folder: &str| format!("{}/folders/{folder}", karen.mailbox);
    for destination in [system("inbox"), system("archive"), folder.name, system("bin")] {
        let old = suite.authority().delivers(&karen.person, Letter::about(&destination)).await.unwrap();
        if destination == system("bin") {
            karen.deletes(&old.message).await.unwrap();
        } else {
            karen.moves(&old.message, &destination).await.unwrap();
        }
    }
    suite.advance(Duration::from_hours(24 * 7)).await;
    niels.is_given_access_by(&karen).await;
    suite.authority().delivers(&karen.person, Letter::about("Efter")).await.unwrap();
    let mut letters = 0;
    let seen = niels.folders(&karen.mailbox).await.unwrap();
    for (own, seen) in karen.folders(&karen.mailbox).await.unwrap().into_iter().zip(seen) {
        let mut all = karen.lists_folder(&karen.mailbox, &own.name).await.unwrap();
        // What she was told about her accesses is hers alone (A17).
        all.retain(|letter| letter.sender.as_ref().is_some_and(|sender| sender.kind() != SenderKind::DigitalPost));
        assert!(niels.lists_folder(&karen.mailbox, &own.name).await.unwrap() == all, "{}", own.name);
        assert_eq!((&seen.name, seen.message_count), (&own.name, i64::try_from(all.len()).unwrap()));
        letters += all.len();
    }
    assert_eq!(letters, 5);
}

async fn a26_the_young_give_access_like_anyone(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    // It is the fifteenth birthday of one, and the other is seventeen.
    let fifteen = Person::new("Alma", "Nørgaard", "8211114321");
    let seventeen = Person::new("Bo", "Nørgaard", "6101094321");
    for person in [fifteen, seventeen] {
        let young = suite.citizen(person).await;
        karen.lists(&young.mailbox).await.refused("NOT_FOUND");
        karen.is_explained(Act::Read, &young.mailbox).await.refused("NOT_FOUND");
        let access = karen.is_given_access_by(&young).await;
        karen.lists(&young.mailbox).await.unwrap();
        young.removes(&access).await.unwrap();
        karen.lists(&young.mailbox).await.refused("ACCESS_ENDED");
        let asked = karen.asks_for_access(&young, Until::Never).await.unwrap();
        karen.lists(&young.mailbox).await.refused("ACCESS_NOT_ACTIVE");
        young.declines(&asked).await.unwrap();
        // And they read another's post where they were given access.
        young.is_given_access_by(&karen).await;
        young.lists(&karen.mailbox).await.unwrap();
    }
}

async fn a27_each_access_has_a_state_an_expiry_and_an_address_of_its_own(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let (mette, ole) = (suite.citizen(Person::mette()).await, suite.citizen(Person::ole()).await);
    let until = karen.gives_access(&niels, Until::Day("2026-11-30")).await.unwrap();
    let until = niels.approves(&until).await.unwrap();
    let never = mette.is_given_access_by(&karen).await;
    let pending = karen.gives_access(&ole, Until::Day("2027-05-31")).await.unwrap();
    let mettes = niels.is_given_access_by(&mette).await;
    let [a, b, c] = [
        niels.is_mailed_at(&until, "n+karen@example.dk").await,
        mette.is_mailed_at(&never, "m@example.dk").await,
        niels.is_mailed_at(&mettes, "n+mette@example.dk").await,
    ];
    let changed = karen.changes_expiry(&never, Until::Day("2027-12-31")).await.unwrap();
    for (before, after) in [(&until, &niels), (&pending, &ole), (&mettes, &niels)] {
        let seen = after.sees_access(&before.name).await.unwrap();
        assert_eq!(
            (seen.version, seen.state(), seen.expire_time),
            (before.version, before.state(), before.expire_time)
        );
    }
    suite.advance(Duration::from_hours(24 * 9)).await;
    niels.lists(&karen.mailbox).await.refused("ACCESS_ENDED");
    ole.lists(&karen.mailbox).await.refused("ACCESS_NOT_ACTIVE");
    mette.lists(&karen.mailbox).await.unwrap();
    niels.lists(&mette.mailbox).await.unwrap();
    let state = async |who: &harness::Citizen, name| who.sees_subscription(name).await.unwrap().state();
    assert_eq!(
        [state(&niels, &a.name).await, state(&mette, &b.name).await, state(&niels, &c.name).await],
        [SubscriptionState::Ended, SubscriptionState::Active, SubscriptionState::Active]
    );
    mette.removes(&changed).await.unwrap();
    assert_eq!(karen.given_accesses().await.unwrap().accesses.len(), 1, "the one that waits for Ole");
    niels.lists(&mette.mailbox).await.unwrap();
}

async fn a28_the_owner_keeps_every_right(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let mette = suite.citizen(Person::mette()).await;
    let gate = suite.gatekeeper();
    let rights = async || {
        let mut rights = Vec::new();
        for act in (1..1_000).filter_map(|number| Act::try_from(number).ok()) {
            rights.push(gate.decides(&karen, act, &karen.mailbox).await);
        }
        rights
    };
    let before = rights().await;
    assert!(before.len() >= 19 && before.iter().all(|right| right.allowed && right.capacity() == Capacity::Owner));
    niels.is_given_access_by(&karen).await;
    karen.gives_access(&mette, Until::Never).await.unwrap();
    assert!(rights().await == before);
    // The post arrives in her mailbox and nowhere else, unread until she or he reads it.
    niels.opens_new_post().await.unwrap();
    let receipt = suite.authority().delivers(&karen.person, Letter::about("Skat")).await.unwrap();
    assert!(receipt.message.starts_with(&karen.mailbox));
    assert!(niels.opens_new_post().await.unwrap().is_empty(), "no copy goes to him");
    let own = karen.lists(&karen.mailbox).await.unwrap();
    let letter = own.iter().find(|letter| letter.name == receipt.message).unwrap();
    assert_eq!((letter.post_kind(), letter.read), (PostKind::Public, false));
    karen.moves(&receipt.message, &format!("{}/folders/archive", karen.mailbox)).await.unwrap();
    karen.deletes(&receipt.message).await.unwrap();
}
