//! "Why can I / can't I": a code and a sentence in Danish and in English for a party, and nothing for anybody else.

use api::access::v1::{AccessScope, ExplainAccessRequest, ExplainAccessResponse, ReadAccess};
use api::core::v1::{Act, Capacity, PostKind};
use api::error::v1::ErrorReason;
use harness::actor::citizen_access::guardianship;
use harness::suite::answer;
use harness::{Citizen, Person, Refusable as _, Suite, Until, on_both};
use kernel::Portal;
use std::time::Duration;

on_both! {
    Suite: a23_who_may_is_told_why,
    a23_who_may_not_is_told_why,
    a23_every_end_is_told_with_its_reason,
    a23_the_owner_asks_about_the_other_party,
    a23_nobody_else_is_told_anything,
}

fn sentences(explained: &ExplainAccessResponse) -> [&str; 2] {
    [&explained.sentence_da, &explained.sentence_en]
}

fn is_allowed(explained: &ExplainAccessResponse, capacity: Capacity, da: &str, en: &str) {
    assert_eq!((explained.allowed, explained.reason()), (true, ErrorReason::Unspecified));
    assert_eq!(explained.capacity(), capacity);
    assert_eq!(sentences(explained), [da, en]);
}

fn is_refused(explained: &ExplainAccessResponse, reason: ErrorReason, da: &str, en: &str) {
    assert_eq!((explained.allowed, explained.reason()), (false, reason));
    assert_eq!(sentences(explained), [da, en]);
}

async fn on_private_post(citizen: &Citizen, act: Act, mailbox: &str) -> ExplainAccessResponse {
    let request = ExplainAccessRequest {
        mailbox: mailbox.to_owned(),
        act: act.into(),
        person: String::new(),
        post_kind: PostKind::Private.into(),
    };
    answer(citizen.suite().clients().read_access().explain_access(citizen.request(request)).await).unwrap()
}

async fn a23_who_may_is_told_why(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let mette = suite.citizen(Person::mette()).await;
    let own = karen.is_explained(Act::Delete, "mailboxes/me").await.unwrap();
    is_allowed(
        &own,
        Capacity::Owner,
        "Det kan lade sig gøre, for postkassen er ens egen.",
        "It is possible, for the mailbox is the person's own.",
    );
    assert!(own.access.is_none());
    let access = niels.is_given_access_by(&karen).await;
    let reader = niels.is_explained(Act::Read, &karen.mailbox).await.unwrap();
    is_allowed(
        &reader,
        Capacity::Reader,
        "Det kan lade sig gøre, for læseadgangen er aktiv og giver ret til det.",
        "It is possible, for the read access is active and gives the right to it.",
    );
    let shown = reader.access.unwrap();
    assert_eq!((shown.name, shown.owner_display_name), (access.name, karen.person.full_name()));
    let asked = mette.asks_as_guardian(&karen, Until::Never, guardianship("2027-06-30")).await.unwrap();
    karen.approves(&asked).await.unwrap();
    is_allowed(
        &mette.is_explained(Act::Read, &karen.mailbox).await.unwrap(),
        Capacity::Guardian,
        "Det kan lade sig gøre, for læseadgangen som værge er aktiv og giver ret til det.",
        "It is possible, for the read access as guardian is active and gives the right to it.",
    );
    for (portal, right, capacity, da, en) in [
        (Portal::EBoks, AccessScope::PrivatePostRead, Capacity::PrivateReader, "læsning", "reading"),
        (Portal::MitDk, AccessScope::PrivatePostEdit, Capacity::PrivateEditor, "redigering", "editing"),
    ] {
        niels.at(portal).is_given_private_access_by(&karen.at(portal), right).await;
        let explained = on_private_post(&niels.at(portal), Act::Read, &karen.mailbox).await;
        let (word, da) = (da, format!("Det kan lade sig gøre, for adgangen med retten \"{da}\" er aktiv."));
        let en = format!("It is possible, for the access with the right \"{word}\" ({en}) is active.");
        is_allowed(&explained, capacity, &da, &en);
    }
}

async fn a23_who_may_not_is_told_why(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let offered = karen.gives_access(&niels, Until::Never).await.unwrap();
    let explained = niels.is_explained(Act::Read, &karen.mailbox).await.unwrap();
    is_refused(
        &explained,
        ErrorReason::AccessNotActive,
        "Det kan ikke lade sig gøre endnu, for den, der har fået læseadgangen, har ikke godkendt den.",
        "It is not possible yet, for the one who was given the read access has not approved it.",
    );
    assert_eq!(explained.access.unwrap().name, offered.name);
    niels.declines(&offered).await.unwrap();
    let requested = niels.asks_for_access(&karen, Until::Never).await.unwrap();
    is_refused(
        &niels.is_explained(Act::Read, &karen.mailbox).await.unwrap(),
        ErrorReason::AccessNotActive,
        "Det kan ikke lade sig gøre endnu, for ejeren har ikke godkendt anmodningen om læseadgang.",
        "It is not possible yet, for the owner has not approved the request for read access.",
    );
    karen.approves(&requested).await.unwrap();
    is_refused(
        &niels.is_explained(Act::Delete, &karen.mailbox).await.unwrap(),
        ErrorReason::ActNotAllowed,
        "Det kan ikke lade sig gøre, for adgangen giver ikke ret til det.",
        "It is not possible, for the access does not give the right to it.",
    );
    niels.at(Portal::EBoks).is_given_private_access_by(&karen.at(Portal::EBoks), AccessScope::PrivatePostRead).await;
    let elsewhere = on_private_post(&niels, Act::Read, &karen.mailbox).await;
    is_refused(
        &elsewhere,
        ErrorReason::OnlyInOwnPortal,
        "Det kan kun lade sig gøre i den portal, som adgangen hører til.",
        "It is possible only in the portal that the access belongs to.",
    );
    assert!(elsewhere.access.is_none(), "it is not shown here");
}

async fn a23_every_end_is_told_with_its_reason(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let is_told = async |da: &str, en: &str| {
        let explained = niels.is_explained(Act::Read, &karen.mailbox).await.unwrap();
        is_refused(&explained, ErrorReason::AccessEnded, da, en);
        let about = karen.is_explained_about(&niels, Act::Read).await.unwrap();
        assert_eq!(sentences(&about), [da, en], "the owner reads the same");
    };
    let offers = async || karen.gives_access(&niels, Until::Never).await.unwrap();
    karen.withdraws(&offers().await).await.unwrap();
    is_told(
        "Læseadgangen blev trukket tilbage, før den var godkendt.",
        "The read access was withdrawn before it had been approved.",
    )
    .await;
    niels.declines(&offers().await).await.unwrap();
    is_told("Læseadgangen blev afvist.", "The read access was declined.").await;
    offers().await;
    suite.advance(Duration::from_hours(24 * 60)).await;
    is_told(
        "Læseadgangen bortfaldt, fordi den ikke blev godkendt i tide.",
        "The read access lapsed because it was not approved in time.",
    )
    .await;
    karen.removes(&niels.is_given_access_by(&karen).await).await.unwrap();
    is_told("Læseadgangen er fjernet af ejeren.", "The read access was removed by the owner.").await;
    niels.removes(&niels.is_given_access_by(&karen).await).await.unwrap();
    is_told("Læseadgangen er fjernet af læseren.", "The read access was removed by the reader.").await;
    let active = niels.is_given_access_by(&karen).await;
    suite.caseworker().removes(&active, api::access::v1::AccessParty::Reader).await.unwrap();
    is_told("Læseadgangen er fjernet af kommunen.", "The read access was removed by the municipality.").await;
    let last = karen.gives_access(&niels, Until::Day("2027-01-21")).await.unwrap();
    niels.approves(&last).await.unwrap();
    suite.advance(Duration::from_hours(24)).await;
    is_told("Læseadgangen er udløbet.", "The read access has expired.").await;
}

async fn a23_the_owner_asks_about_the_other_party(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let access: ReadAccess = niels.is_given_access_by(&karen).await;
    let may = karen.is_explained_about(&niels, Act::Move).await.unwrap();
    assert_eq!((may.allowed, may.capacity(), may.access.unwrap().name), (true, Capacity::Reader, access.name.clone()));
    let may_not = karen.is_explained_about(&niels, Act::ManageAccesses).await.unwrap();
    assert_eq!((may_not.allowed, may_not.reason()), (false, ErrorReason::ActNotAllowed));
    karen.removes(&access).await.unwrap();
    let ended = karen.is_explained_about(&niels, Act::Move).await.unwrap();
    assert_eq!(ended.access.unwrap().status_text_da, "Fjernet af dig");
    // Nothing of it is done, told or logged as an act.
    assert_eq!(karen.ended_accesses().await.unwrap().len(), 1);
}

async fn a23_nobody_else_is_told_anything(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let ole = suite.citizen(Person::ole()).await;
    niels.is_given_access_by(&karen).await;
    let unknown = "mailboxes/0192f0c1-2f4a-7cc3-98c4-dc0c0c07398f";
    let nobody = ole.is_explained(Act::Read, unknown).await.refused("NOT_FOUND");
    for refused in [
        ole.is_explained(Act::Read, &karen.mailbox).await,
        ole.asks_why(Act::Read, &karen.mailbox, &niels.person_name()).await,
        niels.asks_why(Act::Read, &karen.mailbox, &ole.person_name()).await,
        karen.is_explained_about(&ole, Act::Read).await,
        karen.asks_why(Act::Read, "mailboxes/me", &unknown.replace("mailboxes/", "persons/")).await,
    ] {
        assert_eq!(refused.refused("NOT_FOUND"), nobody, "one answer for all that is no party's to know");
    }
}
