//! Asking for access to another's post, and two who want the same at once.

use api::access::v1::expiry::Choice;
use api::access::v1::{AccessState, ApproveAccessRequest, EndReason};
use api::core::v1::Act;
use harness::suite::answer;
use harness::{Person, Refusable as _, Suite, Until, on_both};
use kernel::Portal;

on_both! {
    Suite: a7_a_request_opens_nothing_before_the_owner_approves,
    a7_only_the_owner_approves_a_request,
    a7_a_request_names_the_owner_by_the_same_particulars,
    a6_a_request_is_declined_by_the_owner,
    a6_a_request_is_withdrawn_by_the_one_who_asked,
    a8_each_side_of_a_request_reads_words_of_its_own,
    a18_an_offer_and_a_request_that_cross_are_one,
    a18_nobody_asks_themselves,
    a20_a_former_reader_asks_again,
    a29_the_owner_approves_the_version_that_was_shown,
}

async fn a7_a_request_opens_nothing_before_the_owner_approves(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let requested = niels.asks_for_access(&karen, Until::Day("2027-03-31")).await.unwrap();
    assert_eq!(requested.state(), AccessState::Requested);
    let refused = niels.lists(&karen.mailbox).await.refused("ACCESS_NOT_ACTIVE");
    assert_eq!(refused.metadata["access"], requested.name);
    assert_eq!(refused.metadata["state"], "REQUESTED");
    assert_eq!(niels.open_mailboxes().await.unwrap().len(), 1, "their own only");
    assert!(niels.opens_new_post().await.unwrap().is_empty(), "who asks needs no letter about it");
    let [letter] = &karen.opens_new_post().await.unwrap()[..] else { panic!("the owner is told") };
    assert!(letter.body_text.contains(&niels.person.full_name()));
    assert_eq!(letter.links[0].text, "Se dine adgange til Digital Post");

    let active = karen.approves(&requested).await.unwrap();
    assert_eq!(active.state(), AccessState::Active);
    niels.lists(&karen.mailbox).await.unwrap();
    let [letter] = &niels.opens_new_post().await.unwrap()[..] else { panic!("the requester is told") };
    assert!(letter.body_text.contains(&karen.person.full_name()));
    assert!(karen.opens_new_post().await.unwrap().is_empty());
}

async fn a7_only_the_owner_approves_a_request(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let ole = suite.citizen(Person::ole()).await;
    let requested = niels.asks_for_access(&karen, Until::Never).await.unwrap();
    niels.approves(&requested).await.refused("STATE_CONFLICT");
    ole.approves(&requested).await.refused("NOT_FOUND");
    for portal in [Portal::DigitalPostApp, Portal::EBoks, Portal::MitDk] {
        karen.at(portal).approves(&requested).await.refused("ONLY_ON_BORGER_DK");
    }
    assert_eq!(karen.sees_access(&requested.name).await.unwrap().state(), AccessState::Requested);
    niels.lists(&karen.mailbox).await.refused("ACCESS_NOT_ACTIVE");
}

async fn a7_a_request_names_the_owner_by_the_same_particulars(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    for wrong in [
        Person { first_name: "Karin".to_owned(), ..Person::karen() },
        Person { last_name: "Norgaard".to_owned(), ..Person::karen() },
        Person { cpr_number: Person::ole().cpr_number, ..Person::karen() },
    ] {
        let named = karen.mistaken_for(wrong);
        niels.asks_for_access(&named, Until::Never).await.refused("PERSON_NOT_MATCHED");
    }
    assert!(karen.opens_new_post().await.unwrap().is_empty());
}

async fn a6_a_request_is_declined_by_the_owner(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let requested = niels.asks_for_access(&karen, Until::Never).await.unwrap();
    niels.declines(&requested).await.refused("STATE_CONFLICT");
    assert_eq!(karen.declines(&requested).await.unwrap().end_reason(), EndReason::Declined);
    karen.approves(&requested).await.refused("ACCESS_ENDED");
    let refused = niels.lists(&karen.mailbox).await.refused("ACCESS_ENDED");
    assert_eq!(refused.metadata["end_reason"], "DECLINED");
}

async fn a6_a_request_is_withdrawn_by_the_one_who_asked(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let requested = niels.asks_for_access(&karen, Until::Never).await.unwrap();
    karen.withdraws(&requested).await.refused("STATE_CONFLICT");
    assert_eq!(niels.withdraws(&requested).await.unwrap().end_reason(), EndReason::Withdrawn);
    karen.approves(&requested).await.refused("ACCESS_ENDED");
    assert!(karen.given_accesses().await.unwrap().accesses.is_empty());
}

async fn a8_each_side_of_a_request_reads_words_of_its_own(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let requested = niels.asks_for_access(&karen, Until::Never).await.unwrap();
    let (given, received) = (karen.given_accesses().await.unwrap(), niels.received_accesses().await.unwrap());
    assert_eq!(given.accesses[0].status_text_da, "Mangler din godkendelse");
    assert_eq!(given.accesses[0].status_text_en, "Awaiting your approval");
    assert_eq!(received.accesses[0].status_text_da, "Mangler godkendelse");
    assert_eq!(received.accesses[0].status_text_en, "Awaiting approval");
    assert_eq!((given.accesses[0].awaits_caller, received.accesses[0].awaits_caller), (true, false));
    assert_eq!(
        (given.heading_en.as_str(), received.heading_en.as_str()),
        ("Read access to your post", "Your read access to others' post")
    );
    karen.approves(&requested).await.unwrap();
    for access in [karen.sees_access(&requested.name).await, niels.sees_access(&requested.name).await] {
        assert_eq!(access.unwrap().status_text_da, "Aktiv læseadgang");
    }
    niels.removes(&requested).await.unwrap();
    assert_eq!(karen.sees_access(&requested.name).await.unwrap().status_text_da, "Fjernet af den anden part");
    assert_eq!(niels.sees_access(&requested.name).await.unwrap().status_text_da, "Fjernet af dig");
}

async fn a18_an_offer_and_a_request_that_cross_are_one(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let requested = niels.asks_for_access(&karen, Until::Never).await.unwrap();
    let crossing = karen.gives_access(&niels, Until::Never).await.refused("ACCESS_EXISTS");
    assert_eq!(crossing.metadata["access"], requested.name);
    niels.asks_for_access(&karen, Until::Never).await.refused("ACCESS_EXISTS");
    suite.caseworker().creates_access(&karen, &niels, Until::Never).await.refused("ACCESS_EXISTS");
    niels.withdraws(&requested).await.unwrap();

    let offered = karen.gives_access(&niels, Until::Never).await.unwrap();
    let crossing = niels.asks_for_access(&karen, Until::Never).await.refused("ACCESS_EXISTS");
    assert_eq!(crossing.metadata["access"], offered.name);
    niels.approves(&offered).await.unwrap();
    niels.asks_for_access(&karen, Until::Never).await.refused("ACCESS_EXISTS");
    assert_eq!(karen.given_accesses().await.unwrap().accesses.len(), 1);
}

async fn a18_nobody_asks_themselves(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    karen.asks_for_access(&karen, Until::Never).await.refused("ACCESS_WITH_SELF");
    suite.caseworker().creates_access(&karen, &karen, Until::Never).await.refused("ACCESS_WITH_SELF");
    suite.caseworker().asks_for(&karen, &karen, Until::Never, None).await.refused("ACCESS_WITH_SELF");
    assert!(karen.given_accesses().await.unwrap().accesses.is_empty());
    assert!(suite.gatekeeper().decides(&karen, Act::Read, &karen.mailbox).await.allowed, "without an access");
}

async fn a20_a_former_reader_asks_again(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let first = niels.is_given_access_by(&karen).await;
    karen.removes(&first).await.unwrap();
    let again = niels.asks_for_access(&karen, Until::Never).await.unwrap();
    assert_ne!(again.name, first.name);
    niels.lists(&karen.mailbox).await.refused("ACCESS_NOT_ACTIVE");
    karen.approves(&again).await.unwrap();
    niels.lists(&karen.mailbox).await.unwrap();
}

async fn a29_the_owner_approves_the_version_that_was_shown(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let requested = niels.asks_for_access(&karen, Until::Day("2027-03-31")).await.unwrap();
    let shown = karen.sees_access(&requested.name).await.unwrap();
    assert_eq!(shown.reader_display_name, niels.person.full_name());
    assert!(shown.expiry.unwrap().choice == Some(Choice::ExpiresOn("2027-03-31".to_owned())));
    for version in [shown.version + 1, shown.version + 7] {
        let request = ApproveAccessRequest { name: shown.name.clone(), version, ..ApproveAccessRequest::default() };
        let other = answer(suite.clients().read_access().approve_access(karen.request(request)).await);
        assert_eq!(other.refused("VERSION_CHANGED").metadata["version"], shown.version.to_string());
    }
    karen.approves(&requested).await.unwrap();
}
