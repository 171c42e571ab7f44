//! Lists in pages.

use api::access::v1::{ListGivenAccessesRequest, ListReceivedAccessesRequest};
use api::mailbox::v1::ListMessagesRequest;
use harness::suite::answer;
use harness::{Citizen, Letter, Person, Refusable as _, Suite, Until, on_both};
use std::time::Duration;

on_both! {
    Suite: m6_pages_hold_every_letter_once_while_new_post_arrives,
    m6_a_page_token_dies_with_the_access_it_was_made_under,
    m6_a_page_token_is_good_for_its_own_list_only,
    m6_letters_of_one_moment_have_an_order_too,
    m6_a_page_goes_on_where_it_was_when_its_last_letter_is_gone,
    m6_lists_are_filtered,
    a27_accesses_are_listed_in_pages_newest_first,
}

async fn page(citizen: &Citizen, mailbox: &str, size: i32, token: &str) -> (Vec<String>, String) {
    let request = ListMessagesRequest {
        parent: mailbox.to_owned(),
        page_size: size,
        page_token: token.to_owned(),
        ..ListMessagesRequest::default()
    };
    let page = answer(citizen_clients(citizen).list_messages(citizen.request(request)).await).unwrap();
    (page.messages.into_iter().map(|letter| letter.subject).collect(), page.next_page_token)
}

fn citizen_clients(
    citizen: &Citizen,
) -> api::mailbox::v1::mailbox_service_client::MailboxServiceClient<tonic::transport::Channel> {
    citizen.suite().clients().mailbox()
}

async fn m6_pages_hold_every_letter_once_while_new_post_arrives(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    for number in 0..7 {
        suite.authority().delivers(&karen.person, Letter::about(&format!("{number}"))).await.unwrap();
        suite.clock().advance(Duration::from_secs(1));
    }
    let (mut seen, mut token) = page(&karen, &karen.mailbox, 3, "").await;
    while !token.is_empty() {
        suite.authority().delivers(&karen.person, Letter::about("Ny")).await.unwrap();
        let (more, next) = page(&karen, &karen.mailbox, 3, &token).await;
        seen.extend(more);
        token = next;
    }
    assert_eq!(seen, ["6", "5", "4", "3", "2", "1", "0"]);
}

async fn m6_a_page_token_dies_with_the_access_it_was_made_under(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    for number in 0..3 {
        suite.authority().delivers(&karen.person, Letter::about(&format!("{number}"))).await.unwrap();
    }
    let first = niels.is_given_access_by(&karen).await;
    let (_, token) = page(&niels, &karen.mailbox, 1, "").await;
    karen.removes(&first).await.unwrap();
    niels.is_given_access_by(&karen).await;
    let request = ListMessagesRequest {
        parent: karen.mailbox.clone(),
        page_size: 1,
        page_token: token,
        ..ListMessagesRequest::default()
    };
    answer(suite.clients().mailbox().list_messages(niels.request(request)).await).refused("PAGE_TOKEN_INVALID");
}

async fn m6_a_page_token_is_good_for_its_own_list_only(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    for number in 0..3 {
        suite.authority().delivers(&karen.person, Letter::about(&format!("{number}"))).await.unwrap();
    }
    niels.is_given_access_by(&karen).await;
    let (_, token) = page(&karen, &karen.mailbox, 1, "").await;
    assert!(!token.is_empty());
    let whole = ListMessagesRequest {
        parent: karen.mailbox.clone(),
        page_size: 1,
        page_token: token.clone(),
        ..ListMessagesRequest::default()
    };
    let folder = format!("{}/folders/inbox", karen.mailbox);
    let filtered = ListMessagesRequest { folder, ..whole.clone() };
    let nonsense = ListMessagesRequest { page_token: "bm9uc2Vuc2U".to_owned(), ..whole.clone() };
    for (citizen, request) in [(&karen, filtered), (&niels, whole.clone()), (&karen, nonsense)] {
        let listed = suite.clients().mailbox().list_messages(citizen.request(request)).await;
        answer(listed).refused("PAGE_TOKEN_INVALID");
    }
    let accesses = ListGivenAccessesRequest { page_size: 1, page_token: token };
    let listed = suite.clients().read_access().list_given_accesses(karen.request(accesses)).await;
    answer(listed).refused("PAGE_TOKEN_INVALID");
    answer(suite.clients().mailbox().list_messages(karen.request(whole)).await).unwrap();
}

async fn m6_letters_of_one_moment_have_an_order_too(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    for number in 0..6 {
        // The clock stands still.
        suite.authority().delivers(&karen.person, Letter::about(&format!("{number}"))).await.unwrap();
    }
    let (all, _) = page(&karen, &karen.mailbox, 10, "").await;
    let (mut seen, mut token) = (Vec::new(), String::new());
    loop {
        let (more, next) = page(&karen, &karen.mailbox, 1, &token).await;
        seen.extend(more);
        token = next;
        if token.is_empty() {
            break;
        }
    }
    assert_eq!(seen, all);
    assert_eq!(seen.len(), 6);
}

async fn m6_a_page_goes_on_where_it_was_when_its_last_letter_is_gone(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    for number in 0..6 {
        suite.authority().delivers(&karen.person, Letter::about(&format!("{number}"))).await.unwrap();
        suite.clock().advance(Duration::from_secs(1));
    }
    let (seen, token) = page(&karen, &karen.mailbox, 2, "").await;
    assert_eq!(seen, ["5", "4"]);
    let letters = karen.lists(&karen.mailbox).await.unwrap();
    // The one that the token points at is purged, and the next one moved out of sight.
    karen.deletes(&letters[1].name).await.unwrap();
    karen.purges(&letters[1].name).await.unwrap();
    karen.deletes(&letters[2].name).await.unwrap();
    let (seen, token) = page(&karen, &karen.mailbox, 2, &token).await;
    assert_eq!(seen, ["2", "1"]);
    assert_eq!(page(&karen, &karen.mailbox, 2, &token).await, (vec!["0".to_owned()], String::new()));
}

async fn m6_lists_are_filtered(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let old = suite.authority().delivers(&karen.person, Letter::about("Gammel")).await.unwrap();
    suite.clock().advance(Duration::from_hours(1));
    let new = suite.authority().delivers(&karen.person, Letter::about("Ny")).await.unwrap();
    karen.opens(&old.message).await.unwrap();
    let all = ListMessagesRequest { parent: karen.mailbox.clone(), ..ListMessagesRequest::default() };
    let moment = new.available_time;
    for (request, expected) in [
        (ListMessagesRequest { unread_only: true, ..all.clone() }, vec!["Ny"]),
        (ListMessagesRequest { available_from: moment, ..all.clone() }, vec!["Ny"]),
        (ListMessagesRequest { available_before: moment, ..all.clone() }, vec!["Gammel"]),
        (ListMessagesRequest { sender_cvr_number: "29189668".to_owned(), ..all.clone() }, vec!["Ny", "Gammel"]),
        (ListMessagesRequest { sender_cvr_number: "12345678".to_owned(), ..all }, vec![]),
    ] {
        let page = answer(suite.clients().mailbox().list_messages(karen.request(request)).await).unwrap();
        let subjects: Vec<&str> = page.messages.iter().map(|letter| letter.subject.as_str()).collect();
        assert_eq!(subjects, expected);
    }
}

async fn a27_accesses_are_listed_in_pages_newest_first(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let mut readers = Vec::new();
    for number in 0..5 {
        let reader = suite.citizen(Person::of_crowd(number)).await;
        karen.gives_access(&reader, Until::Never).await.unwrap();
        reader.gives_access(&karen, Until::Never).await.unwrap();
        readers.insert(0, reader.person.full_name());
        suite.clock().advance(Duration::from_secs(1));
    }
    let (mut given, mut received) = (Vec::new(), Vec::new());
    let mut token = String::new();
    loop {
        let request = ListGivenAccessesRequest { page_size: 2, page_token: token };
        let listed = suite.clients().read_access().list_given_accesses(karen.request(request)).await;
        let page = answer(listed).unwrap();
        given.extend(page.accesses.into_iter().map(|access| access.reader_display_name));
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    loop {
        let request = ListReceivedAccessesRequest { page_size: 2, page_token: token };
        let listed = suite.clients().read_access().list_received_accesses(karen.request(request)).await;
        let page = answer(listed).unwrap();
        received.extend(page.accesses.into_iter().map(|access| access.owner_display_name));
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    assert_eq!(given, readers);
    assert_eq!(received, readers);
}
