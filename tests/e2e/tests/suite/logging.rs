//! The activity log: who did what in a mailbox, and who may read it.

use api::core::v1::{Capacity, PostKind};
use api::mailbox::v1::forward_message_request::Target;
use api::mailbox::v1::{ActivityKind, ListActivityRequest};
use harness::actor::citizen_log::kinds;
use harness::actor::register::registration;
use harness::{Letter, Person, Refusable as _, Suite, on_both};
use kernel::Portal;
use std::time::Duration;

on_both! {
    Suite: r13_every_opening_download_and_change_is_in_the_log,
    r13_a_bulk_act_is_one_entry_and_what_changes_nothing_is_none,
    r13_who_acted_through_what_stays_in_the_log,
    r13_forwarding_and_the_list_of_recipients_are_in_the_log,
    r11_a_reader_reads_the_entries_about_public_post,
    r11_a_stranger_and_a_former_reader_read_nothing,
    r13_the_log_is_paged_and_asked_by_letter_and_time,
    a11_the_log_of_a_reader_tells_nothing_of_private_post,
    r13_p1_p8_what_the_register_says_of_an_owner_is_in_the_log,
}

async fn r13_every_opening_download_and_change_is_in_the_log(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let letter = suite.authority().delivers(&karen.person, Letter::about("Sag").with_pdf("sag.pdf")).await.unwrap();
    niels.is_given_access_by(&karen).await;
    let opened = niels.opens(&letter.message).await.unwrap();
    niels.downloads(&opened.files[0].name, 0).await.unwrap();
    niels.marks(&letter.message, false).await.unwrap();
    karen.marks(&letter.message, true).await.unwrap();
    let folder = niels.makes_folder(&karen.mailbox, "Sager").await.unwrap();
    niels.moves(&letter.message, &folder.name).await.unwrap();
    karen.deletes(&letter.message).await.unwrap();
    karen.moves(&letter.message, &folder.name).await.unwrap();
    karen.shows_public_post(true, false).await.unwrap();
    let log = karen.reads_log(&karen.mailbox).await.unwrap();
    let letters: Vec<_> = log.iter().rev().filter(|entry| entry.messages != [letter.message.as_str()]).collect();
    assert!(letters.iter().all(|entry| entry.messages.len() < 2), "notices, the folder, the settings");
    let about: Vec<_> = log.iter().rev().filter(|entry| entry.messages == [letter.message.as_str()]).cloned().collect();
    let expected = [
        ActivityKind::Arrived,
        ActivityKind::Opened,
        ActivityKind::Downloaded,
        ActivityKind::MarkedUnread,
        ActivityKind::MarkedRead,
        ActivityKind::Moved,
        ActivityKind::Deleted,
        ActivityKind::Restored,
    ];
    assert_eq!(kinds(&about), expected);
    assert_eq!((about[2].file.as_str(), about[5].folder.as_str()), (opened.files[0].name.as_str(), &*folder.name));
    assert_eq!(kinds(&log[..1]), [ActivityKind::SettingsChanged]);
    let created = log.iter().find(|entry| entry.kind() == ActivityKind::FolderCreated).unwrap();
    assert_eq!(
        (created.folder.as_str(), created.actor_display_name.as_str()),
        (&*folder.name, niels.person.full_name().as_str())
    );
    let numbers: Vec<i64> = log.iter().rev().map(|entry| entry.sequence).collect();
    assert_eq!(numbers, (1..=i64::try_from(log.len()).unwrap()).collect::<Vec<_>>(), "from 1 without gaps");
}

async fn r13_a_bulk_act_is_one_entry_and_what_changes_nothing_is_none(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let one = suite.authority().delivers(&karen.person, Letter::about("En")).await.unwrap().message;
    let other = suite.authority().delivers(&karen.person, Letter::about("To")).await.unwrap().message;
    karen.marks_all(&[&one, &other], true).await.unwrap();
    karen.marks_all(&[&one, &other], true).await.unwrap();
    let log = karen.reads_log("mailboxes/me").await.unwrap();
    assert_eq!(kinds(&log), [ActivityKind::MarkedRead, ActivityKind::Arrived, ActivityKind::Arrived]);
    let (mut marked, mut both) = (log[0].messages.clone(), [one.clone(), other]);
    marked.sort();
    both.sort();
    assert_eq!(marked, both);
    // Opening is logged each time, whatever it changes.
    karen.opens(&one).await.unwrap();
    assert_eq!(
        kinds(&karen.reads_log_of(&one).await.unwrap()),
        [ActivityKind::Opened, ActivityKind::MarkedRead, ActivityKind::Arrived]
    );
}

async fn r13_who_acted_through_what_stays_in_the_log(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let letter = suite.authority().delivers(&karen.person, Letter::about("Sag")).await.unwrap().message;
    let access = niels.is_given_access_by(&karen).await;
    niels.at(Portal::DigitalPostApp).opens(&letter).await.unwrap();
    karen.removes(&access).await.unwrap();
    let log = karen.reads_log_of(&letter).await.unwrap();
    let (opened, arrived) = (&log[0], &log[1]);
    assert_eq!(
        (opened.actor_display_name.as_str(), opened.capacity()),
        (niels.person.full_name().as_str(), Capacity::Reader)
    );
    assert_eq!(
        (opened.access.as_str(), opened.portal()),
        (access.name.as_str(), api::core::v1::Portal::DigitalPostApp)
    );
    assert_eq!(opened.actor, niels.mailbox.replace("mailboxes", "persons"));
    assert_eq!((arrived.actor_display_name.as_str(), arrived.capacity()), ("Odense Kommune", Capacity::Sender));
    assert_eq!((arrived.actor.as_str(), arrived.post_kind()), ("", PostKind::Public));
}

async fn r11_a_reader_reads_the_entries_about_public_post(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let mette = suite.citizen(Person::mette()).await;
    let letter = suite.authority().delivers(&karen.person, Letter::about("Sag")).await.unwrap().message;
    let own = niels.is_given_access_by(&karen).await;
    mette.is_given_access_by(&karen).await;
    mette.opens(&letter).await.unwrap();
    niels.opens(&letter).await.unwrap();
    karen.shows_public_post(true, true).await.unwrap();
    let log = niels.reads_log(&karen.mailbox).await.unwrap();
    assert_eq!(kinds(&log), [ActivityKind::Opened, ActivityKind::Opened, ActivityKind::Arrived]);
    assert!(log.iter().all(|entry| entry.post_kind() == PostKind::Public && entry.sequence == 0));
    assert_eq!((log[0].access.as_str(), log[1].access.as_str()), (own.name.as_str(), ""), "A17: another's access");
    assert_eq!(log[1].actor_display_name, mette.person.full_name());
}

async fn r11_a_stranger_and_a_former_reader_read_nothing(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    niels.reads_log(&karen.mailbox).await.refused("NOT_FOUND");
    let access = niels.is_given_access_by(&karen).await;
    niels.reads_log(&karen.mailbox).await.unwrap();
    karen.removes(&access).await.unwrap();
    niels.reads_log(&karen.mailbox).await.refused("ACCESS_ENDED");
}

async fn r13_the_log_is_paged_and_asked_by_letter_and_time(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let letter = suite.authority().delivers(&karen.person, Letter::about("Sag")).await.unwrap().message;
    let other = suite.authority().delivers(&karen.person, Letter::about("Anden")).await.unwrap().message;
    for _ in 0..3 {
        suite.advance(Duration::from_mins(1)).await;
        karen.opens(&letter).await.unwrap();
        karen.marks_all(&[&letter, &other], false).await.unwrap();
    }
    let all = karen.reads_log("mailboxes/me").await.unwrap();
    let ask = |message: &str| ListActivityRequest {
        parent: "mailboxes/me".to_owned(),
        message: message.to_owned(),
        page_size: 2,
        ..ListActivityRequest::default()
    };
    assert!(karen.reads_log_where(ask("")).await.unwrap() == all, "page after page");
    let about = karen.reads_log_where(ask(&letter)).await.unwrap();
    let expected: Vec<_> = all.iter().filter(|entry| entry.messages.contains(&letter)).cloned().collect();
    assert!(about == expected, "alone and in bulk acts");
    let from = all[2].activity_time;
    let since = karen.reads_log_where(ListActivityRequest { from_time: from, ..ask("") }).await.unwrap();
    let before = karen.reads_log_where(ListActivityRequest { before_time: from, ..ask("") }).await.unwrap();
    assert!([since.clone(), before].concat() == all);
    assert!(since.iter().all(|entry| entry.activity_time.unwrap().seconds >= from.unwrap().seconds));
}

async fn a11_the_log_of_a_reader_tells_nothing_of_private_post(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    karen.shows_public_post(true, true).await.unwrap();
    niels.is_given_access_by(&karen).await;
    let public = suite.authority().delivers(&karen.person, Letter::about("Offentlig")).await.unwrap().message;
    let private = suite.company(Portal::EBoks).delivers(&karen.person, Letter::about("Privat")).await.unwrap().message;
    let in_e_boks = karen.at(Portal::EBoks);
    in_e_boks.opens(&private).await.unwrap();
    in_e_boks.marks_all(&[&public, &private], false).await.unwrap();
    in_e_boks.marks_all(&[&public, &private], true).await.unwrap();
    for portal in [Portal::BorgerDk, Portal::DigitalPostApp, Portal::EBoks, Portal::MitDk] {
        let niels = niels.at(portal);
        let log = niels.reads_log(&karen.mailbox).await.unwrap();
        assert_eq!(kinds(&log), [ActivityKind::MarkedRead, ActivityKind::Arrived], "{portal}");
        assert!(log.iter().all(|entry| entry.messages == [public.as_str()] && entry.sequence == 0), "{portal}");
        assert!(niels.reads_log_of(&private).await.unwrap().is_empty(), "{portal}");
    }
    // P9: on borger.dk the owner sees as little of it, in e-Boks all.
    assert!(karen.reads_log_of(&private).await.unwrap().is_empty());
    assert_eq!(in_e_boks.reads_log_of(&private).await.unwrap().len(), 4);
}

async fn r13_forwarding_and_the_list_of_recipients_are_in_the_log(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let letter = suite.authority().delivers(&karen.person, Letter::about("Sag")).await.unwrap().message;
    niels.is_given_access_by(&karen).await;
    let recipient = karen.adds_recipient(&niels.person).await.unwrap();
    karen.adds_recipient(&niels.person).await.unwrap();
    niels.forwards(&letter, Target::OwnMailbox(true)).await.unwrap();
    karen.removes_recipient(&recipient.name).await.unwrap();
    let log = karen.reads_log("mailboxes/me").await.unwrap();
    let expected = [ActivityKind::RecipientRemoved, ActivityKind::Forwarded, ActivityKind::RecipientAdded];
    assert_eq!(kinds(&log[..3]), expected, "and registering somebody twice is no act");
    assert_eq!((log[1].messages.as_slice(), log[1].capacity()), ([letter].as_slice(), Capacity::Reader));
    assert_eq!(log[1].actor_display_name, niels.person.full_name());
}

async fn r13_p1_p8_what_the_register_says_of_an_owner_is_in_the_log(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let renamed = Person { last_name: "Lund".to_owned(), ..karen.person.clone() };
    for _ in 0..2 {
        suite.register().registers(registration(&renamed)).await.unwrap();
    }
    for _ in 0..2 {
        suite.register().reports_death_of(&karen.person).await.unwrap();
    }
    let log = karen.reads_log("mailboxes/me").await.unwrap();
    assert_eq!(kinds(&log), [ActivityKind::MailboxClosed, ActivityKind::OwnerChanged], "each once");
}
