//! Letters that are forwarded: as copies into other mailboxes, and by e-mail.

use api::core::v1::PostKind;
use api::mailbox::v1::forward_message_request::Target;
use api::mailbox::v1::{ForwardMessageRequest, PostMessage, SenderKind};
use futures::future::join_all;
use harness::actor::authority::pdf;
use harness::{Citizen, Letter, Person, Refusable as _, Suite, on_both};
use kernel::Portal;
use std::time::Duration;

on_both! {
    Suite: m7_a_copy_names_its_original_and_its_forwarder,
    m7_an_owner_forwards_to_a_recipient_of_theirs,
    m7_an_email_is_fetched_with_its_files,
    m7_a_letter_too_large_for_email_is_refused,
    m7_limits_hold_for_each_person_and_hour,
    m7_a_letter_is_not_forwarded_to_where_it_lies,
    m7_a_repeated_forwarding_is_one,
    m9_who_takes_no_post_any_more_gets_none,
    r5_a_reader_forwards_to_a_person_and_to_an_email_address,
    r12_forwarding_serves_the_owner_and_is_withheld_from_readers,
    a11_a_reader_never_forwards_private_post,
    a20_a_copy_stays_when_the_access_has_ended,
    a20_the_exempt_keep_copies_too,
    a20_nothing_is_forwarded_after_the_access_has_ended,
}

fn email() -> Target {
    Target::EmailAddress("mette@example.dk".to_owned())
}

async fn letter(suite: &Suite, karen: &Citizen) -> String {
    let letter = Letter::about("Skat").with_pdf("skat.pdf").with_pdf("bilag.pdf");
    suite.authority().delivers(&karen.person, letter).await.unwrap().message
}

/// The one letter that somebody has got from a citizen.
async fn copy(of: &Citizen) -> PostMessage {
    of.suite().settle().await;
    let listed = of.lists(&of.mailbox).await.unwrap();
    let copies: Vec<_> =
        listed.iter().filter(|letter| letter.sender.as_ref().unwrap().kind() == SenderKind::Person).collect();
    assert_eq!(copies.len(), 1);
    of.opens(&copies[0].name).await.unwrap()
}

async fn m7_a_copy_names_its_original_and_its_forwarder(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let message = letter(&suite, &karen).await;
    let original = karen.opens(&message).await.unwrap();
    suite.advance(Duration::from_hours(1)).await;
    karen.forwards(&message, Target::Person(niels.person.particulars())).await.unwrap();
    let copy = copy(&niels).await;
    let (summary, origin) = (copy.summary.unwrap(), copy.forwarded_from.unwrap());
    assert_eq!(summary.sender.unwrap().display_name, karen.person.full_name());
    assert_eq!((summary.subject.as_str(), &copy.body_text), ("Skat", &original.body_text));
    assert_eq!(origin.message, message);
    assert_eq!(origin.sender.unwrap().display_name, "Odense Kommune");
    assert_eq!(origin.available_time, original.summary.unwrap().available_time);
    assert_eq!((origin.forwarded_by_display_name, origin.comment.as_str()), (karen.person.full_name(), "Se her"));
    let names: Vec<&str> = copy.files.iter().map(|file| file.display_name.as_str()).collect();
    assert_eq!(names, ["skat.pdf", "bilag.pdf"]);
    for file in &copy.files {
        assert_eq!(niels.downloads(&file.name, 0).await.unwrap().1, pdf("Skat"));
    }
    niels.opens(&origin.message).await.refused("NOT_FOUND");
}

async fn m7_an_owner_forwards_to_a_recipient_of_theirs(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let message = letter(&suite, &karen).await;
    let recipient = karen.adds_recipient(&niels.person).await.unwrap().name;
    karen.forwards(&message, Target::Recipient(recipient.clone())).await.unwrap();
    assert_eq!(copy(&niels).await.forwarded_from.unwrap().message, message);
    // The list of somebody else is nobody's but theirs.
    let mette = suite.citizen(Person::mette()).await;
    mette.is_given_access_by(&karen).await;
    mette.forwards(&message, Target::Recipient(recipient.clone())).await.refused("NOT_FOUND");
    karen.removes_recipient(&recipient).await.unwrap();
    karen.forwards(&message, Target::Recipient(recipient)).await.refused("NOT_FOUND");
    copy(&niels).await;
}

async fn m7_an_email_is_fetched_with_its_files(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let message = letter(&suite, &karen).await;
    let forward = karen.forwards(&message, email()).await.unwrap().forward;
    assert!(forward.starts_with(&format!("{}/forwards/", karen.mailbox)));
    let (header, files) = suite.fetches_forward(&forward).await.unwrap();
    assert_eq!(header.email_address, "mette@example.dk");
    assert_eq!(header.forwarded_by_display_name, karen.person.full_name());
    assert_eq!((header.comment.as_str(), header.sender_display_name.as_str()), ("Se her", "Odense Kommune"));
    assert_eq!((header.subject.as_str(), header.file_count), ("Skat", 2));
    assert!(header.body_text.contains("Skat"));
    for (file, content) in &files {
        assert_eq!(file.size_bytes, i64::try_from(content.len()).unwrap());
        assert_eq!(*content, pdf("Skat"), "{}", file.display_name);
    }
    assert_eq!(files.len(), 2);
    suite
        .fetches_forward(&forward.replace(&karen.mailbox, "mailboxes/0192f0c1-2f4a-7cc3-98c4-dc0c0c07398f"))
        .await
        .refused("NOT_FOUND");
}

async fn m7_a_letter_too_large_for_email_is_refused(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let mut letter = Letter::about("Stort").with_pdf("stort.pdf");
    letter.files[0].1.resize(15_000_001, b' ');
    let message = suite.authority().delivers(&karen.person, letter).await.unwrap().message;
    let refused = karen.forwards(&message, email()).await.refused("FORWARD_TOO_LARGE");
    assert_eq!(refused.metadata["limit_bytes"], "15000000");
    let niels = suite.citizen(Person::niels()).await;
    karen.forwards(&message, Target::Person(niels.person.particulars())).await.unwrap();
}

async fn m7_limits_hold_for_each_person_and_hour(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let message = letter(&suite, &karen).await;
    niels.is_given_access_by(&karen).await;
    for hour in 0..6 {
        let answers = join_all((0..25).map(|_| karen.forwards(&message, email()))).await;
        let refused: Vec<_> = answers.into_iter().filter_map(Result::err).collect();
        assert!(refused.iter().all(|refused| refused.reason == "FORWARD_LIMIT"), "{refused:?}");
        // 20 an hour, until 100 of one day are used up.
        assert_eq!(25 - refused.len(), if hour < 5 { 20 } else { 0 }, "in hour {hour}");
        let again = if hour < 4 { 1 } else { 24 - hour };
        assert_eq!(refused[0].retry_after, Some(Duration::from_hours(again)));
        niels.forwards(&message, email()).await.unwrap();
        suite.clock().advance(Duration::from_hours(1));
    }
}

async fn m7_a_letter_is_not_forwarded_to_where_it_lies(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let message = letter(&suite, &karen).await;
    for (target, field) in [
        (Target::OwnMailbox(true), "own_mailbox"),
        (Target::OwnMailbox(false), "own_mailbox"),
        (Target::Person(karen.person.particulars()), "person"),
        (Target::EmailAddress("mette@example.dk\r\nBcc: x@example.dk".to_owned()), "email_address"),
    ] {
        assert_eq!(karen.forwards(&message, target).await.refused("INVALID_FIELDS").fields, [field]);
    }
}

async fn m7_a_repeated_forwarding_is_one(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let message = letter(&suite, &karen).await;
    let request = ForwardMessageRequest {
        name: message,
        target: Some(Target::Person(niels.person.particulars())),
        comment: String::new(),
        request_id: "forward-1".to_owned(),
    };
    let first = karen.forwards_as(request.clone()).await.unwrap();
    suite.advance(Duration::from_mins(1)).await;
    let again = karen.forwards_as(request.clone()).await.unwrap();
    assert_eq!((first.forward, first.accept_time), (again.forward, again.accept_time));
    copy(&niels).await;
    let other = ForwardMessageRequest { comment: "Andet".to_owned(), ..request };
    karen.forwards_as(other).await.refused("REQUEST_ID_REUSED");
}

async fn m9_who_takes_no_post_any_more_gets_none(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let message = letter(&suite, &karen).await;
    let recipient = karen.adds_recipient(&niels.person).await.unwrap().name;
    let exemption = suite.exemption_desk().exempts(&niels).await.unwrap();
    let targets = [Target::Recipient(recipient), Target::Person(niels.person.particulars())];
    for target in &targets {
        karen.forwards(&message, target.clone()).await.refused("PERSON_NOT_MATCHED");
    }
    suite.exemption_desk().ends(&exemption).await.unwrap();
    suite.register().reports_death_of(&niels.person).await.unwrap();
    for target in targets {
        karen.forwards(&message, target).await.refused("PERSON_NOT_MATCHED");
    }
}

async fn r5_a_reader_forwards_to_a_person_and_to_an_email_address(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let mette = suite.citizen(Person::mette()).await;
    let message = letter(&suite, &karen).await;
    niels.is_given_access_by(&karen).await;
    niels.forwards(&message, Target::Person(mette.person.particulars())).await.unwrap();
    let got = copy(&mette).await;
    assert_eq!(got.summary.unwrap().sender.unwrap().display_name, niels.person.full_name());
    assert_eq!(got.forwarded_from.unwrap().forwarded_by_display_name, niels.person.full_name());
    let recipient = niels.adds_recipient(&mette.person).await.unwrap().name;
    niels.forwards(&message, Target::Recipient(recipient)).await.unwrap();
    let forward = niels.forwards(&message, email()).await.unwrap().forward;
    let (header, _) = suite.fetches_forward(&forward).await.unwrap();
    assert_eq!(header.forwarded_by_display_name, niels.person.full_name());
}

async fn r12_forwarding_serves_the_owner_and_is_withheld_from_readers(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    niels.is_given_access_by(&karen).await;
    let receipt = suite.authority().summons(&karen.person, Letter::about("Retten")).await.unwrap();
    for target in [email(), Target::OwnMailbox(true)] {
        niels.forwards(&receipt.message, target).await.refused("SERVICE_ACKNOWLEDGEMENT_REQUIRED");
    }
    karen.service_record(&receipt.message).await.refused("NOT_FOUND");
    karen.forwards(&receipt.message, email()).await.unwrap();
    let record = karen.service_record(&receipt.message).await.unwrap();
    assert_eq!(record.served_person, record.served_for);
    niels.forwards(&receipt.message, Target::OwnMailbox(true)).await.unwrap();
    assert_eq!(copy(&niels).await.service_record, "", "a copy is not for service");
}

async fn a11_a_reader_never_forwards_private_post(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    karen.shows_public_post(true, true).await.unwrap();
    niels.is_given_access_by(&karen).await;
    let private = suite.company(Portal::EBoks).delivers(&karen.person, Letter::about("Police")).await.unwrap().message;
    for portal in [Portal::BorgerDk, Portal::EBoks, Portal::MitDk] {
        for target in [email(), Target::OwnMailbox(true)] {
            niels.at(portal).forwards(&private, target).await.refused("NOT_FOUND");
        }
    }
    // The owner may; the copy stays what it is, and where it shows (P5, P9).
    karen.forwards(&private, email()).await.refused("NOT_FOUND");
    karen.at(Portal::EBoks).forwards(&private, Target::Person(niels.person.particulars())).await.unwrap();
    let subjects = niels.subjects(&niels.mailbox).await.unwrap();
    assert!(!subjects.contains(&"Police".to_owned()), "{subjects:?}");
    let got = copy(&niels.at(Portal::EBoks)).await.summary.unwrap();
    assert_eq!((got.post_kind(), got.portal()), (PostKind::Private, api::core::v1::Portal::EBoks));
}

async fn a20_a_copy_stays_when_the_access_has_ended(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let access = niels.is_given_access_by(&karen).await;
    let message = letter(&suite, &karen).await;
    niels.forwards(&message, Target::OwnMailbox(true)).await.unwrap();
    karen.removes(&access).await.unwrap();
    karen.deletes(&message).await.unwrap();
    suite.advance(Duration::from_hours(40 * 24)).await;
    karen.opens(&message).await.refused("NOT_FOUND");
    let copy = copy(&niels).await;
    assert!(copy.body_text.contains("Skat"));
    assert_eq!(niels.downloads(&copy.files[0].name, 0).await.unwrap().1, pdf("Skat"), "the file stays with it");
}

async fn a20_the_exempt_keep_copies_too(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    niels.is_given_access_by(&karen).await;
    suite.exemption_desk().exempts(&niels).await.unwrap();
    let message = letter(&suite, &karen).await;
    niels.forwards(&message, Target::OwnMailbox(true)).await.unwrap();
    assert_eq!(copy(&niels).await.forwarded_from.unwrap().message, message);
}

async fn a20_nothing_is_forwarded_after_the_access_has_ended(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let access = niels.is_given_access_by(&karen).await;
    let message = letter(&suite, &karen).await;
    niels.forwards(&message, email()).await.unwrap();
    karen.removes(&access).await.unwrap();
    for target in [email(), Target::OwnMailbox(true)] {
        niels.forwards(&message, target).await.refused("ACCESS_ENDED");
    }
    // What was forwarded before is sent.
    assert_eq!(suite.mails_to("mette@example.dk").len(), 1);
}
