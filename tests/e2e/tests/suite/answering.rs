//! Answers to letters: by whom, for how long, and what both sides see of them.

use api::mailbox::v1::forward_message_request::Target;
use api::mailbox::v1::{ActivityKind, Delivery, ReplyToMessageRequest, SearchMessagesRequest};
use harness::actor::citizen_log::kinds;
use harness::actor::citizen_writing::answer_to;
use harness::{Authority, Citizen, Letter, Refusable as _, Suite, contact_point, on_both};
use kernel::{Clock as _, Portal};
use prost_types::Timestamp;
use std::time::Duration;

on_both! {
    Suite: p7_an_owner_answers_a_letter,
    p7_a_letter_is_answered_until_its_moment,
    p7_a_letter_without_a_contact_point_is_not_answered,
    p7_an_authority_answers_the_citizens_letter,
    r9_a_readers_answer_goes_in_their_own_name_from_their_own_mailbox,
    r9_nobody_answers_what_they_may_not_see,
    r9_private_readers_do_not_answer,
    r12_an_unserved_summons_is_answered_by_no_reader,
    m7_a_forwarded_copy_is_not_answered,
}

const BYG: &str = "authorities/29189668/contactPoints/byg";
const HOUR: Duration = Duration::from_hours(1);

/// Odense takes answers about building, and no new post.
async fn odense(suite: &Suite) -> Authority {
    let (odense, mut point) = (suite.authority(), contact_point("byg", "Byggesager"));
    point.accepts_new_post = false;
    odense.sets_contact_points(vec![point]).await.unwrap();
    odense
}

async fn p7_an_owner_answers_a_letter(suite: Suite) {
    let (karen, _) = suite.karen_and_niels().await;
    let odense = odense(&suite).await;
    let receipt = odense.asks(&karen.person, "Carport", BYG).await.unwrap();
    let letter = karen.opens(&receipt.message).await.unwrap();
    assert_eq!((letter.summary.unwrap().can_reply, letter.reply_contact_point.as_str()), (true, BYG));
    let sent = karen.replies(&receipt.message).await.unwrap();
    assert_eq!(
        (sent.subject.as_str(), sent.sent_to_display_name.as_str()),
        ("SV: Carport", "Odense Kommune, Byggesager")
    );
    assert_eq!(sent.folder, format!("{}/folders/sent", karen.mailbox));
    assert_eq!(karen.opens(&sent.name).await.unwrap().answers, receipt.message);
    assert_eq!(kinds(&karen.reads_log_of(&sent.name).await.unwrap())[1..], [ActivityKind::Replied]);
    let got = odense.has_post(1).await.unwrap().remove(0);
    assert_eq!((got.answers_message_uuid, got.written_by_reader), (receipt.message_uuid, false));
    assert_eq!((got.contact_point.as_str(), got.body_text.as_str()), (BYG, "Tak for brevet."));
    let request = ReplyToMessageRequest { request_id: "r1".to_owned(), ..answer_to(&receipt.message) };
    let first = karen.replies_as(request.clone()).await.unwrap();
    assert!(karen.replies_as(request).await.unwrap() == first);
    assert_eq!(odense.waiting_post().await.unwrap().len(), 2);
}

async fn p7_a_letter_is_answered_until_its_moment(suite: Suite) {
    let (karen, _) = suite.karen_and_niels().await;
    let odense = odense(&suite).await;
    let by = Timestamp { seconds: suite.clock().now().plus(HOUR).as_secs(), nanos: 0 };
    let stated = odense.prepares(&karen.person, Letter::about("Carport")).await.unwrap();
    let delivery = Delivery { reply_contact_point: BYG.to_owned(), reply_by: Some(by), ..stated };
    let message = odense.sends(delivery).await.unwrap().message;
    let listed = karen.lists("mailboxes/me").await.unwrap().remove(0);
    assert_eq!((listed.can_reply, listed.reply_by), (true, Some(by)));
    suite.advance(HOUR).await;
    karen.replies(&message).await.unwrap();
    suite.advance(Duration::from_secs(1)).await;
    let refused = karen.replies(&message).await.refused("REPLY_NOT_POSSIBLE");
    assert_eq!(refused.metadata["message"], message);
    let opened = karen.opens(&message).await.unwrap();
    assert_eq!((opened.summary.unwrap().can_reply, opened.reply_contact_point.as_str()), (false, ""));
}

async fn p7_a_letter_without_a_contact_point_is_not_answered(suite: Suite) {
    let (karen, _) = suite.karen_and_niels().await;
    let odense = odense(&suite).await;
    let none = odense.delivers(&karen.person, Letter::about("Skat")).await.unwrap().message;
    let asked = odense.asks(&karen.person, "Carport", BYG).await.unwrap().message;
    let sent = karen.replies(&asked).await.unwrap().name;
    // Another's, though Odense has one of that id itself.
    let anothers = "authorities/10213231/contactPoints/byg";
    odense.asks(&karen.person, "Carport", anothers).await.refused("NOT_FOUND");
    odense.sets_contact_points(Vec::new()).await.unwrap();
    for letter in [&none, &asked, &sent] {
        karen.replies(letter).await.refused("REPLY_NOT_POSSIBLE");
        assert!(!karen.opens(letter).await.unwrap().summary.unwrap().can_reply);
    }
    for gone in [BYG, anothers] {
        odense.asks(&karen.person, "Carport", gone).await.refused("NOT_FOUND");
    }
    let company = suite.company(Portal::EBoks);
    let refused = company.asks(&karen.person, "Police", BYG).await.refused("INVALID_FIELDS");
    assert_eq!(refused.fields, ["delivery.reply_contact_point"]);
}

async fn p7_an_authority_answers_the_citizens_letter(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let odense = suite.authority();
    odense.sets_contact_points(vec![contact_point("byg", "Byggesager")]).await.unwrap();
    let sent = karen.writes_to(BYG, "Carport").await.unwrap();
    let answers = odense.has_post(1).await.unwrap().remove(0).name;
    odense.acknowledges(&[&answers]).await.unwrap();
    let stated = odense.prepares(&karen.person, Letter::about("Tilladelse")).await.unwrap();
    let message = odense.sends(Delivery { answers: answers.clone(), ..stated }).await.unwrap().message;
    assert_eq!(karen.opens(&message).await.unwrap().answers, sent.name);
    // Nobody else is told that Karen has written, and no other authority may say that it answers her.
    let to_niels = odense.prepares(&niels.person, Letter::about("Tilladelse")).await.unwrap();
    odense.sends(Delivery { answers: answers.clone(), ..to_niels }).await.refused("NOT_FOUND");
    let other = suite.authority_with_bases(&[]);
    let stated = other.prepares(&karen.person, Letter::about("Tilladelse")).await.unwrap();
    other.sends(Delivery { answers, ..stated }).await.refused("NOT_FOUND");
}

async fn r9_a_readers_answer_goes_in_their_own_name_from_their_own_mailbox(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let odense = odense(&suite).await;
    let receipt = odense.asks(&karen.person, "Carport", BYG).await.unwrap();
    niels.is_given_access_by(&karen).await;
    let hers = karen.lists("mailboxes/me").await.unwrap().len();
    assert!(niels.opens(&receipt.message).await.unwrap().summary.unwrap().can_reply);
    let sent = niels.replies(&receipt.message).await.unwrap();
    assert_eq!(sent.folder, format!("{}/folders/sent", niels.mailbox));
    assert_eq!(sent.sender.unwrap().display_name, niels.person.full_name());
    assert_eq!(niels.opens(&sent.name).await.unwrap().answers, receipt.message);
    assert_eq!(karen.lists("mailboxes/me").await.unwrap().len(), hers, "nothing leaves Karen's mailbox");
    karen.opens(&sent.name).await.refused("NOT_FOUND");
    let got = odense.has_post(1).await.unwrap().remove(0);
    assert_eq!(
        (got.sender_cpr_number, got.sender_display_name),
        (niels.person.cpr_number.clone(), niels.person.full_name())
    );
    assert_eq!((got.answers_message_uuid, got.written_by_reader), (receipt.message_uuid, true));
}

async fn r9_nobody_answers_what_they_may_not_see(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let odense = odense(&suite).await;
    let message = odense.asks(&karen.person, "Carport", BYG).await.unwrap().message;
    niels.replies(&message).await.refused("NOT_FOUND");
    let access = niels.is_given_access_by(&karen).await;
    let unknown = format!("{}/messages/0192f0c1-2f4a-7cc3-98c4-dc0c0c07398f", karen.mailbox);
    niels.replies(&unknown).await.refused("NOT_FOUND");
    karen.removes(&access).await.unwrap();
    niels.replies(&message).await.refused("ACCESS_ENDED");
    assert!(odense.waiting_post().await.unwrap().is_empty());
    assert!(niels.lists_folder("mailboxes/me", "mailboxes/me/folders/sent").await.unwrap().is_empty());
}

async fn r9_private_readers_do_not_answer(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let odense = odense(&suite).await;
    karen.shows_public_post(true, true).await.unwrap();
    niels.shows_public_post(true, true).await.unwrap();
    let message = odense.asks(&karen.person, "Carport", BYG).await.unwrap().message;
    let (karen, niels) = (karen.at(Portal::EBoks), niels.at(Portal::EBoks));
    niels.is_given_private_access_by(&karen, api::access::v1::AccessScope::PrivatePostEdit).await;
    niels.replies(&message).await.refused("ACT_NOT_ALLOWED");
    assert!(odense.waiting_post().await.unwrap().is_empty());
}

async fn r12_an_unserved_summons_is_answered_by_no_reader(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let odense = odense(&suite).await;
    let stated = odense.prepares(&karen.person, Letter::about("Indkaldelse")).await.unwrap();
    let summons = Delivery { reply_contact_point: BYG.to_owned(), legal_notification: true, ..stated };
    let message = odense.sends(summons).await.unwrap().message;
    niels.is_given_access_by(&karen).await;
    // What is shown of it says so beforehand, in lists and in search.
    let can_reply = async |who: &Citizen| {
        let listed = who.lists(&karen.mailbox).await.unwrap();
        let (parent, query) = (karen.mailbox.clone(), "indkaldelse".to_owned());
        let search = SearchMessagesRequest { parent, query, ..SearchMessagesRequest::default() };
        let found = who.searches(search).await.unwrap().messages;
        let [listed, found] = [listed, found].map(|all| all.into_iter().find(|letter| letter.name == message).unwrap());
        assert_eq!(listed.can_reply, found.can_reply);
        listed.can_reply
    };
    assert!(!can_reply(&niels).await);
    assert!(can_reply(&karen).await, "an owner answers without being served");
    niels.replies(&message).await.refused("SERVICE_ACKNOWLEDGEMENT_REQUIRED");
    niels.is_served(&message).await.unwrap();
    assert!(can_reply(&niels).await);
    niels.replies(&message).await.unwrap();
}

async fn m7_a_forwarded_copy_is_not_answered(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let message = odense(&suite).await.asks(&karen.person, "Carport", BYG).await.unwrap().message;
    karen.forwards(&message, Target::Person(niels.person.particulars())).await.unwrap();
    let copy = niels.lists("mailboxes/me").await.unwrap().remove(0);
    assert!(!copy.can_reply);
    niels.replies(&copy.name).await.refused("REPLY_NOT_POSSIBLE");
}
