//! Bad input about post to authorities: every violation is listed at once, and nothing is written.

use api::mailbox::v1::{
    AcknowledgeRepliesRequest, DownloadReplyFileRequest, FetchRepliesRequest, ReplyToMessageRequest, SendMessageRequest,
};
use harness::actor::citizen_writing::written_to;
use harness::suite::answer;
use harness::{Citizen, Person, Refusable as _, Suite, contact_point, on_both};

on_both! {
    Suite: p7_every_violation_of_a_letter_is_listed,
    p7_every_violation_of_an_answer_is_listed,
    p7_a_letter_is_as_long_as_it_may_be,
    m3_a_letter_has_ten_files_at_most,
    p7_every_violation_of_fetching_is_listed,
}

const BYG: &str = "authorities/29189668/contactPoints/byg";

async fn karen(suite: &Suite) -> Citizen {
    suite.authority().sets_contact_points(vec![contact_point("byg", "Byggesager")]).await.unwrap();
    suite.citizen(Person::karen()).await
}

async fn p7_every_violation_of_a_letter_is_listed(suite: Suite) {
    let karen = karen(&suite).await;
    let upload = "uploads/0192f0c1-2f4a-7cc3-98c4-dc0c0c07398f".to_owned();
    let wrong = SendMessageRequest {
        parent: "mailboxes".to_owned(),
        contact_point: "authorities/1/contactPoints/BYG".to_owned(),
        subject: "a\nb".to_owned(),
        body_text: "\u{202e}".to_owned(),
        uploads: vec!["uploads/1".to_owned(), upload.clone(), upload],
        request_id: "\u{7f}".to_owned(),
    };
    let mut refused = karen.writes(wrong).await.refused("INVALID_FIELDS");
    refused.fields.sort();
    let expected = ["body_text", "contact_point", "parent", "request_id", "subject", "uploads[0]", "uploads[2]"];
    assert_eq!(refused.fields, expected);
    let refused = karen.writes(SendMessageRequest::default()).await.refused("INVALID_FIELDS");
    assert_eq!(refused.fields, ["parent", "contact_point", "subject", "body_text"]);
    assert!(karen.lists("mailboxes/me").await.unwrap().is_empty());
}

async fn p7_every_violation_of_an_answer_is_listed(suite: Suite) {
    let karen = karen(&suite).await;
    let wrong = ReplyToMessageRequest {
        name: "messages/1".to_owned(),
        subject: "a\tb".to_owned(),
        body_text: String::new(),
        uploads: Vec::new(),
        request_id: "x".repeat(65),
    };
    let refused = karen.replies_as(wrong).await.refused("INVALID_FIELDS");
    assert_eq!(refused.fields, ["request_id", "name", "subject", "body_text"]);
    let named = |field: &str| {
        let (name, body_text) = (format!("mailboxes/me/messages/{field}"), "Tak".to_owned());
        ReplyToMessageRequest { name, body_text, ..ReplyToMessageRequest::default() }
    };
    assert_eq!(karen.replies_as(named("1")).await.refused("INVALID_FIELDS").fields, ["name"]);
    karen.replies_as(named("0192f0c1-2f4a-7cc3-98c4-dc0c0c07398f")).await.refused("NOT_FOUND");
}

async fn p7_a_letter_is_as_long_as_it_may_be(suite: Suite) {
    let karen = karen(&suite).await;
    let longest =
        SendMessageRequest { subject: "æ".repeat(256), body_text: "ø".repeat(30_000), ..written_to(BYG, "Langt") };
    karen.writes(longest.clone()).await.unwrap();
    for (request, field) in [
        (SendMessageRequest { subject: "æ".repeat(257), ..longest.clone() }, "subject"),
        (SendMessageRequest { body_text: "ø".repeat(30_001), ..longest.clone() }, "body_text"),
        (SendMessageRequest { body_text: String::new(), ..longest }, "body_text"),
    ] {
        assert_eq!(karen.writes(request).await.refused("INVALID_FIELDS").fields, [field]);
    }
    assert_eq!(suite.authority().waiting_post().await.unwrap().len(), 1);
}

async fn m3_a_letter_has_ten_files_at_most(suite: Suite) {
    let karen = karen(&suite).await;
    let name = |number: usize| format!("uploads/0192f0c1-2f4a-7cc3-98c4-{number:012}");
    let of = |count| SendMessageRequest { uploads: (0..count).map(name).collect(), ..written_to(BYG, "Bilag") };
    assert_eq!(karen.writes(of(11)).await.refused("TOO_MANY_FILES").metadata["limit"], "10");
    karen.writes(of(10)).await.refused("UPLOAD_NOT_FOUND");
}

async fn p7_every_violation_of_fetching_is_listed(suite: Suite) {
    let odense = suite.authority();
    let wrong = FetchRepliesRequest { resume_token: "x".repeat(513), contact_point: "byg".to_owned() };
    let refused = odense.fetches_as(wrong).await.refused("INVALID_FIELDS");
    assert_eq!(refused.fields, ["resume_token", "contact_point"]);
    let names = |names: Vec<String>| AcknowledgeRepliesRequest { names, request_id: "\u{7f}".to_owned() };
    let refused = odense.acknowledges_as(names(Vec::new())).await.refused("INVALID_FIELDS");
    assert_eq!(refused.fields, ["request_id", "names"]);
    let refused = odense.acknowledges_as(names(vec!["x".to_owned()])).await.refused("INVALID_FIELDS");
    assert_eq!(refused.fields, ["request_id", "names[0]"]);
    let name = |number: usize| format!("authorities/29189668/replies/0192f0c1-2f4a-7cc3-98c4-{number:012}");
    let many = AcknowledgeRepliesRequest { names: (0..101).map(name).collect(), request_id: String::new() };
    assert_eq!(odense.acknowledges_as(many).await.refused("INVALID_FIELDS").fields, ["names"]);
    let file = DownloadReplyFileRequest { name: "authorities/1/replies/1".to_owned(), offset_bytes: -1 };
    let refused = answer(suite.clients().delivery().download_reply_file(odense.request(file)).await);
    assert_eq!(refused.refused("INVALID_FIELDS").fields, ["name", "offset_bytes"]);
}
