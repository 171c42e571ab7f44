//! Lists, in pages.

use crate::on_both_engines;
use crate::world::{BORGER_DK, KAREN, NIELS, Refused as _, World, never, particulars, reason};
use api::access::v1::*;
use api::core::v1::{Act, Capacity};
use kernel::resource;
use std::time::Duration;

on_both_engines! {
    pages_hold_every_access_once_newest_first
    open_mailboxes_begin_with_ones_own
    a_page_token_is_one_callers_and_one_lists
    a_batch_is_answered_in_its_order
}

/// Accesses of many owners that Niels has approved, oldest first.
async fn receive_many(world: &World, names: &[&str]) -> Vec<String> {
    let mut accesses = Vec::new();
    for (at, last) in names.iter().enumerate() {
        let cpr = format!("63037020{at:02}");
        world.neighbours.register(&cpr, "Ole", last);
        let request = GiveAccessRequest {
            reader: Some(particulars("Niels", "Skov", NIELS)),
            scope: AccessScope::PublicPost.into(),
            expiry: Some(never()),
            level: 0,
            request_id: String::new(),
        };
        let given = world.citizens().give_access(world.by(&cpr, request)).await.unwrap().into_inner().access.unwrap();
        world.approve(NIELS, &given.name, 1).await.unwrap();
        accesses.push(given.name);
        if at % 3 == 0 {
            world.clock.advance(Duration::from_secs(1));
        }
    }
    accesses
}

async fn pages_hold_every_access_once_newest_first(world: World) {
    let given = receive_many(&world, &["A", "B", "C", "D", "E", "F", "G"]).await;
    let mut seen = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = ListReceivedAccessesRequest { page_size: 2, page_token };
        let page = world.citizens().list_received_accesses(world.by(NIELS, request)).await.unwrap().into_inner();
        assert_eq!(page.heading_da, "Din læseadgang til andres post");
        seen.extend(page.accesses);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert!(seen.windows(2).all(|two| {
        let key =
            |access: &ReadAccess| (access.create_time.map(|time| (time.seconds, time.nanos)), access.name.clone());
        key(&two[0]) > key(&two[1])
    }));
    let mut names: Vec<String> = seen.into_iter().map(|access| access.name).collect();
    names.sort();
    let mut expected = given.clone();
    expected.sort();
    assert_eq!(names, expected);

    for name in &given {
        world.remove(NIELS, name).await.unwrap();
    }
    let mut ended = Vec::new();
    let mut page_token = String::new();
    for _ in 0..4 {
        let request = ListEndedAccessesRequest { caller_party: 0, page_size: 2, page_token };
        let page = world.citizens().list_ended_accesses(world.by(NIELS, request)).await.unwrap().into_inner();
        ended.extend(page.accesses.into_iter().map(|access| access.name));
        page_token = page.next_page_token;
    }
    assert!(page_token.is_empty());
    ended.sort();
    assert_eq!(ended, expected);
    let as_owner = ListEndedAccessesRequest { caller_party: AccessParty::Owner.into(), ..Default::default() };
    let as_owner = world.citizens().list_ended_accesses(world.by(NIELS, as_owner)).await.unwrap().into_inner();
    assert!(as_owner.accesses.is_empty());
}

async fn open_mailboxes_begin_with_ones_own(world: World) {
    receive_many(&world, &["Østergaard", "Aagaard", "Ågård", "Zahle"]).await;
    let mut names = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = ListOpenMailboxesRequest { page_size: 2, page_token };
        let request = world.through("mit_dk", NIELS, request);
        let page = world.citizens().list_open_mailboxes(request).await.unwrap().into_inner();
        names.extend(page.mailboxes);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    let shown: Vec<&str> = names.iter().map(|open| open.owner_display_name.as_str()).collect();
    assert_eq!(shown, ["Niels Skov", "Ole Aagaard", "Ole Zahle", "Ole Østergaard", "Ole Ågård"]);
    assert_eq!((names[0].capacity(), names[0].mailbox.clone()), (Capacity::Owner, resource::mailbox(world.niels)));
    assert!(names[1..].iter().all(|open| open.capacity() == Capacity::Reader && !open.access.is_empty()));
}

async fn a_page_token_is_one_callers_and_one_lists(world: World) {
    receive_many(&world, &["A", "B"]).await;
    let request = |page_token: &str| ListReceivedAccessesRequest { page_size: 1, page_token: page_token.to_owned() };
    let first = world.citizens().list_received_accesses(world.by(NIELS, request(""))).await.unwrap().into_inner();
    let token = first.next_page_token;
    let other = world.citizens().list_received_accesses(world.by(KAREN, request(&token))).await.refused();
    assert_eq!(reason(&other), "PAGE_TOKEN_INVALID");
    let given = ListGivenAccessesRequest { page_size: 1, page_token: token };
    let other = world.citizens().list_given_accesses(world.by(NIELS, given)).await.refused();
    assert_eq!(reason(&other), "PAGE_TOKEN_INVALID");
    let negative = ListReceivedAccessesRequest { page_size: -1, page_token: String::new() };
    let refused = world.citizens().list_received_accesses(world.by(NIELS, negative)).await.refused();
    assert_eq!(reason(&refused), "INVALID_FIELDS");
}

async fn a_batch_is_answered_in_its_order(world: World) {
    let accesses = receive_many(&world, &["A", "B", "C"]).await;
    world.remove(NIELS, &accesses[1]).await.unwrap();
    let mailbox = |access: &String| access.split("/accesses/").next().unwrap().to_owned();
    let mut questions: Vec<AccessQuestion> = accesses
        .iter()
        .map(|access| AccessQuestion { mailbox: mailbox(access), act: Act::Read.into(), post_kind: 0 })
        .collect();
    questions.push(AccessQuestion { mailbox: resource::mailbox(world.karen), act: Act::Read.into(), post_kind: 0 });
    questions.push(AccessQuestion { mailbox: resource::mailbox(world.niels), act: Act::Delete.into(), post_kind: 0 });
    let request = BatchCheckRequest { actor: resource::person(world.niels), questions };
    let request = world.for_citizen(BORGER_DK, NIELS, world.by_service("mailbox-service", request));
    let answer = world.authorization().batch_check(request).await.unwrap().into_inner().decisions;
    assert_eq!(answer.iter().map(|one| one.allowed).collect::<Vec<_>>(), [true, false, true, false, true]);
}
