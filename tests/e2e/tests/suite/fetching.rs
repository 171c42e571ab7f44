//! How authorities fetch what citizens have written to them.

use api::mailbox::v1::{AcknowledgeRepliesRequest, FetchRepliesRequest};
use harness::actor::authority::pdf;
use harness::{Authority, Refusable as _, Suite, contact_point, on_both};
use kernel::Portal;

on_both! {
    Suite: p7_post_comes_in_its_order_and_new_post_as_it_is_written,
    p7_a_stream_is_resumed_where_it_was_left,
    p7_what_is_acknowledged_does_not_come_again,
    p7_an_authority_gets_its_own_post_only,
    p7_files_are_fetched_from_any_offset,
}

const BYG: &str = "authorities/29189668/contactPoints/byg";
const VEJ: &str = "authorities/29189668/contactPoints/vej";

async fn odense(suite: &Suite) -> Authority {
    let odense = suite.authority();
    let points = vec![contact_point("byg", "Byggesager"), contact_point("vej", "Veje")];
    odense.sets_contact_points(points).await.unwrap();
    odense
}

async fn p7_post_comes_in_its_order_and_new_post_as_it_is_written(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let odense = odense(&suite).await;
    karen.writes_to(BYG, "Et").await.unwrap();
    niels.writes_to(VEJ, "To").await.unwrap();
    let mut post = odense.fetches("").await.unwrap();
    let waiting: Vec<String> = post.all().await.unwrap().into_iter().map(|letter| letter.subject).collect();
    assert_eq!(waiting, ["Et", "To"]);
    karen.writes_to(BYG, "Tre").await.unwrap();
    assert_eq!(post.next().await.unwrap().0.subject, "Tre");
    let contact_point = VEJ.to_owned();
    let mut ways = odense.fetches_as(FetchRepliesRequest { contact_point, ..Default::default() }).await.unwrap();
    assert_eq!(ways.all().await.unwrap().len(), 1, "only that contact point's");
}

async fn p7_a_stream_is_resumed_where_it_was_left(suite: Suite) {
    let (karen, _) = suite.karen_and_niels().await;
    let odense = odense(&suite).await;
    for subject in ["Et", "To", "Tre"] {
        karen.writes_to(BYG, subject).await.unwrap();
    }
    let (first, token) = odense.fetches("").await.unwrap().next().await.unwrap();
    assert_eq!(first.subject, "Et");
    let rest = odense.fetches(&token).await.unwrap().all().await.unwrap();
    assert_eq!(rest.iter().map(|letter| letter.subject.as_str()).collect::<Vec<_>>(), ["To", "Tre"]);
    let contact_point = BYG.to_owned();
    let elsewhere = FetchRepliesRequest { contact_point, resume_token: token.clone() };
    odense.fetches_as(elsewhere).await.refused("RESUME_TOKEN_INVALID");
    suite.authority_with_bases(&[]).fetches(&token).await.refused("RESUME_TOKEN_INVALID");
    odense.fetches("nonsense").await.refused("RESUME_TOKEN_INVALID");
}

async fn p7_what_is_acknowledged_does_not_come_again(suite: Suite) {
    let (karen, _) = suite.karen_and_niels().await;
    let odense = odense(&suite).await;
    for subject in ["Et", "To", "Tre"] {
        karen.writes_to(BYG, subject).await.unwrap();
    }
    let letters = odense.has_post(3).await.unwrap();
    let unknown = "authorities/29189668/replies/0192f0c1-2f4a-7cc3-98c4-dc0c0c07398f";
    odense.acknowledges(&[&letters[0].name, unknown]).await.refused("NOT_FOUND");
    assert!(odense.waiting_post().await.unwrap() == letters, "none is acknowledged where one is not there");
    odense.acknowledges(&[&letters[0].name, &letters[2].name, &letters[0].name]).await.unwrap();
    odense.acknowledges(&[&letters[0].name]).await.unwrap();
    assert!(odense.waiting_post().await.unwrap() == letters[1..2]);
    let names = vec![letters[1].name.clone()];
    let request = AcknowledgeRepliesRequest { names, request_id: "a1".to_owned() };
    odense.acknowledges_as(request.clone()).await.unwrap();
    odense.acknowledges_as(request.clone()).await.unwrap();
    let other = AcknowledgeRepliesRequest { names: vec![letters[0].name.clone()], ..request };
    odense.acknowledges_as(other).await.refused("REQUEST_ID_REUSED");
    assert_eq!(karen.subjects("mailboxes/me").await.unwrap().len(), 3, "what Karen has stays hers");
}

async fn p7_an_authority_gets_its_own_post_only(suite: Suite) {
    let (karen, _) = suite.karen_and_niels().await;
    let odense = odense(&suite).await;
    karen.writes_with(BYG, "Carport", &["tegning.pdf"]).await.unwrap();
    let letter = odense.has_post(1).await.unwrap().remove(0);
    let other = suite.authority_with_bases(&[]);
    assert!(other.waiting_post().await.unwrap().is_empty());
    other.acknowledges(&[&letter.name]).await.refused("NOT_FOUND");
    other.acknowledges(&[&letter.name.replace("29189668", "10213231")]).await.refused("NOT_FOUND");
    other.downloads(&letter.files[0].name, 0).await.refused("NOT_FOUND");
    other.downloads(&letter.files[0].name.replace("29189668", "10213231"), 0).await.refused("NOT_FOUND");
    let asked = FetchRepliesRequest { contact_point: BYG.to_owned(), ..Default::default() };
    other.fetches_as(asked).await.refused("INVALID_FIELDS");
    let company = suite.company(Portal::EBoks);
    company.fetches("").await.refused("CALLER_NOT_ALLOWED");
    company.acknowledges(&[&letter.name]).await.refused("CALLER_NOT_ALLOWED");
    company.downloads(&letter.files[0].name, 0).await.refused("CALLER_NOT_ALLOWED");
    assert!(odense.waiting_post().await.unwrap() == [letter]);
}

async fn p7_files_are_fetched_from_any_offset(suite: Suite) {
    let (karen, _) = suite.karen_and_niels().await;
    let odense = odense(&suite).await;
    karen.writes_with(BYG, "Carport", &["tegning.pdf"]).await.unwrap();
    let file = odense.has_post(1).await.unwrap().remove(0).files.remove(0);
    let content = pdf("Carport");
    for offset in [0, 1, 70_000, content.len()] {
        let (header, got) = odense.downloads(&file.name, i64::try_from(offset).unwrap()).await.unwrap();
        assert_eq!((header.display_name.as_str(), header.sha256), ("tegning.pdf", file.sha256.clone()));
        assert!(got == content[offset..], "from {offset}");
    }
    let beyond = i64::try_from(content.len()).unwrap() + 1;
    let refused = odense.downloads(&file.name, beyond).await.refused("OFFSET_OUT_OF_RANGE");
    assert_eq!(refused.metadata["size_bytes"], content.len().to_string());
}
