//! What the owner chooses: whether e-Boks and mit.dk show their public post.

use api::mailbox::v1::{GetSettingsRequest, MailboxSettings, UpdateSettingsRequest};
use harness::suite::answer;
use harness::{Citizen, Letter, Person, Refusable as _, Refused, Suite, on_both};
use kernel::Portal;
use prost_types::FieldMask;

on_both! {
    Suite: p4_each_way_into_a_mailbox_keeps_to_the_choice,
    p4_a_choice_holds_from_the_next_call_on,
    p4_each_portal_is_chosen_by_itself,
    p4_of_two_changes_on_the_same_etag_one_is_made,
    r10_a_reader_neither_sees_nor_changes_settings,
    p7_a_repeated_change_of_settings_is_one_change,
    every_violation_of_a_change_of_settings_is_listed,
}

const E_BOKS: &str = "show_public_post_in_e_boks";
const MIT_DK: &str = "show_public_post_in_mit_dk";

fn settings(name: &str, in_e_boks: bool, in_mit_dk: bool) -> MailboxSettings {
    MailboxSettings {
        name: name.to_owned(),
        show_public_post_in_e_boks: in_e_boks,
        show_public_post_in_mit_dk: in_mit_dk,
        ..MailboxSettings::default()
    }
}

async fn changes(
    citizen: &Citizen,
    settings: MailboxSettings,
    paths: &[&str],
    request_id: &str,
) -> Result<MailboxSettings, Refused> {
    let paths = paths.iter().copied().map(str::to_owned).collect();
    let request = UpdateSettingsRequest {
        settings: Some(settings),
        update_mask: Some(FieldMask { paths }),
        request_id: request_id.to_owned(),
    };
    let changed = citizen.suite().clients().mailbox().update_settings(citizen.request(request)).await;
    Ok(answer(changed)?.settings.unwrap())
}

async fn sees(citizen: &Citizen, mailbox: &str) -> Result<MailboxSettings, Refused> {
    let request = citizen.request(GetSettingsRequest { name: format!("{mailbox}/settings") });
    Ok(answer(citizen.suite().clients().mailbox().get_settings(request).await)?.settings.unwrap())
}

async fn p4_each_way_into_a_mailbox_keeps_to_the_choice(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let letter = suite.authority().delivers(&karen.person, Letter::about("Skat").with_pdf("skat.pdf")).await.unwrap();
    let file = karen.opens(&letter.message).await.unwrap().files[0].name.clone();
    niels.is_given_access_by(&karen).await;
    let (mailbox, message) = (karen.mailbox.as_str(), letter.message.as_str());
    for portal in [Portal::EBoks, Portal::MitDk] {
        // The owner sees the private post of the portal, and of public post nothing.
        let own = karen.at(portal);
        assert!(own.lists(mailbox).await.unwrap().is_empty());
        assert!(own.folders(mailbox).await.unwrap().iter().all(|folder| folder.message_count == 0));
        assert_eq!(own.sees_mailbox(mailbox).await.unwrap().message_count, 0);
        own.opens(message).await.refused("NOT_FOUND");
        own.downloads(&file, 0).await.refused("NOT_FOUND");
        own.marks(message, false).await.refused("NOT_FOUND");
        own.moves(message, &format!("{mailbox}/folders/archive")).await.refused("NOT_FOUND");
        own.deletes(message).await.refused("NOT_FOUND");
        // A reader of public post sees nothing there at all.
        let reader = niels.at(portal);
        let hidden = "PORTAL_DOES_NOT_SHOW_PUBLIC_POST";
        assert_eq!(reader.lists(mailbox).await.refused(hidden).metadata.len(), 1);
        reader.folders(mailbox).await.refused(hidden);
        reader.sees_mailbox(mailbox).await.refused(hidden);
        reader.opens(message).await.refused(hidden);
        reader.downloads(&file, 0).await.refused(hidden);
        reader.marks(message, false).await.refused(hidden);
        reader.moves(message, &format!("{mailbox}/folders/archive")).await.refused(hidden);
        reader.makes_folder(mailbox, "Hus").await.refused(hidden);
    }
    assert!(karen.opens(message).await.unwrap().summary.unwrap().read, "nothing of what was tried was done");
}

async fn p4_a_choice_holds_from_the_next_call_on(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let letter = suite.authority().delivers(&karen.person, Letter::about("Skat").with_pdf("skat.pdf")).await.unwrap();
    niels.is_given_access_by(&karen).await;
    let niels = niels.at(Portal::EBoks);
    for _ in 0..2 {
        karen.shows_public_post(true, false).await.unwrap();
        let file = niels.opens(&letter.message).await.unwrap().files[0].name.clone();
        niels.downloads(&file, 0).await.unwrap();
        let counted = niels.sees_mailbox(&karen.mailbox).await.unwrap().message_count;
        assert_eq!(usize::try_from(counted), Ok(niels.lists(&karen.mailbox).await.unwrap().len()));
        karen.shows_public_post(false, false).await.unwrap();
        niels.opens(&letter.message).await.refused("PORTAL_DOES_NOT_SHOW_PUBLIC_POST");
        niels.downloads(&file, 0).await.refused("PORTAL_DOES_NOT_SHOW_PUBLIC_POST");
    }
}

async fn p4_each_portal_is_chosen_by_itself(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let nothing = sees(&karen, "mailboxes/me").await.unwrap();
    assert!(!nothing.show_public_post_in_e_boks && !nothing.show_public_post_in_mit_dk, "false until chosen");
    assert!(nothing.update_time.is_none());
    assert_eq!(nothing.name, format!("{}/settings", karen.mailbox));
    // What the mask does not name stays, whatever the request says of it.
    let both = settings("mailboxes/me/settings", true, true);
    let first = changes(&karen, both.clone(), &[E_BOKS], "").await.unwrap();
    assert!(first.show_public_post_in_e_boks && !first.show_public_post_in_mit_dk);
    let neither = settings(&format!("{}/settings", karen.mailbox), false, true);
    let second = changes(&karen.at(Portal::MitDk), neither, &[MIT_DK], "").await.unwrap();
    assert!(second.show_public_post_in_e_boks && second.show_public_post_in_mit_dk);
    assert!(second.update_time.is_some());
    assert!(sees(&karen.at(Portal::EBoks), "mailboxes/me").await.unwrap() == second);
}

async fn p4_of_two_changes_on_the_same_etag_one_is_made(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let etag = sees(&karen, "mailboxes/me").await.unwrap().etag;
    let on_etag =
        |in_e_boks| MailboxSettings { etag: etag.clone(), ..settings("mailboxes/me/settings", in_e_boks, true) };
    let one = changes(&karen, on_etag(true), &[E_BOKS], "");
    let other = changes(&karen, on_etag(true), &[MIT_DK], "");
    let (one, other) = futures::future::join(one, other).await;
    let (made, refused) = if one.is_ok() { (one, other) } else { (other, one) };
    assert_eq!(refused.refused("ETAG_MISMATCH").metadata["etag"], made.unwrap().etag);
}

async fn r10_a_reader_neither_sees_nor_changes_settings(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    niels.is_given_access_by(&karen).await;
    let refused = sees(&niels, &karen.mailbox).await.refused("ACT_NOT_ALLOWED");
    assert_eq!(
        (refused.metadata["act"].as_str(), refused.metadata["capacity"].as_str()),
        ("CHANGE_SETTINGS", "READER")
    );
    let wanted = settings(&format!("{}/settings", karen.mailbox), true, true);
    changes(&niels, wanted.clone(), &[E_BOKS], "").await.refused("ACT_NOT_ALLOWED");
    let ole = suite.citizen(Person::ole()).await;
    changes(&ole, wanted, &[E_BOKS], "").await.refused("NOT_FOUND");
    sees(&ole, &karen.mailbox).await.refused("NOT_FOUND");
    assert!(!sees(&karen, "mailboxes/me").await.unwrap().show_public_post_in_e_boks);
}

async fn p7_a_repeated_change_of_settings_is_one_change(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let wanted = settings("mailboxes/me/settings", true, false);
    let first = changes(&karen, wanted.clone(), &[E_BOKS], "s1").await.unwrap();
    assert!(changes(&karen, wanted.clone(), &[E_BOKS], "s1").await.unwrap() == first);
    changes(&karen, wanted, &[MIT_DK], "s1").await.refused("REQUEST_ID_REUSED");
}

async fn every_violation_of_a_change_of_settings_is_listed(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let wrong = MailboxSettings { etag: "x".repeat(65), ..settings("mailboxes/me", true, true) };
    let refused = changes(&karen, wrong, &[E_BOKS, "name"], "to ord").await.refused("INVALID_FIELDS");
    assert_eq!(refused.fields, ["request_id", "settings.name", "settings.etag", "update_mask"]);
    let nothing = UpdateSettingsRequest { settings: None, update_mask: None, request_id: String::new() };
    let refused = suite.clients().mailbox().update_settings(karen.request(nothing)).await;
    assert_eq!(answer(refused).refused("INVALID_FIELDS").fields, ["settings", "update_mask"]);
    sees(&karen, "mailboxes/x").await.refused("INVALID_FIELDS");
}
