//! Full-text search: what is found, and by whom.

use api::access::v1::AccessScope;
use api::core::v1::Capacity;
use api::mailbox::v1::{ActivityKind, SearchMessagesRequest};
use harness::actor::citizen_log::kinds;
use harness::{Letter, Person, Refusable as _, Suite, on_both};
use kernel::Portal;
use std::time::Duration;

on_both! {
    Suite: m6_search_finds_in_sender_subject_and_body,
    m6_search_knows_danish_letters_and_stems,
    m6_search_finds_notices_and_private_post_too,
    m6_search_keeps_to_folder_and_time,
    m6_search_comes_in_pages_that_stay_right,
    m6_a_search_token_dies_with_the_access_and_fits_no_other_search,
    m6_a_search_needs_one_to_ten_words,
    a6_r1_a_reader_searches_until_the_access_ends,
    a11_search_shows_a_reader_no_private_post,
    r14_a_reader_of_private_post_finds_it_in_its_own_portal,
    r12_a_readers_search_looks_into_no_unserved_message,
    r13_what_a_search_shows_of_bodies_is_in_the_log,
    p4_search_shows_public_post_in_e_boks_only_where_the_owner_chose_so,
}

fn letter(subject: &str, body: &str) -> Letter {
    Letter { body: body.to_owned(), ..Letter::about(subject) }
}

fn search(mailbox: &str, query: &str) -> SearchMessagesRequest {
    SearchMessagesRequest { parent: mailbox.to_owned(), query: query.to_owned(), ..SearchMessagesRequest::default() }
}

async fn m6_search_finds_in_sender_subject_and_body(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    for (subject, body) in [("Byggesag", "Dit skur må blive stående."), ("Vandmåler", "Aflæs måleren.")] {
        suite.authority().delivers(&karen.person, letter(subject, body)).await.unwrap();
        suite.clock().advance(Duration::from_secs(1));
    }
    for (query, found) in [
        ("odense", vec!["Vandmåler", "Byggesag"]),
        ("byggesag", vec!["Byggesag"]),
        ("MÅLEREN", vec!["Vandmåler"]),
        ("skur Odense byggesag", vec!["Byggesag"]),
        ("skur vandmåler", vec![]),
        ("carport", vec![]),
    ] {
        assert_eq!(karen.finds(&karen.mailbox, query).await.unwrap(), found, "{query}");
    }
}

async fn m6_search_knows_danish_letters_and_stems(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let body = "Børnene på Ærø får skolemad. Your letters were received.";
    suite.authority().delivers(&karen.person, letter("Årsopgørelsen", body)).await.unwrap();
    for query in ["årsopgørelser", "A\u{30a}RSOPGØRELSE", "barnebørn børn", "ærø", "letter", "skolemad på ærø"]
    {
        let expected = usize::from(!query.contains("barnebørn"));
        assert_eq!(karen.finds(&karen.mailbox, query).await.unwrap().len(), expected, "{query}");
    }
    for query in ["arsopgorelse", "aarsopgørelse", "bornene", "aero", "far", "faar", "pa"] {
        assert!(karen.finds(&karen.mailbox, query).await.unwrap().is_empty(), "{query}");
    }
}

async fn m6_search_finds_notices_and_private_post_too(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    niels.is_given_access_by(&karen).await;
    assert!(!karen.finds(&karen.mailbox, "læseadgang").await.unwrap().is_empty(), "a notice of the suite");
    suite.company(Portal::EBoks).delivers(&karen.person, Letter::about("Police")).await.unwrap();
    assert_eq!(karen.at(Portal::EBoks).finds(&karen.mailbox, "police").await.unwrap(), ["Police"]);
    assert!(karen.finds(&karen.mailbox, "police").await.unwrap().is_empty(), "P9: in its own portal only");
}

async fn m6_search_keeps_to_folder_and_time(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let mut receipts = Vec::new();
    for subject in ["Skat 1", "Skat 2", "Skat 3"] {
        receipts.push(suite.authority().delivers(&karen.person, Letter::about(subject)).await.unwrap());
        suite.clock().advance(Duration::from_secs(1));
    }
    karen.deletes(&receipts[0].message).await.unwrap();
    karen.moves(&receipts[1].message, &format!("{}/folders/archive", karen.mailbox)).await.unwrap();
    let all = search(&karen.mailbox, "skat");
    let folder = |id: &str| SearchMessagesRequest { folder: format!("{}/folders/{id}", karen.mailbox), ..all.clone() };
    let moment = receipts[2].available_time;
    for (request, expected) in [
        (all.clone(), vec!["Skat 3", "Skat 2"]),
        (folder("bin"), vec!["Skat 1"]),
        (folder("archive"), vec!["Skat 2"]),
        (SearchMessagesRequest { available_from: moment, ..all.clone() }, vec!["Skat 3"]),
        (SearchMessagesRequest { available_before: moment, ..all.clone() }, vec!["Skat 2"]),
    ] {
        let found = karen.searches(request).await.unwrap().messages;
        assert_eq!(found.iter().map(|letter| letter.subject.as_str()).collect::<Vec<_>>(), expected);
    }
    karen.searches(folder("0192f0c1-2f4a-7cc3-98c4-dc0c0c07398f")).await.refused("NOT_FOUND");
}

async fn m6_search_comes_in_pages_that_stay_right(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    for number in 0..5 {
        suite.authority().delivers(&karen.person, Letter::about(&format!("Skat {number}"))).await.unwrap();
        suite.authority().delivers(&karen.person, Letter::about("Andet")).await.unwrap();
        // Two letters of one moment now and then.
        suite.clock().advance(Duration::from_secs(number % 2));
    }
    let (mut seen, mut token) = (Vec::new(), String::new());
    loop {
        let request = SearchMessagesRequest { page_size: 2, page_token: token, ..search(&karen.mailbox, "skat") };
        let page = karen.searches(request).await.unwrap();
        seen.extend(page.messages.into_iter().map(|letter| letter.name));
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
        suite.authority().delivers(&karen.person, Letter::about("Skat, kommet imens")).await.unwrap();
    }
    let all = karen.lists(&karen.mailbox).await.unwrap();
    let there = all.iter().filter(|letter| letter.subject.starts_with("Skat ")).map(|letter| letter.name.clone());
    assert_eq!(seen, there.collect::<Vec<_>>(), "newest first, none left out, none twice");
    assert_eq!(seen.len(), 5);
}

async fn m6_a_search_token_dies_with_the_access_and_fits_no_other_search(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    for _ in 0..3 {
        suite.authority().delivers(&karen.person, Letter::about("Skat")).await.unwrap();
    }
    let access = niels.is_given_access_by(&karen).await;
    let first = SearchMessagesRequest { page_size: 1, ..search(&karen.mailbox, "skat") };
    let page_token = niels.searches(first.clone()).await.unwrap().next_page_token;
    let next = SearchMessagesRequest { page_token, ..first };
    niels.searches(next.clone()).await.unwrap();
    let other = SearchMessagesRequest { query: "skat borger".to_owned(), ..next.clone() };
    niels.searches(other).await.refused("PAGE_TOKEN_INVALID");
    karen.searches(next.clone()).await.refused("PAGE_TOKEN_INVALID");
    karen.removes(&access).await.unwrap();
    niels.is_given_access_by(&karen).await;
    niels.searches(next).await.refused("PAGE_TOKEN_INVALID");
}

async fn m6_a_search_needs_one_to_ten_words(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    for query in ["", "  ", "?!", &"a".repeat(201), "a b c d e f g h i j k"] {
        let refused = karen.finds(&karen.mailbox, query).await.refused("INVALID_FIELDS");
        assert_eq!(refused.fields, ["query"], "{query}");
    }
    assert!(karen.finds(&karen.mailbox, "a b c d e f g h i j").await.unwrap().is_empty());
}

async fn a6_r1_a_reader_searches_until_the_access_ends(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let old = suite.authority().delivers(&karen.person, Letter::about("Skat")).await.unwrap().message;
    niels.finds(&karen.mailbox, "skat").await.refused("NOT_FOUND");
    let access = niels.is_given_access_by(&karen).await;
    karen.deletes(&old).await.unwrap();
    let bin = format!("{}/folders/bin", karen.mailbox);
    let request = SearchMessagesRequest { folder: bin, ..search(&karen.mailbox, "skat") };
    assert_eq!(niels.searches(request).await.unwrap().messages.len(), 1, "from before the access, and in the bin too");
    assert!(niels.finds(&niels.mailbox, "skat").await.unwrap().is_empty(), "A28: no copy in his own");
    karen.removes(&access).await.unwrap();
    niels.finds(&karen.mailbox, "skat").await.refused("ACCESS_ENDED");
}

async fn a11_search_shows_a_reader_no_private_post(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    karen.shows_public_post(true, true).await.unwrap();
    niels.is_given_access_by(&karen).await;
    suite.authority().delivers(&karen.person, Letter::about("Pension fra kommunen")).await.unwrap();
    suite.company(Portal::EBoks).delivers(&karen.person, Letter::about("Pension fra selskabet")).await.unwrap();
    for portal in [Portal::BorgerDk, Portal::DigitalPostApp, Portal::EBoks, Portal::MitDk] {
        let niels = niels.at(portal);
        assert_eq!(niels.finds(&karen.mailbox, "pension").await.unwrap(), ["Pension fra kommunen"], "{portal}");
        assert!(niels.finds(&karen.mailbox, "selskabet").await.unwrap().is_empty(), "{portal}");
    }
    assert_eq!(karen.at(Portal::EBoks).finds(&karen.mailbox, "selskabet").await.unwrap().len(), 1);
}

async fn r14_a_reader_of_private_post_finds_it_in_its_own_portal(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let (karen_there, niels_there) = (karen.at(Portal::EBoks), niels.at(Portal::EBoks));
    karen.shows_public_post(true, true).await.unwrap();
    karen_there.shares_private_post(&niels_there, AccessScope::PrivatePostRead).await;
    suite.authority().delivers(&karen.person, Letter::about("Pension fra kommunen")).await.unwrap();
    suite.company(Portal::EBoks).delivers(&karen.person, Letter::about("Pension fra selskabet")).await.unwrap();
    assert_eq!(niels_there.finds(&karen.mailbox, "pension").await.unwrap(), ["Pension fra selskabet"]);
    niels.at(Portal::MitDk).finds(&karen.mailbox, "pension").await.refused("ONLY_IN_OWN_PORTAL");
    niels.finds(&karen.mailbox, "pension").await.refused("ONLY_IN_OWN_PORTAL");
}

async fn r12_a_readers_search_looks_into_no_unserved_message(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    niels.is_given_access_by(&karen).await;
    let summons = letter("Indkaldelse til retten", "Du skal vidne i en sag om hærværk.");
    let message = suite.authority().summons(&karen.person, summons).await.unwrap().message;
    suite.authority().delivers(&karen.person, letter("Hærværk i parken", "Hold øje.")).await.unwrap();
    // Whatever he searches for, he is told that it is there, and never what it says.
    for (query, found) in [("hærværk", vec!["Hærværk i parken"]), ("vidne", vec![]), ("cykel", vec![])] {
        let answer = niels.searches(search(&karen.mailbox, query)).await.unwrap();
        assert_eq!(answer.messages.iter().map(|letter| letter.subject.as_str()).collect::<Vec<_>>(), found, "{query}");
        assert_eq!(answer.withheld.len(), 1, "{query}");
        let withheld = answer.withheld.into_iter().next().unwrap();
        assert_eq!(withheld.name, message);
        let refusal = withheld.refusal.unwrap();
        assert_eq!(refusal.reason().as_str_name(), "ERROR_REASON_SERVICE_ACKNOWLEDGEMENT_REQUIRED");
    }
    assert_eq!(niels.finds(&karen.mailbox, "retten").await.unwrap().len(), 1, "lists show the subject too");
    let own = karen.searches(search(&karen.mailbox, "vidne")).await.unwrap();
    assert_eq!((own.messages.len(), own.withheld.len()), (1, 0), "the owner's search is not limited");
    niels.is_served(&message).await.unwrap();
    let served = niels.searches(search(&karen.mailbox, "vidne")).await.unwrap();
    assert_eq!((served.messages.len(), served.withheld.len()), (1, 0));
}

async fn p4_search_shows_public_post_in_e_boks_only_where_the_owner_chose_so(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    suite.authority().delivers(&karen.person, Letter::about("Skat")).await.unwrap();
    for (shown, found) in [(false, 0), (true, 1), (false, 0)] {
        karen.shows_public_post(shown, false).await.unwrap();
        assert_eq!(karen.at(Portal::EBoks).finds(&karen.mailbox, "skat").await.unwrap().len(), found);
    }
}

async fn r13_what_a_search_shows_of_bodies_is_in_the_log(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let text = letter("Byggesag", "Dit skur må blive stående.");
    let message = suite.authority().delivers(&karen.person, text).await.unwrap().message;
    niels.is_given_access_by(&karen).await;
    // What lists show too is no act; what nobody is shown neither.
    for query in ["byggesag", "odense", "carport"] {
        niels.finds(&karen.mailbox, query).await.unwrap();
    }
    assert_eq!(kinds(&karen.reads_log_of(&message).await.unwrap()), [ActivityKind::Arrived]);
    niels.finds(&karen.mailbox, "byggesag skur").await.unwrap();
    let log = karen.reads_log_of(&message).await.unwrap();
    assert_eq!(kinds(&log), [ActivityKind::Searched, ActivityKind::Arrived]);
    assert_eq!((log[0].actor_display_name.clone(), log[0].capacity()), (niels.person.full_name(), Capacity::Reader));
    karen.finds("mailboxes/me", "skur").await.unwrap();
    assert_eq!(karen.reads_log_of(&message).await.unwrap()[0].capacity(), Capacity::Owner);
}
