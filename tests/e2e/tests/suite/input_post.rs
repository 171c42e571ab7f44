//! Bad input about persons and post: every violation is listed at once, and nothing is written.

use api::mailbox::v1::{
    CreateFolderRequest, DeliverMessageRequest, Delivery, GetMessageRequest, ListMessagesRequest, MarkMessagesRequest,
    PersonRegistration,
};
use harness::actor::register::registration;
use harness::suite::answer;
use harness::{Letter, Person, Refusable as _, Suite, on_both};

on_both! {
    Suite: every_violation_of_a_registration_is_listed,
    every_violation_of_a_delivery_is_listed,
    m1_a_subject_or_body_too_long_is_refused,
    m3_an_upload_that_is_not_there_is_named,
    m3_an_upload_of_another_sender_is_not_there,
    a_folder_name_that_is_none_is_refused,
    a_letter_name_that_is_none_is_refused,
    an_unknown_letter_is_not_found,
    a_bulk_act_on_none_or_too_many_is_refused,
    a_request_too_large_is_refused,
    a_list_of_another_mailboxes_folder_is_refused,
}

const UNKNOWN: &str = "0192f0c1-2f4a-7cc3-98c4-dc0c0c07398f";

async fn every_violation_of_a_registration_is_listed(suite: Suite) {
    let wrong = PersonRegistration {
        cpr_number: "610150".to_owned(),
        names: None,
        status: 99,
        postal_address: "x".repeat(301),
        death_date: "yesterday".to_owned(),
    };
    let refused = suite.register().registers(wrong).await.refused("INVALID_FIELDS");
    for field in ["cpr_number", "names", "status", "postal_address"] {
        assert!(refused.fields.iter().any(|named| named.ends_with(field)), "{field} in {:?}", refused.fields);
    }
    let alive = PersonRegistration { death_date: "2026-01-01".to_owned(), ..registration(&Person::karen()) };
    let refused = suite.register().registers(alive).await.refused("INVALID_FIELDS");
    assert_eq!(refused.fields, ["registration.death_date"]);
    suite.authority().delivers(&Person::karen(), Letter::about("Ingen")).await.refused("RECIPIENT_NOT_REGISTERED");
}

async fn every_violation_of_a_delivery_is_listed(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let wrong = Delivery {
        message_uuid: "not a uuid".to_owned(),
        cpr_number: "1".to_owned(),
        subject: "a\nb".to_owned(),
        body_text: "\u{202e}".to_owned(),
        main_document: "uploads/1".to_owned(),
        legal_basis: "NOT A CODE".to_owned(),
        ..Delivery::default()
    };
    let refused = suite.authority().sends(wrong).await.refused("INVALID_FIELDS");
    for field in ["message_uuid", "cpr_number", "subject", "body_text", "main_document", "legal_basis"] {
        assert!(refused.fields.iter().any(|named| named.ends_with(field)), "{field} in {:?}", refused.fields);
    }
    let nothing = suite.authority().request(DeliverMessageRequest { delivery: None });
    answer(suite.clients().delivery().deliver_message(nothing).await).refused("INVALID_FIELDS");
    assert!(karen.lists(&karen.mailbox).await.unwrap().is_empty());
}

async fn m1_a_subject_or_body_too_long_is_refused(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let good = suite.authority().prepares(&karen.person, Letter::about("Langt")).await.unwrap();
    // The limits count characters and not bytes.
    let longest = Delivery { subject: "æ".repeat(256), body_text: "ø".repeat(30_000), ..good.clone() };
    suite.authority().sends(longest).await.unwrap();
    let message_uuid = UNKNOWN.to_owned();
    for (delivery, field) in [
        (Delivery { subject: "æ".repeat(257), ..good.clone() }, "delivery.subject"),
        (Delivery { body_text: "ø".repeat(30_001), ..good.clone() }, "delivery.body_text"),
        (Delivery { subject: String::new(), ..good.clone() }, "delivery.subject"),
        (Delivery { body_text: String::new(), ..good }, "delivery.body_text"),
    ] {
        let delivery = Delivery { message_uuid: message_uuid.clone(), ..delivery };
        assert_eq!(suite.authority().sends(delivery).await.refused("INVALID_FIELDS").fields, [field]);
    }
    assert_eq!(karen.lists(&karen.mailbox).await.unwrap().len(), 1);
}

async fn m3_an_upload_that_is_not_there_is_named(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let mut delivery = suite.authority().prepares(&karen.person, Letter::about("Bilag")).await.unwrap();
    delivery.main_document = format!("uploads/{UNKNOWN}");
    let refused = suite.authority().sends(delivery.clone()).await.refused("UPLOAD_NOT_FOUND");
    assert_eq!(refused.metadata["upload"], delivery.main_document);
    // A refused delivery leaves nothing: its UUID can be used again.
    delivery.main_document.clear();
    suite.authority().sends(delivery).await.unwrap();
}

async fn m3_an_upload_of_another_sender_is_not_there(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let theirs = suite.company(kernel::Portal::EBoks);
    let upload = theirs.uploads("a.pdf", &harness::actor::authority::pdf("theirs")).await.unwrap();
    let mut delivery = suite.authority().prepares(&karen.person, Letter::about("Bilag")).await.unwrap();
    delivery.main_document = upload.name;
    suite.authority().sends(delivery).await.refused("UPLOAD_NOT_FOUND");
}

async fn a_folder_name_that_is_none_is_refused(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    for name in ["", "  ", "a\tb", "\u{200b}", &"m".repeat(101)] {
        let refused = karen.makes_folder(&karen.mailbox, name).await.refused("INVALID_FIELDS");
        assert_eq!(refused.fields, ["display_name"], "{name:?}");
    }
    let wrong = CreateFolderRequest {
        parent: "mailboxes".to_owned(),
        display_name: String::new(),
        parent_folder: "inbox".to_owned(),
        request_id: "\u{7f}".to_owned(),
    };
    let mut refused =
        answer(suite.clients().mailbox().create_folder(karen.request(wrong)).await).refused("INVALID_FIELDS");
    refused.fields.sort();
    assert_eq!(refused.fields, ["display_name", "parent", "parent_folder", "request_id"]);
    assert_eq!(karen.folders(&karen.mailbox).await.unwrap().len(), 4);
}

async fn a_letter_name_that_is_none_is_refused(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    for name in ["", "messages/1", "mailboxes/me/messages/", "mailboxes/me/messages/1", "mailboxes//messages/1"] {
        let request = GetMessageRequest { name: name.to_owned() };
        let refused = answer(suite.clients().mailbox().get_message(karen.request(request)).await);
        assert_eq!(refused.refused("INVALID_FIELDS").fields, ["name"], "{name:?}");
    }
}

async fn an_unknown_letter_is_not_found(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let letter = suite.authority().delivers(&niels.person, Letter::about("Niels")).await.unwrap().message;
    let id = letter.rsplit('/').next().unwrap();
    karen.opens(&format!("mailboxes/me/messages/{UNKNOWN}")).await.refused("NOT_FOUND");
    // A letter of another mailbox under the own one's name.
    karen.opens(&format!("mailboxes/me/messages/{id}")).await.refused("NOT_FOUND");
    karen.opens(&letter).await.refused("NOT_FOUND");
    karen.downloads(&format!("{letter}/files/{UNKNOWN}"), 0).await.refused("NOT_FOUND");
    karen
        .moves(&format!("{}/messages/{id}", karen.mailbox), &format!("{}/folders/archive", karen.mailbox))
        .await
        .refused("NOT_FOUND");
}

async fn a_bulk_act_on_none_or_too_many_is_refused(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let name = |number: u32| format!("mailboxes/me/messages/0192f0c1-2f4a-7cc3-98c4-{number:012}");
    for names in [Vec::new(), (0..101).map(name).collect(), vec!["x".to_owned()]] {
        let request =
            MarkMessagesRequest { parent: "mailboxes/me".to_owned(), names, ..MarkMessagesRequest::default() };
        let refused = answer(suite.clients().mailbox().mark_messages(karen.request(request)).await);
        let refused = refused.refused("INVALID_FIELDS");
        assert!(refused.fields.iter().all(|field| field.starts_with("names")), "{refused:?}");
    }
}

async fn a_request_too_large_is_refused(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let mut delivery = suite.authority().prepares(&karen.person, Letter::about("Stor")).await.unwrap();
    delivery.body_text = "x".repeat(5 << 20);
    let refused = suite.authority().sends(delivery).await.err().unwrap();
    assert!(
        [tonic::Code::ResourceExhausted, tonic::Code::OutOfRange].contains(&refused.code),
        "not decoded at all: {refused:?}"
    );
    assert!(karen.lists(&karen.mailbox).await.unwrap().is_empty());
}

async fn a_list_of_another_mailboxes_folder_is_refused(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let theirs = format!("{}/folders/inbox", niels.mailbox);
    let request =
        ListMessagesRequest { parent: karen.mailbox.clone(), folder: theirs, ..ListMessagesRequest::default() };
    let refused = answer(suite.clients().mailbox().list_messages(karen.request(request)).await).err().unwrap();
    assert!(["INVALID_FIELDS", "NOT_FOUND"].contains(&refused.reason.as_str()), "{refused:?}");
}
