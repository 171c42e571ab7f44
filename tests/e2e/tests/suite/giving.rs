//! Giving access, and approving what was given.

use api::access::v1::expiry::Choice;
use api::access::v1::{AccessLevel, AccessScope, AccessState, ApproveAccessRequest};
use api::core::v1::Capacity;
use api::mailbox::v1::SenderKind;
use harness::suite::answer;
use harness::{Person, Refusable as _, Suite, Until, on_both};
use kernel::Portal;

on_both! {
    Suite: a1_access_is_given_until_a_last_day,
    a1_access_is_given_for_ever_by_choice,
    a1_today_is_early_enough,
    a2_names_are_compared_as_people_write_them,
    a2_whoever_can_not_be_named_gets_the_same_answer,
    a2_naming_in_vain_is_limited,
    a3_a_reader_needs_digital_post,
    a4_both_find_a_letter_about_the_offer,
    a5_an_offer_opens_nothing_before_the_reader_approves,
    a5_only_the_reader_approves_an_offer,
    a8_each_side_reads_words_of_its_own,
    a18_nobody_gives_access_to_themselves,
    a18_there_is_one_access_for_a_pair,
    a24_public_access_is_given_on_borger_dk_only,
    a29_the_reader_sees_name_and_expiry_before_approving,
    a29_what_is_approved_is_the_version_that_was_shown,
}

async fn a1_access_is_given_until_a_last_day(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let access = karen.gives_access(&niels, Until::Day("2027-03-31")).await.unwrap();
    assert_eq!(access.state(), AccessState::Offered);
    assert_eq!((access.scope(), access.level()), (AccessScope::PublicPost, AccessLevel::Read));
    assert!(access.expiry.unwrap().choice == Some(Choice::ExpiresOn("2027-03-31".to_owned())));
    // Summer time began three days before: midnight is at 22:00 UTC.
    assert_eq!(access.expire_time.unwrap().seconds, 1_806_530_400);
    assert!(access.name.starts_with(&format!("{}/accesses/", karen.mailbox)));
}

async fn a1_access_is_given_for_ever_by_choice(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let access = karen.gives_access(&niels, Until::Never).await.unwrap();
    assert!(access.expiry.unwrap().choice == Some(Choice::NeverExpires(true)));
    assert_eq!(access.expire_time, None);
}

async fn a1_today_is_early_enough(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    karen.gives_access(&niels, Until::Day("2026-11-22")).await.unwrap();
}

async fn a2_names_are_compared_as_people_write_them(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    for (number, first_name, last_name) in [
        (0, "NIELS PETER", "skov jensen"),
        (1, "Niels", "Jensen"),
        (2, "Niels-Peter", "Skov-Jensen"),
        (3, " Niels  Peter ", "Skov Jensen"),
    ] {
        let cpr_number = Person::of_crowd(number).cpr_number;
        let reader = suite.citizen(Person { cpr_number, ..Person::niels() }).await;
        let spelled = Person::new(first_name, last_name, &reader.person.cpr_number);
        let named = reader.mistaken_for(spelled);
        karen.gives_access(&named, Until::Never).await.unwrap();
    }
}

async fn a2_whoever_can_not_be_named_gets_the_same_answer(suite: Suite) {
    let niels = suite.citizen(Person::niels()).await;
    let named = |person: Person| niels.mistaken_for(person);
    let unknown = named(Person::ole());
    let misnamed = named(Person { first_name: "Nils".to_owned(), ..Person::niels() });
    let other_last_name = named(Person { last_name: "Skov".to_owned(), ..Person::niels() });
    let mut refusals = Vec::new();
    for (number, reader) in (0..).zip([unknown, misnamed, other_last_name]) {
        let giver = suite.citizen(Person::of_crowd(number)).await;
        refusals.push(giver.gives_access(&reader, Until::Never).await.refused("PERSON_NOT_MATCHED"));
        assert!(giver.given_accesses().await.unwrap().accesses.is_empty());
    }
    assert!(refusals.iter().all(|refused| *refused == refusals[0]), "{refusals:?}");
    assert!(niels.lists(&niels.mailbox).await.unwrap().is_empty(), "nobody is told");
}

async fn a2_naming_in_vain_is_limited(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    for number in 0..20 {
        let guess = Person { cpr_number: Person::of_crowd(number).cpr_number, ..Person::niels() };
        let named = niels.mistaken_for(guess);
        let refused = karen.gives_access(&named, Until::Never).await.err().unwrap();
        if refused.reason == "TOO_MANY_ATTEMPTS" {
            assert!(refused.retry_after.is_some());
            // The right particulars get the same answer now.
            karen.gives_access(&niels, Until::Never).await.refused("TOO_MANY_ATTEMPTS");
            return;
        }
        assert_eq!(refused.reason, "PERSON_NOT_MATCHED");
    }
    panic!("twenty guesses were let through");
}

async fn a3_a_reader_needs_digital_post(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let unregistered = karen.mistaken_for(Person::ole());
    karen.gives_access(&unregistered, Until::Never).await.refused("PERSON_NOT_MATCHED");
    // And one who has none can't give either.
    unregistered.gives_access(&karen, Until::Never).await.refused("CALLER_HAS_NO_DIGITAL_POST");
}

async fn a4_both_find_a_letter_about_the_offer(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    karen.gives_access(&niels, Until::Never).await.unwrap();
    for (citizen, other) in [(&karen, &niels), (&niels, &karen)] {
        let letters = citizen.lists(&citizen.mailbox).await.unwrap();
        assert_eq!(letters.len(), 1);
        assert_eq!(letters[0].sender.as_ref().unwrap().kind(), SenderKind::DigitalPost);
        let letter = citizen.opens(&letters[0].name).await.unwrap();
        assert!(letter.body_text.contains(&other.person.full_name()), "it says who the other is: {}", letter.body_text);
        assert!(!letter.body_text.contains(&other.person.cpr_number));
    }
    let letters = niels.lists(&niels.mailbox).await.unwrap();
    let links = niels.opens(&letters[0].name).await.unwrap().links;
    assert_eq!(links.len(), 1);
    assert_eq!(links[0].text, "Se dine adgange til Digital Post");
    assert!(links[0].url.starts_with("https://"));
}

async fn a5_an_offer_opens_nothing_before_the_reader_approves(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let offered = karen.gives_access(&niels, Until::Never).await.unwrap();
    let refused = niels.lists(&karen.mailbox).await.refused("ACCESS_NOT_ACTIVE");
    assert_eq!(refused.metadata["access"], offered.name);
    assert_eq!(refused.metadata["state"], "OFFERED");
    assert_eq!(niels.open_mailboxes().await.unwrap().len(), 1, "their own only");

    let active = niels.approves(&offered).await.unwrap();
    assert_eq!(active.state(), AccessState::Active);
    niels.lists(&karen.mailbox).await.unwrap();
}

async fn a5_only_the_reader_approves_an_offer(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let ole = suite.citizen(Person::ole()).await;
    let offered = karen.gives_access(&niels, Until::Never).await.unwrap();
    karen.approves(&offered).await.refused("STATE_CONFLICT");
    ole.approves(&offered).await.refused("NOT_FOUND");
    assert_eq!(karen.sees_access(&offered.name).await.unwrap().state(), AccessState::Offered);
}

async fn a8_each_side_reads_words_of_its_own(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let offered = karen.gives_access(&niels, Until::Never).await.unwrap();
    let given = karen.given_accesses().await.unwrap();
    let received = niels.received_accesses().await.unwrap();
    assert_eq!(given.heading_da, "Læseadgang til din post");
    assert_eq!(received.heading_da, "Din læseadgang til andres post");
    assert_eq!(given.accesses[0].status_text_da, "Mangler godkendelse");
    assert_eq!(received.accesses[0].status_text_da, "Mangler din godkendelse");
    assert_eq!((given.accesses[0].awaits_caller, received.accesses[0].awaits_caller), (false, true));

    niels.approves(&offered).await.unwrap();
    assert_eq!(karen.given_accesses().await.unwrap().accesses[0].status_text_da, "Aktiv læseadgang");
    assert_eq!(niels.received_accesses().await.unwrap().accesses[0].status_text_da, "Aktiv læseadgang");
}

async fn a18_nobody_gives_access_to_themselves(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    karen.gives_access(&karen, Until::Never).await.refused("ACCESS_WITH_SELF");
}

async fn a18_there_is_one_access_for_a_pair(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let offered = karen.gives_access(&niels, Until::Never).await.unwrap();
    let again = karen.gives_access(&niels, Until::Day("2027-01-01")).await.refused("ACCESS_EXISTS");
    assert_eq!(again.metadata["access"], offered.name);
    niels.approves(&offered).await.unwrap();
    karen.gives_access(&niels, Until::Never).await.refused("ACCESS_EXISTS");
    // The other way round it is another pair.
    niels.gives_access(&karen, Until::Never).await.unwrap();
}

async fn a24_public_access_is_given_on_borger_dk_only(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    for portal in [Portal::DigitalPostApp, Portal::EBoks, Portal::MitDk] {
        karen.at(portal).gives_access(&niels, Until::Never).await.refused("ONLY_ON_BORGER_DK");
    }
    let offered = karen.gives_access(&niels, Until::Never).await.unwrap();
    niels.at(Portal::DigitalPostApp).approves(&offered).await.refused("ONLY_ON_BORGER_DK");
    let active = niels.approves(&offered).await.unwrap();
    karen.at(Portal::EBoks).removes(&active).await.refused("ONLY_ON_BORGER_DK");
    niels.at(Portal::DigitalPostApp).lists(&karen.mailbox).await.unwrap();
}

async fn a29_the_reader_sees_name_and_expiry_before_approving(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let offered = karen.gives_access(&niels, Until::Day("2027-03-31")).await.unwrap();
    let shown = niels.sees_access(&offered.name).await.unwrap();
    assert_eq!(shown.owner_display_name, karen.person.full_name());
    assert_eq!(shown.reader_display_name, niels.person.full_name());
    assert!(shown.expiry.unwrap().choice == Some(Choice::ExpiresOn("2027-03-31".to_owned())));
    assert_eq!(shown.version, offered.version);
    niels.approves(&offered).await.unwrap();
    let open = niels.open_mailboxes().await.unwrap();
    assert_eq!(open[1].capacity(), Capacity::Reader);
}

async fn a29_what_is_approved_is_the_version_that_was_shown(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let offered = karen.gives_access(&niels, Until::Never).await.unwrap();
    let request = ApproveAccessRequest {
        name: offered.name.clone(),
        version: offered.version + 1,
        ..ApproveAccessRequest::default()
    };
    let other = answer(suite.clients().read_access().approve_access(niels.request(request)).await);
    let refused = other.refused("VERSION_CHANGED");
    assert_eq!(refused.metadata["version"], offered.version.to_string());
    assert_eq!(refused.metadata["access"], offered.name);
    niels.lists(&karen.mailbox).await.refused("ACCESS_NOT_ACTIVE");
    niels.approves(&offered).await.unwrap();
}
