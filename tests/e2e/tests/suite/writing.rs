//! Post from citizens to authorities.

use api::mailbox::v1::{ContactPointSetting, ListContactPointsRequest, SetContactPointsRequest};
use harness::actor::authority::pdf;
use harness::{Citizen, Refusable as _, Suite, contact_point, on_both};

on_both! {
    Suite: p7_citizens_find_where_to_write,
    p7_a_list_of_contact_points_is_replaced_as_a_whole,
    p7_every_wrong_contact_point_is_named,
    p7_companies_have_no_contact_points,
    m3_a_citizens_file_is_what_it_says_and_small_enough,
}

async fn found(citizen: &Citizen, request: ListContactPointsRequest) -> Vec<String> {
    let page = citizen.finds_contact_points(request).await.unwrap();
    page.contact_points.into_iter().map(|point| point.display_name).collect()
}

fn about(query: &str) -> ListContactPointsRequest {
    ListContactPointsRequest { query: query.to_owned(), ..ListContactPointsRequest::default() }
}

async fn p7_citizens_find_where_to_write(suite: Suite) {
    let (karen, _) = suite.karen_and_niels().await;
    let points = vec![contact_point("vej", "Veje"), contact_point("byg", "Byggesager"), contact_point("aa", "Åer")];
    suite.authority().sets_contact_points(points).await.unwrap();
    let support = vec![contact_point("su", "Støtte")];
    suite.authority_with_bases(&[]).sets_contact_points(support).await.unwrap();
    let all = ListContactPointsRequest::default;
    assert_eq!(found(&karen, all()).await, ["Byggesager", "Veje", "Åer", "Støtte"], "by authority and name");
    assert_eq!(found(&karen, about("BYGGE")).await, ["Byggesager"]);
    assert_eq!(found(&karen, about("åer")).await, ["Åer"]);
    assert_eq!(found(&karen, about("statens lån")).await, ["Støtte"]);
    assert_eq!(found(&karen, about(" veje ")).await, ["Veje"]);
    assert_eq!(found(&karen, about("%")).await, Vec::<String>::new());
    for query in ["\0", "by\ng", &"x".repeat(101)] {
        let refused = karen.finds_contact_points(about(query)).await.refused("INVALID_FIELDS");
        assert_eq!(refused.fields, ["query"], "{query:?}");
    }
    let of_odense = ListContactPointsRequest { cvr_number: "29189668".to_owned(), ..all() };
    assert_eq!(found(&karen, of_odense).await.len(), 3);
    let first = karen.finds_contact_points(ListContactPointsRequest { page_size: 3, ..all() }).await.unwrap();
    assert_eq!(first.contact_points[0].name, "authorities/29189668/contactPoints/byg");
    assert_eq!(first.contact_points[0].authority_display_name, "Odense Kommune");
    let page_token = first.next_page_token.clone();
    assert_eq!(found(&karen, ListContactPointsRequest { page_size: 3, page_token, ..all() }).await, ["Støtte"]);
    let page_token = first.next_page_token;
    let foreign = ListContactPointsRequest { page_token, ..about("veje") };
    karen.finds_contact_points(foreign).await.refused("PAGE_TOKEN_INVALID");
}

async fn p7_a_list_of_contact_points_is_replaced_as_a_whole(suite: Suite) {
    let (karen, _) = suite.karen_and_niels().await;
    let odense = suite.authority();
    let request = |points: Vec<ContactPointSetting>, etag: &str| SetContactPointsRequest {
        contact_points: points,
        etag: etag.to_owned(),
        ..SetContactPointsRequest::default()
    };
    let both = vec![contact_point("byg", "Byggesager"), contact_point("vej", "Veje")];
    let first = odense.sets_contact_points_as(request(both.clone(), "")).await.unwrap();
    let second = request(vec![contact_point("vej", "Veje og stier")], &first.etag);
    let second = odense.sets_contact_points_as(second).await.unwrap();
    assert_eq!(found(&karen, ListContactPointsRequest::default()).await, ["Veje og stier"]);
    let refused = odense.sets_contact_points_as(request(both, &first.etag)).await.refused("ETAG_MISMATCH");
    assert_eq!(refused.metadata["etag"], second.etag);
}

async fn p7_every_wrong_contact_point_is_named(suite: Suite) {
    let wrong = vec![
        contact_point("Byg", ""),
        contact_point("vej", "Veje"),
        ContactPointSetting { description: "x".repeat(501), ..contact_point("vej", "Veje") },
    ];
    let refused = suite.authority().sets_contact_points(wrong).await.refused("INVALID_FIELDS");
    let expected = [
        "contact_points[0].id",
        "contact_points[0].display_name",
        "contact_points[2].description",
        "contact_points[2].id",
    ];
    assert_eq!(refused.fields, expected);
    let many = (0..201).map(|at| contact_point(&format!("p{at}"), "Sted")).collect();
    let refused = suite.authority().sets_contact_points(many).await.refused("LIMIT_REACHED");
    assert_eq!(refused.metadata["limit"], "200");
}

async fn p7_companies_have_no_contact_points(suite: Suite) {
    let company = suite.company(kernel::Portal::EBoks);
    company.sets_contact_points(vec![contact_point("salg", "Salg")]).await.refused("CALLER_NOT_ALLOWED");
}

async fn m3_a_citizens_file_is_what_it_says_and_small_enough(suite: Suite) {
    let (karen, _) = suite.karen_and_niels().await;
    let pdf = pdf("Ansøgning");
    let upload = karen.uploads("ansøgning.pdf", &pdf).await.unwrap();
    assert_eq!(upload.media_type, "application/pdf");
    karen.uploads("ansøgning.pdf", b"MZ\x90\x00\x03").await.refused("FILE_TYPE_NOT_ALLOWED");
    let refused = karen.uploads("stor.pdf", &vec![b'%'; 10_000_001]).await.refused("FILE_TOO_LARGE");
    assert_eq!(refused.metadata["limit_bytes"], "10000000");
}
