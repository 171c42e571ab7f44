//! Messages for service: withheld from readers until somebody is served, and served once.

use api::core::v1::{Capacity, Portal};
use api::mailbox::v1::{Delivery, MarkMessagesRequest, MoveMessagesRequest, Receipt, ServiceState};
use futures::stream::{self, StreamExt as _};
use harness::{Citizen, Letter, Person, Refusable as _, Suite, on_both};
use kernel::Clock as _;
use std::time::Duration;

on_both! {
    Suite: r6_a_reader_is_served_on_the_owners_behalf,
    r12_an_unserved_message_is_withheld_from_readers,
    r12_of_many_letters_only_the_unserved_is_withheld,
    r12_listing_serves_nobody,
    r12_the_owner_is_told_and_the_sender_gets_a_receipt,
    r12_only_authorities_send_messages_for_service,
    r12_an_ordinary_letter_is_not_served,
    m8_a_message_is_served_once,
    m8_the_owners_opening_moving_and_deleting_serve,
    m8_the_owners_marking_serves_nobody,
    m8_the_record_stays_when_the_letter_goes,
    m8_racing_acknowledgements_make_one_record,
    a6_nobody_is_served_after_the_access_has_ended,
}

/// A summons with a PDF for Karen, from the court.
async fn summons(suite: &Suite, karen: &Citizen) -> Receipt {
    let letter = Letter::about("Indkaldelse til retten").with_pdf("indkaldelse.pdf");
    suite.authority().summons(&karen.person, letter).await.unwrap()
}

async fn state_of(citizen: &Citizen, mailbox: &str, message: &str) -> ServiceState {
    let listed = citizen.lists(mailbox).await.unwrap();
    listed.iter().find(|letter| letter.name == message).unwrap().service_state()
}

async fn r6_a_reader_is_served_on_the_owners_behalf(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    niels.is_given_access_by(&karen).await;
    let message = summons(&suite, &karen).await.message;
    suite.clock().advance(Duration::from_hours(1));
    let record = niels.is_served(&message).await.unwrap();
    assert_eq!(record.message, message);
    assert_eq!(record.served_for, karen.mailbox.replace("mailboxes", "persons"));
    assert_eq!(record.served_person, niels.mailbox.replace("mailboxes", "persons"));
    assert_eq!(record.served_for_display_name, karen.person.full_name());
    assert_eq!(record.served_person_display_name, niels.person.full_name());
    assert_eq!((record.capacity(), record.portal()), (Capacity::Reader, Portal::BorgerDk));
    assert_eq!(record.serve_time.unwrap().seconds, suite.clock().now().as_secs());
    assert_eq!(state_of(&niels, &karen.mailbox, &message).await, ServiceState::Served);
    let opened = niels.opens(&message).await.unwrap();
    assert!(opened.body_text.contains("Indkaldelse"));
    niels.downloads(&opened.files[0].name, 0).await.unwrap();
    for who in [&karen, &niels] {
        assert!(who.service_record(&message).await.unwrap() == record);
        assert_eq!(who.opens(&message).await.unwrap().service_record, record.name);
    }
}

async fn r12_an_unserved_message_is_withheld_from_readers(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    niels.is_given_access_by(&karen).await;
    // One file in two letters, so that its name is known from the one that is open.
    let letter = Letter::about("Indkaldelse til retten").with_pdf("indkaldelse.pdf");
    let open = suite.authority().prepares(&karen.person, letter).await.unwrap();
    let (message_uuid, legal_notification) = (harness::actor::authority::new_uuid(), true);
    let withheld = Delivery { message_uuid, legal_notification, ..open.clone() };
    let open = suite.authority().sends(open).await.unwrap().message;
    let message = suite.authority().sends(withheld).await.unwrap().message;
    let file = niels.opens(&open).await.unwrap().files[0].name.clone();
    let file = file.replace(&open, &message);
    let before = niels.folders(&karen.mailbox).await.unwrap();

    let needed = "SERVICE_ACKNOWLEDGEMENT_REQUIRED";
    assert_eq!(niels.opens(&message).await.refused(needed).metadata["message"], message);
    niels.downloads(&file, 0).await.refused(needed);
    niels.marks(&message, true).await.refused(needed);
    let archive = format!("{}/folders/archive", karen.mailbox);
    assert_eq!(niels.moves(&message, &archive).await.refused(needed).metadata["message"], message);
    niels.service_record(&message).await.refused("NOT_FOUND");
    assert!(niels.folders(&karen.mailbox).await.unwrap() == before);
    assert_eq!(state_of(&niels, &karen.mailbox, &message).await, ServiceState::Unserved);
}

async fn r12_of_many_letters_only_the_unserved_is_withheld(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    niels.is_given_access_by(&karen).await;
    let ordinary = suite.authority().delivers(&karen.person, Letter::about("Skat")).await.unwrap().message;
    let message = summons(&suite, &karen).await.message;
    let names = vec![message.clone(), ordinary.clone()];
    let destination_folder = format!("{}/folders/archive", karen.mailbox);
    let parent = karen.mailbox.clone();
    let mark = MarkMessagesRequest { parent: parent.clone(), names: names.clone(), read: true, ..Default::default() };
    let moving = MoveMessagesRequest { parent, names, destination_folder, ..Default::default() };
    let marked = suite.clients().mailbox().mark_messages(niels.request(mark)).await.unwrap().into_inner().outcomes;
    let moved = suite.clients().mailbox().move_messages(niels.request(moving)).await.unwrap().into_inner().outcomes;
    for outcomes in [marked, moved] {
        let reason = outcomes[0].refusal.as_ref().unwrap().reason().as_str_name();
        assert_eq!(reason, "ERROR_REASON_SERVICE_ACKNOWLEDGEMENT_REQUIRED");
        assert!(outcomes[1].refusal.is_none());
    }
    let listed = karen.lists(&karen.mailbox).await.unwrap();
    let placed = |name: &str| listed.iter().find(|letter| letter.name == name).unwrap();
    assert!(placed(&message).folder.ends_with("/inbox") && !placed(&message).read);
    assert!(placed(&ordinary).folder.ends_with("/archive") && placed(&ordinary).read);
}

async fn r12_listing_serves_nobody(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    niels.is_given_access_by(&karen).await;
    let message = summons(&suite, &karen).await.message;
    for who in [&karen, &niels] {
        assert_eq!(state_of(who, &karen.mailbox, &message).await, ServiceState::Unserved);
        who.service_record(&message).await.refused("NOT_FOUND");
    }
}

async fn r12_the_owner_is_told_and_the_sender_gets_a_receipt(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    niels.is_given_access_by(&karen).await;
    let receipt = summons(&suite, &karen).await;
    assert!(suite.authority().receipt(&receipt.message_uuid).await.unwrap().service_record.is_none());
    let record = niels.is_served(&receipt.message).await.unwrap();

    let letters = karen.lists(&karen.mailbox).await.unwrap();
    let told = letters.iter().find(|letter| letter.subject.starts_with("Forkyndelse")).unwrap();
    let notice = karen.opens(&told.name).await.unwrap();
    for word in
        [&niels.person.full_name(), "på dine vegne", "on your behalf", "Indkaldelse til retten", "Odense Kommune"]
    {
        assert!(notice.body_text.contains(word), "{word}");
    }
    let served = suite.authority().receipt(&receipt.message_uuid).await.unwrap();
    assert!(served.service_record == Some(record));
    assert!(served.first_open_time.is_none(), "being served opens nothing else");
}

async fn r12_only_authorities_send_messages_for_service(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let company = suite.company(kernel::Portal::EBoks);
    let refused = company.summons(&karen.person, Letter::about("Retten kalder")).await.refused("INVALID_FIELDS");
    assert_eq!(refused.fields, ["delivery.legal_notification"]);
}

async fn r12_an_ordinary_letter_is_not_served(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    niels.is_given_access_by(&karen).await;
    let message = suite.authority().delivers(&karen.person, Letter::about("Skat")).await.unwrap().message;
    for who in [&karen, &niels] {
        who.is_served(&message).await.refused("STATE_CONFLICT");
        who.service_record(&message).await.refused("NOT_FOUND");
    }
    let mette = suite.citizen(Person::mette()).await;
    mette.is_served(&message).await.refused("NOT_FOUND");
}

async fn m8_a_message_is_served_once(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    niels.is_given_access_by(&karen).await;
    let message = summons(&suite, &karen).await.message;
    let record = niels.is_served(&message).await.unwrap();
    let letters = karen.lists(&karen.mailbox).await.unwrap().len();
    suite.advance(Duration::from_hours(1)).await;
    assert!(karen.is_served(&message).await.unwrap() == record);
    karen.opens(&message).await.unwrap();
    karen.deletes(&message).await.unwrap();
    assert!(niels.is_served(&message).await.unwrap() == record);
    assert_eq!(karen.lists(&karen.mailbox).await.unwrap().len(), letters - 1, "told once");
}

async fn m8_the_owners_opening_moving_and_deleting_serve(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    for act in ["open", "move", "delete"] {
        let receipt = summons(&suite, &karen).await;
        match act {
            "open" => assert!(!karen.opens(&receipt.message).await.unwrap().service_record.is_empty()),
            "move" => karen.moves(&receipt.message, "mailboxes/me/folders/archive").await.unwrap(),
            _ => karen.deletes(&receipt.message).await.unwrap(),
        }
        let record = karen.service_record(&receipt.message).await.unwrap();
        assert_eq!(record.capacity(), Capacity::Owner, "{act}");
        assert_eq!(record.served_person, record.served_for);
        let served = suite.authority().receipt(&receipt.message_uuid).await.unwrap();
        assert!(served.service_record == Some(record));
    }
}

async fn m8_the_owners_marking_serves_nobody(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let message = summons(&suite, &karen).await.message;
    karen.marks(&message, true).await.unwrap();
    karen.moves(&message, "mailboxes/me/folders/inbox").await.unwrap();
    assert_eq!(state_of(&karen, &karen.mailbox, &message).await, ServiceState::Unserved, "it lay there already");
}

async fn m8_the_record_stays_when_the_letter_goes(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let receipt = summons(&suite, &karen).await;
    karen.deletes(&receipt.message).await.unwrap();
    let record = karen.service_record(&receipt.message).await.unwrap();
    suite.advance(Duration::from_hours(31 * 24)).await;
    karen.opens(&receipt.message).await.refused("NOT_FOUND");
    assert!(karen.service_record(&receipt.message).await.unwrap() == record);
    let served = suite.authority().receipt(&receipt.message_uuid).await.unwrap();
    assert!(served.service_record == Some(record));
}

async fn m8_racing_acknowledgements_make_one_record(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let mette = suite.citizen(Person::mette()).await;
    niels.is_given_access_by(&karen).await;
    mette.is_given_access_by(&karen).await;
    let message = summons(&suite, &karen).await.message;
    let (message, karen, niels, mette) = (&message, &karen, &niels, &mette);
    let racing = (0..harness::size(24, 1_000)).map(|number| async move {
        match number % 4 {
            0 => karen.opens(message).await.map(|_| None),
            1 => karen.is_served(message).await.map(Some),
            2 => niels.is_served(message).await.map(Some),
            _ => mette.is_served(message).await.map(Some),
        }
    });
    // As many at once as the service takes in.
    let answers: Vec<_> = stream::iter(racing).buffered(48).collect().await;
    let record = karen.service_record(message).await.unwrap();
    let records: Vec<_> = answers.into_iter().filter_map(|answer| answer.unwrap()).collect();
    assert!(records.iter().all(|one| *one == record));
    let notices = karen.subjects(&karen.mailbox).await.unwrap();
    assert_eq!(notices.iter().filter(|subject| subject.starts_with("Forkyndelse")).count(), 1);
}

async fn a6_nobody_is_served_after_the_access_has_ended(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let access = niels.is_given_access_by(&karen).await;
    let message = summons(&suite, &karen).await.message;
    karen.removes(&access).await.unwrap();
    niels.is_served(&message).await.refused("ACCESS_ENDED");
    niels.service_record(&message).await.refused("ACCESS_ENDED");
    assert_eq!(state_of(&karen, &karen.mailbox, &message).await, ServiceState::Unserved);
}
