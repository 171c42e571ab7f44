//! Letters as their senders deliver them.

use api::core::v1::PostKind;
use api::mailbox::v1::deliver_messages_response::Outcome;
use api::mailbox::v1::upload_delivery_file_request::Frame;
use api::mailbox::v1::{Delivery, DeliveryState, SenderKind, UploadDeliveryFileRequest};
use harness::actor::authority::{CHUNK, frames, header, new_uuid, pdf};
use harness::{Letter, Person, Refusable as _, Suite, contact_point, on_both};
use kernel::Clock as _;
use prost_types::Timestamp;

on_both! {
    Suite: m1_a_delivery_gets_its_receipt,
    m1_each_item_of_a_stream_gets_its_own_answer,
    m1_a_letter_to_nobody_is_refused,
    m2_the_same_letter_again_adds_nothing,
    m2_other_content_under_the_same_uuid_is_refused,
    m2_each_system_of_an_authority_has_uuids_of_its_own,
    m2_the_same_file_uploaded_anew_is_the_same_letter,
    m2_the_same_letter_many_times_at_once_is_one_letter,
    m3_a_file_is_what_it_says_or_refused,
    m3_a_file_that_was_damaged_is_refused,
    m3_a_file_too_large_is_refused_before_it_is_sent,
    m3_a_letter_has_ten_files_at_most,
    p1_a_former_spelling_of_a_number_is_the_same_mailbox,
    p5_the_sender_is_who_the_token_says,
}

async fn m1_a_delivery_gets_its_receipt(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let delivery = suite.authority().prepares(&karen.person, Letter::about("Skat")).await.unwrap();
    let receipt = suite.authority().sends(delivery.clone()).await.unwrap();
    assert_eq!(receipt.message_uuid, delivery.message_uuid);
    assert_eq!(receipt.state(), DeliveryState::Available);
    assert_eq!(receipt.accept_time.unwrap().seconds, suite.clock().now().as_secs());
    assert!(receipt.message.starts_with(&format!("{}/messages/", karen.mailbox)));
    assert_eq!(karen.lists(&karen.mailbox).await.unwrap()[0].name, receipt.message);
}

async fn m1_each_item_of_a_stream_gets_its_own_answer(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let authority = suite.authority();
    let mut deliveries = Vec::new();
    for number in 0..25 {
        let to = if number == 7 { Person::ole() } else { Person::karen() };
        deliveries.push(authority.prepares(&to, Letter::about(&format!("Brev {number}"))).await.unwrap());
    }
    deliveries[9].subject.clear();
    deliveries[11] = deliveries[10].clone();
    let answers = authority.sends_all(deliveries.clone()).await.unwrap();
    assert_eq!(answers.len(), 25);
    for (number, answer) in answers.iter().enumerate() {
        assert_eq!(answer.item_number, i64::try_from(number).unwrap());
        assert_eq!(answer.message_uuid, deliveries[number].message_uuid);
        let reason = match answer.outcome.as_ref().unwrap() {
            Outcome::Receipt(_) => "",
            Outcome::Refusal(refusal) => refusal.reason().as_str_name().trim_start_matches("ERROR_REASON_"),
        };
        let expected = match number {
            7 => "RECIPIENT_NOT_REGISTERED",
            9 => "INVALID_FIELDS",
            _ => "",
        };
        assert_eq!(reason, expected, "item {number}");
    }
    suite.settle().await;
    assert_eq!(karen.lists(&karen.mailbox).await.unwrap().len(), 22);
}

async fn m1_a_letter_to_nobody_is_refused(suite: Suite) {
    suite.authority().delivers(&Person::ole(), Letter::about("Ingen")).await.refused("RECIPIENT_NOT_REGISTERED");
}

async fn m2_the_same_letter_again_adds_nothing(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let letter = Letter::about("Skat").with_pdf("skat.pdf");
    let delivery = suite.authority().prepares(&karen.person, letter).await.unwrap();
    let first = suite.authority().sends(delivery.clone()).await.unwrap();
    suite.advance(std::time::Duration::from_hours(1)).await;
    let mut hyphenated = delivery.clone();
    hyphenated.cpr_number.insert(6, '-');
    for again in [delivery, hyphenated] {
        let second = suite.authority().sends(again).await.unwrap();
        assert_eq!((&first.message, first.accept_time), (&second.message, second.accept_time));
    }
    assert_eq!(karen.lists(&karen.mailbox).await.unwrap().len(), 1);
}

async fn m2_other_content_under_the_same_uuid_is_refused(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    suite.citizen(Person::niels()).await;
    suite.authority().sets_contact_points(vec![contact_point("byg", "Byggesager")]).await.unwrap();
    let reply_contact_point = "authorities/29189668/contactPoints/byg".to_owned();
    let stated = suite.authority().prepares(&karen.person, Letter::about("Skat")).await.unwrap();
    let delivery = Delivery { reply_contact_point, ..stated };
    suite.authority().sends(delivery.clone()).await.unwrap();
    let later = Some(Timestamp { seconds: suite.clock().now().as_secs() + 3_600, nanos: 0 });
    let mut others = vec![delivery.clone(); 8];
    others[0].subject.push('!');
    others[1].body_text.push('!');
    others[2].cpr_number = Person::niels().cpr_number;
    others[3].legal_basis.push_str("su");
    others[4].legal_notification = true;
    others[5].visible_from = later;
    others[6].reply_by = later;
    others[7].reply_contact_point.clear();
    for other in others {
        let refused = suite.authority().sends(other).await.refused("CONTENT_DIFFERS");
        assert_eq!(refused.metadata["message_uuid"], delivery.message_uuid);
    }
    // Another sender's UUID is another letter.
    let delivery = Delivery { reply_contact_point: String::new(), ..delivery };
    suite.company(kernel::Portal::EBoks).sends(delivery).await.unwrap();
    assert_eq!(karen.lists(&karen.mailbox).await.unwrap().len(), 1);
}

async fn m2_each_system_of_an_authority_has_uuids_of_its_own(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let (one, other) = (suite.authority(), suite.authority().by_system("letters-2"));
    let delivery = one.prepares(&karen.person, Letter::about("Skat")).await.unwrap();
    let first = one.sends(delivery.clone()).await.unwrap();
    let second = other.sends(Delivery { subject: "Børnepenge".to_owned(), ..delivery.clone() }).await.unwrap();
    assert_ne!(first.message, second.message);
    assert_eq!(one.sends(delivery).await.unwrap().message, first.message);
    assert_eq!(karen.lists(&karen.mailbox).await.unwrap().len(), 2);
}

async fn m2_the_same_file_uploaded_anew_is_the_same_letter(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let (authority, file) = (suite.authority(), pdf("Skat"));
    let letter = Letter::about("Skat").with_pdf("skat.pdf");
    let first = authority.prepares(&karen.person, letter.clone()).await.unwrap();
    let receipt = authority.sends(first.clone()).await.unwrap();
    let anew = async |name, content: &[u8]| {
        let main_document = authority.uploads(name, content).await.unwrap().name;
        authority.sends(api::mailbox::v1::Delivery { main_document, ..first.clone() }).await
    };
    assert_eq!(anew("skat.pdf", &file).await.unwrap().message, receipt.message);
    anew("andet.pdf", &file).await.refused("CONTENT_DIFFERS");
    anew("skat.pdf", &pdf("Told")).await.refused("CONTENT_DIFFERS");
    // The very same delivery is known even when its uploads are long gone.
    suite.advance(std::time::Duration::from_hours(30)).await;
    assert_eq!(authority.sends(first.clone()).await.unwrap().message, receipt.message);
    assert_eq!(karen.lists(&karen.mailbox).await.unwrap().len(), 1);
}

async fn m2_the_same_letter_many_times_at_once_is_one_letter(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let delivery = suite.authority().prepares(&karen.person, Letter::about("Skat")).await.unwrap();
    let authority = suite.authority();
    let sent = futures::future::join_all((0..8).map(|_| authority.sends(delivery.clone()))).await;
    let mut names: Vec<String> = sent.into_iter().map(|receipt| receipt.unwrap().message).collect();
    names.dedup();
    assert_eq!(names.len(), 1);
    assert_eq!(karen.lists(&karen.mailbox).await.unwrap().len(), 1);
}

async fn m3_a_file_is_what_it_says_or_refused(suite: Suite) {
    let authority = suite.authority();
    let program = [b"\x7fELF\x02\x01\x01".as_slice(), &[0; 64]].concat();
    let windows = [b"MZ\x90\x00".as_slice(), &[0; 64]].concat();
    let script = b"#!/bin/sh\nrm -rf /\n".to_vec();
    for (name, content) in [
        ("regning.pdf", program.clone()),
        ("regning.pdf", windows),
        ("program.exe", program),
        ("regning.pdf", b"<html><script>alert(1)</script></html>".to_vec()),
        ("billede.png", pdf("no picture")),
        ("script.sh", script),
    ] {
        let refused = authority.uploads(name, &content).await.refused("FILE_TYPE_NOT_ALLOWED");
        assert!(refused.metadata.contains_key("detected_type"), "{name}");
    }
    authority.uploads("regning.pdf", &pdf("a PDF")).await.unwrap();
}

async fn m3_a_file_that_was_damaged_is_refused(suite: Suite) {
    let (authority, content) = (suite.authority(), pdf("whole"));
    let mut damaged = content.clone();
    *damaged.last_mut().unwrap() ^= 1;
    let intact = header("a.pdf", &content);
    authority.uploads_frames(frames(intact.clone(), &damaged)).await.refused("FILE_HASH_MISMATCH");
    let cut = frames(intact.clone(), &content[..content.len() - 1]);
    authority.uploads_frames(cut).await.refused("FILE_HASH_MISMATCH");
    let headless = frames(intact.clone(), &content).into_iter().skip(1).collect();
    assert!(authority.uploads_frames(headless).await.is_err());
    let mut long = frames(intact, &content);
    long[1] = UploadDeliveryFileRequest { frame: Some(Frame::Chunk(vec![b' '; CHUNK + 1].into())) };
    assert!(authority.uploads_frames(long).await.is_err());
}

async fn m3_a_file_too_large_is_refused_before_it_is_sent(suite: Suite) {
    let mut large = header("stor.pdf", b"%PDF-1.7");
    large.size_bytes = 99_500_001;
    let refused = suite.authority().uploads_frames(frames(large.clone(), b"%PDF-1.7")).await.refused("FILE_TOO_LARGE");
    assert_eq!(refused.metadata["limit_bytes"], "99500000");
    large.size_bytes = 0;
    let refused = suite.authority().uploads_frames(frames(large, b"")).await.refused("INVALID_FIELDS");
    assert!(refused.fields.iter().any(|field| field.ends_with("size_bytes")), "{refused:?}");
}

async fn m3_a_letter_has_ten_files_at_most(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let mut letter = Letter::about("Mange bilag");
    for number in 0..10 {
        letter = letter.with_pdf(&format!("bilag-{number}.pdf"));
    }
    let ten = suite.authority().delivers(&karen.person, letter.clone()).await.unwrap();
    let opened = karen.opens(&ten.message).await.unwrap();
    let names: Vec<&str> = opened.files.iter().map(|file| file.display_name.as_str()).collect();
    assert_eq!(names, (0..10).map(|number| format!("bilag-{number}.pdf")).collect::<Vec<_>>());
    let eleven = letter.with_pdf("bilag-10.pdf");
    let refused = suite.authority().delivers(&karen.person, eleven).await.err().unwrap();
    assert!(["TOO_MANY_FILES", "INVALID_FIELDS"].contains(&refused.reason.as_str()), "{refused:?}");
}

async fn p1_a_former_spelling_of_a_number_is_the_same_mailbox(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let mut delivery = suite.authority().prepares(&karen.person, Letter::about("Bindestreg")).await.unwrap();
    delivery.cpr_number.insert(6, '-');
    let receipt = suite.authority().sends(delivery).await.unwrap();
    assert!(receipt.message.starts_with(&karen.mailbox));
}

async fn p5_the_sender_is_who_the_token_says(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    suite.authority().delivers(&karen.person, Letter::about("Fra kommunen")).await.unwrap();
    let listed = karen.lists(&karen.mailbox).await.unwrap();
    let sender = listed[0].sender.as_ref().unwrap();
    assert_eq!(sender.kind(), SenderKind::Authority);
    assert_eq!((sender.cvr_number.as_str(), sender.display_name.as_str()), ("29189668", "Odense Kommune"));
    assert_eq!(listed[0].post_kind(), PostKind::Public);
    // A sender sees its own letters only.
    let uuid = new_uuid();
    suite.authority().receipt(&uuid).await.refused("NOT_FOUND");
}
