//! New post from citizens to authorities.

use api::core::v1::PostKind;
use api::mailbox::v1::{ActivityKind, SendMessageRequest, SenderKind};
use harness::actor::authority::pdf;
use harness::actor::citizen_log::kinds;
use harness::actor::citizen_writing::written_to;
use harness::{Refusable as _, Suite, contact_point, on_both};
use kernel::Portal;

on_both! {
    Suite: p7_a_letter_lies_in_the_sent_folder_and_waits_for_the_authority,
    p7_a_letter_goes_to_a_contact_point_that_takes_it,
    p7_a_repeated_letter_is_one_letter,
    p7_a_sent_letter_is_found_counted_and_logged_and_brings_no_email,
    p4_nothing_is_written_where_it_would_not_show,
    m3_a_citizens_letter_takes_ten_megabytes_of_the_citizens_own,
    m3_a_file_stays_until_both_its_letters_are_gone,
    r8_nobody_else_writes_from_an_owners_mailbox,
}

const BYG: &str = "authorities/29189668/contactPoints/byg";

/// Odense takes post about building.
async fn odense(suite: &Suite) -> harness::Authority {
    let odense = suite.authority();
    odense.sets_contact_points(vec![contact_point("byg", "Byggesager")]).await.unwrap();
    odense
}

async fn p7_a_letter_lies_in_the_sent_folder_and_waits_for_the_authority(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let odense = odense(&suite).await;
    let sent = karen.writes_with(BYG, "Carport", &["ansøgning.pdf", "tegning.pdf"]).await.unwrap();
    assert_eq!(sent.folder, format!("{}/folders/sent", karen.mailbox));
    assert!(sent.read && sent.post_kind() == PostKind::Public && !sent.can_reply);
    assert_eq!((sent.sent_to_display_name.as_str(), sent.file_count), ("Odense Kommune, Byggesager", 2));
    let sender = sent.sender.clone().unwrap();
    assert_eq!((sender.kind(), sender.display_name), (SenderKind::Person, karen.person.full_name()));
    assert!(karen.lists_folder("mailboxes/me", "mailboxes/me/folders/sent").await.unwrap() == [sent.clone()]);
    let opened = karen.opens(&sent.name).await.unwrap();
    assert_eq!(karen.downloads(&opened.files[1].name, 0).await.unwrap().1, pdf("Carport"));
    let letter = odense.has_post(1).await.unwrap().remove(0);
    assert_eq!((letter.subject.as_str(), &letter.body_text), ("Carport", &opened.body_text));
    assert_eq!(
        (letter.sender_cpr_number, letter.sender_display_name),
        (karen.person.cpr_number.clone(), karen.person.full_name())
    );
    assert_eq!((letter.contact_point.as_str(), letter.send_time), (BYG, sent.available_time));
    assert!(letter.answers_message_uuid.is_empty() && !letter.written_by_reader);
    let files: Vec<_> = letter.files.iter().map(|file| (file.display_name.as_str(), file.main_document)).collect();
    assert_eq!(files, [("ansøgning.pdf", true), ("tegning.pdf", false)]);
    assert!(niels.opens(&sent.name).await.is_err());
}

async fn p7_a_letter_goes_to_a_contact_point_that_takes_it(suite: Suite) {
    let (karen, _) = suite.karen_and_niels().await;
    let odense = odense(&suite).await;
    let mut replies_only = contact_point("svar", "Svar");
    replies_only.accepts_new_post = false;
    odense.sets_contact_points(vec![replies_only]).await.unwrap();
    let svar = BYG.replace("byg", "svar");
    karen.writes_to(&svar, "Nyt").await.refused("REPLY_NOT_POSSIBLE");
    // Byggesager was left out, and the others never were.
    for nowhere in [BYG, "authorities/29189668/contactPoints/vej", "authorities/10213231/contactPoints/byg"] {
        karen.writes_to(nowhere, "Nyt").await.refused("NOT_FOUND");
    }
    assert!(karen.lists("mailboxes/me").await.unwrap().is_empty());
    assert!(odense.waiting_post().await.unwrap().is_empty());
}

async fn p7_a_repeated_letter_is_one_letter(suite: Suite) {
    let (karen, _) = suite.karen_and_niels().await;
    let odense = odense(&suite).await;
    let request = SendMessageRequest { request_id: "r1".to_owned(), ..written_to(BYG, "Carport") };
    let first = karen.writes(request.clone()).await.unwrap();
    assert!(karen.writes(request.clone()).await.unwrap() == first);
    let other = SendMessageRequest { subject: "Garage".to_owned(), ..request };
    karen.writes(other).await.refused("REQUEST_ID_REUSED");
    assert_eq!(karen.subjects("mailboxes/me").await.unwrap(), ["Carport"]);
    assert_eq!(odense.waiting_post().await.unwrap().len(), 1);
}

async fn p7_a_sent_letter_is_found_counted_and_logged_and_brings_no_email(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    odense(&suite).await;
    let access = niels.is_given_access_by(&karen).await;
    niels.is_mailed_at(&access, "niels@example.dk").await;
    let before = suite.mails_to("niels@example.dk").len();
    let sent = karen.writes_to(BYG, "Carport").await.unwrap();
    let folder = karen.folder(&sent.folder).await.unwrap();
    assert_eq!((folder.message_count, folder.unread_count), (1, 0));
    assert_eq!(karen.finds("mailboxes/me", "carporte").await.unwrap().len(), 1);
    let log = karen.reads_log_of(&sent.name).await.unwrap();
    assert_eq!(kinds(&log), [ActivityKind::Sent]);
    assert_eq!(log[0].actor_display_name, karen.person.full_name());
    // The whole of public post is the reader's too, but nobody is told of new post.
    assert_eq!(niels.opens(&sent.name).await.unwrap().summary.unwrap().subject, "Carport");
    suite.advance(std::time::Duration::from_mins(5)).await;
    assert_eq!(suite.mails_to("niels@example.dk").len(), before);
}

async fn p4_nothing_is_written_where_it_would_not_show(suite: Suite) {
    let (karen, _) = suite.karen_and_niels().await;
    odense(&suite).await;
    let e_boks = karen.at(Portal::EBoks);
    e_boks.writes_to(BYG, "Carport").await.refused("PORTAL_DOES_NOT_SHOW_PUBLIC_POST");
    karen.shows_public_post(true, false).await.unwrap();
    e_boks.writes_to(BYG, "Carport").await.unwrap();
}

async fn m3_a_citizens_letter_takes_ten_megabytes_of_the_citizens_own(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let odense = odense(&suite).await;
    let mut half = pdf("Halvt");
    half.resize(5_000_000, b' ');
    let mut uploads = Vec::new();
    for name in ["en.pdf", "to.pdf", "tre.pdf"] {
        uploads.push(karen.uploads(name, &half).await.unwrap().name);
    }
    let of = |uploads: &[String]| SendMessageRequest { uploads: uploads.to_vec(), ..written_to(BYG, "Bilag") };
    let refused = karen.writes(of(&uploads)).await.refused("FILE_TOO_LARGE");
    assert_eq!(refused.metadata["limit_bytes"], "10000000");
    let refused = niels.writes(of(&uploads[..1])).await.refused("UPLOAD_NOT_FOUND");
    assert_eq!(refused.metadata["upload"], uploads[0]);
    // A letter may be its files alone.
    let alone = SendMessageRequest { body_text: String::new(), ..of(&uploads[..2]) };
    assert_eq!(karen.writes(alone).await.unwrap().files_size_bytes, 10_000_000);
    assert_eq!(odense.waiting_post().await.unwrap().len(), 1);
}

async fn m3_a_file_stays_until_both_its_letters_are_gone(suite: Suite) {
    let (karen, _) = suite.karen_and_niels().await;
    let odense = odense(&suite).await;
    let day = std::time::Duration::from_hours(48);
    let sent = karen.writes_with(BYG, "Carport", &["tegning.pdf"]).await.unwrap();
    let letter = odense.has_post(1).await.unwrap().remove(0);
    karen.deletes(&sent.name).await.unwrap();
    karen.purges(&sent.name).await.unwrap();
    suite.advance(day).await;
    assert_eq!(odense.downloads(&letter.files[0].name, 0).await.unwrap().1, pdf("Carport"));
    let kept = karen.writes_with(BYG, "Garage", &["tegning.pdf"]).await.unwrap();
    let second = odense.has_post(2).await.unwrap().remove(1);
    odense.acknowledges(&[&letter.name, &second.name]).await.unwrap();
    suite.advance(day).await;
    let file = karen.opens(&kept.name).await.unwrap().files.remove(0);
    assert_eq!(karen.downloads(&file.name, 0).await.unwrap().1, pdf("Garage"));
    odense.downloads(&second.files[0].name, 0).await.refused("NOT_FOUND");
}

async fn r8_nobody_else_writes_from_an_owners_mailbox(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let odense = odense(&suite).await;
    let in_hers = SendMessageRequest { parent: karen.mailbox.clone(), ..written_to(BYG, "Carport") };
    niels.writes(in_hers.clone()).await.refused("NOT_FOUND");
    let access = niels.is_given_access_by(&karen).await;
    let refused = niels.writes(in_hers.clone()).await.refused("ACT_NOT_ALLOWED");
    assert_eq!((refused.metadata["act"].as_str(), refused.metadata["capacity"].as_str()), ("SEND", "READER"));
    karen.removes(&access).await.unwrap();
    niels.writes(in_hers.clone()).await.refused("ACCESS_ENDED");
    assert!(odense.waiting_post().await.unwrap().is_empty());
    karen.writes(in_hers).await.unwrap();
    assert_eq!(odense.has_post(1).await.unwrap()[0].sender_cpr_number, karen.person.cpr_number);
}
