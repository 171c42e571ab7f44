//! What the register reports of persons who are known, and what it does to their mailboxes.

use api::mailbox::v1::{ChangeCprNumberRequest, PersonRegistration, PersonStatus, RegistrationOutcome};
use harness::actor::register::registration;
use harness::suite::answer;
use harness::{Letter, Person, Refusable as _, Refused, Suite, Until, contact_point, on_both};
use std::time::Duration;

on_both! {
    Suite: p1_an_extract_brings_names_departures_and_deaths,
    p1_lines_of_one_person_count_in_their_order,
    p1_a_mailbox_follows_its_owners_numbers_there_and_back,
    p1_a_number_that_leads_to_somebody_is_not_given_to_another,
    p1_a_new_name_shows_to_everybody,
    p1_two_extracts_at_once_make_each_person_once,
    p2_who_is_born_on_29_february_is_fifteen_on_1_march,
    p2_a_birthday_in_summer_begins_at_danish_midnight,
    p8_death_closes_the_mailbox_and_ends_accesses_both_ways,
    p8_the_dead_do_not_come_back,
    p8_nothing_changes_in_a_mailbox_that_death_has_closed,
    p8_a_death_and_deliveries_at_once_have_one_order,
    p10_post_goes_to_mailboxes_and_never_to_an_address,
    every_violation_of_a_change_of_number_or_a_death_is_listed,
}

fn dead(person: &Person) -> PersonRegistration {
    let status = PersonStatus::Dead.into();
    PersonRegistration { status, death_date: "2026-11-20".to_owned(), ..registration(person) }
}

async fn changes_number(suite: &Suite, old: &str, new: &str) -> Result<api::mailbox::v1::Person, Refused> {
    let request = ChangeCprNumberRequest {
        old_cpr_number: old.to_owned(),
        new_cpr_number: new.to_owned(),
        request_id: String::new(),
    };
    let request = suite.register().request(request);
    let changed = answer(suite.clients().registry().change_cpr_number(request).await);
    suite.settle().await;
    Ok(changed?.person.unwrap())
}

async fn p1_an_extract_brings_names_departures_and_deaths(suite: Suite) {
    use RegistrationOutcome::{Created, Unchanged, Unspecified, Updated};
    let (karen, niels) = suite.karen_and_niels().await;
    let (mette, ole) = (suite.citizen(Person::mette()).await, Person::ole());
    let renamed = Person { last_name: "Lund".to_owned(), ..Person::karen() };
    let abroad = PersonRegistration { status: PersonStatus::MovedAbroad.into(), ..registration(&niels.person) };
    let nonsense = PersonRegistration { status: 17, ..registration(&ole) };
    let lines = vec![registration(&renamed), nonsense, abroad, dead(&mette.person), registration(&ole)];
    for expected in
        [[Updated, Unspecified, Updated, Updated, Created], [Unchanged, Unspecified, Unchanged, Unchanged, Unchanged]]
    {
        let answers = suite.register().registers_all(lines.clone()).await.unwrap();
        let outcomes: Vec<_> = answers.iter().map(api::mailbox::v1::RegisterPersonsResponse::outcome).collect();
        assert_eq!(outcomes, expected);
    }
    assert_eq!(karen.sees_mailbox("mailboxes/me").await.unwrap().owner_display_name, "Karen Lund");
    suite.authority().delivers(&niels.person, Letter::about("Til udlandet")).await.unwrap();
    suite.authority().delivers(&mette.person, Letter::about("Skat")).await.refused("RECIPIENT_CLOSED");
    suite.authority().delivers(&ole, Letter::about("Skat")).await.unwrap();
}

async fn p1_lines_of_one_person_count_in_their_order(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let new_number = Person { cpr_number: "6101501242".to_owned(), ..Person::karen() };
    changes_number(&suite, &karen.person.cpr_number, &new_number.cpr_number).await.unwrap();
    let renamed = Person { last_name: "Lund".to_owned(), ..Person::karen() };
    // By the former number, then by the present one: the last word is the old name.
    let lines = vec![registration(&renamed), registration(&new_number)];
    let answers = suite.register().registers_all(lines).await.unwrap();
    assert!(answers.iter().all(|answer| answer.outcome() == RegistrationOutcome::Updated));
    assert_eq!(karen.sees_mailbox("mailboxes/me").await.unwrap().owner_display_name, Person::karen().full_name());
    // The same of a number that stands twice.
    let lines = vec![registration(&renamed), registration(&karen.person), registration(&renamed)];
    suite.register().registers_all(lines).await.unwrap();
    assert_eq!(karen.sees_mailbox("mailboxes/me").await.unwrap().owner_display_name, "Karen Lund");
}

async fn p1_a_mailbox_follows_its_owners_numbers_there_and_back(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    niels.is_given_access_by(&karen).await;
    let (first, second) = (karen.person.cpr_number.clone(), "6101501242".to_owned());
    let letters = niels.lists(&karen.mailbox).await.unwrap().len();
    for (number, (old, new)) in (1..).zip([(&first, &second), (&second, &first), (&first, &second)]) {
        assert_eq!(changes_number(&suite, old, new).await.unwrap().mailbox, karen.mailbox);
        for cpr_number in [&first, &second] {
            let known_as = karen.mistaken_for(Person { cpr_number: cpr_number.clone(), ..Person::karen() });
            suite.authority().delivers(&known_as.person, Letter::about("Skat")).await.unwrap();
            assert_eq!(known_as.sees_mailbox("mailboxes/me").await.unwrap().name, karen.mailbox);
            assert_eq!(known_as.given_accesses().await.unwrap().accesses.len(), 1);
        }
        assert_eq!(niels.lists(&karen.mailbox).await.unwrap().len(), letters + 2 * number);
    }
    let renewed = karen.mistaken_for(Person { cpr_number: second, ..Person::karen() });
    niels.gives_access(&renewed, Until::Never).await.unwrap();
}

async fn p1_a_number_that_leads_to_somebody_is_not_given_to_another(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let (of_karen, of_niels) = (&karen.person.cpr_number, &niels.person.cpr_number);
    let new = "6101501242";
    changes_number(&suite, of_karen, of_niels).await.refused("CPR_NUMBER_TAKEN");
    changes_number(&suite, of_karen, new).await.unwrap();
    // A former number stays hers.
    changes_number(&suite, of_niels, of_karen).await.refused("CPR_NUMBER_TAKEN");
    let stranger = Person { cpr_number: of_karen.clone(), ..Person::ole() };
    let registered = suite.register().registers(registration(&stranger)).await.unwrap();
    assert_eq!(registered.person.unwrap().mailbox, karen.mailbox, "who has the number is the same person");
    changes_number(&suite, &Person::ole().cpr_number, "6101501250").await.refused("NOT_FOUND");
}

async fn p1_a_new_name_shows_to_everybody(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let access = niels.is_given_access_by(&karen).await;
    let renamed = Person { first_name: "Karen Marie".to_owned(), last_name: "Lund".to_owned(), ..Person::karen() };
    suite.register().registers(registration(&renamed)).await.unwrap();
    assert_eq!(niels.sees_mailbox(&karen.mailbox).await.unwrap().owner_display_name, "Karen Marie Lund");
    assert_eq!(niels.sees_access(&access.name).await.unwrap().owner_display_name, "Karen Marie Lund");
    let open = niels.open_mailboxes().await.unwrap();
    assert!(open.iter().any(|mailbox| mailbox.owner_display_name == "Karen Marie Lund"));
    let mette = suite.citizen(Person::mette()).await;
    mette.gives_access(&karen, Until::Never).await.refused("PERSON_NOT_MATCHED");
    mette.gives_access(&karen.mistaken_for(renamed), Until::Never).await.unwrap();
}

async fn p1_two_extracts_at_once_make_each_person_once(suite: Suite) {
    let lines: Vec<_> = (0..400).map(|number| registration(&Person::of_crowd(number))).collect();
    let backwards: Vec<_> = lines.iter().cloned().rev().collect();
    let register = suite.register();
    let (one, other) = futures::future::join(register.registers_all(lines), register.registers_all(backwards)).await;
    let (one, mut other) = (one.unwrap(), other.unwrap());
    other.reverse();
    let created =
        |answer: &&_| api::mailbox::v1::RegisterPersonsResponse::outcome(answer) == RegistrationOutcome::Created;
    assert_eq!(one.iter().filter(created).count() + other.iter().filter(created).count(), 400);
    assert!(one.iter().zip(&other).all(|(one, other)| !one.person.is_empty() && one.person == other.person));
}

/// Fifteen at this moment, and not a microsecond earlier.
async fn is_fifteen_after(suite: &Suite, person: &Person, wait: Duration, birthday: &str) {
    suite.clock().advance(wait.saturating_sub(Duration::from_micros(1)));
    let refused = suite.register().registers(registration(person)).await.refused("UNDER_AGE");
    assert_eq!(refused.metadata["earliest_date"], birthday);
    suite.clock().advance(Duration::from_micros(1));
    suite.register().registers(registration(person)).await.unwrap();
}

async fn p2_who_is_born_on_29_february_is_fifteen_on_1_march(suite: Suite) {
    // From noon UTC on 22 November 2026 to midnight in Denmark, which is at 23:00 UTC on 28 February 2027.
    let wait = Duration::from_hours(98 * 24 + 11);
    let alma = Person::new("Alma", "Skud", "8902124321");
    is_fifteen_after(&suite, &alma, wait, "2027-03-01").await;
}

async fn p2_a_birthday_in_summer_begins_at_danish_midnight(suite: Suite) {
    // To 22:00 UTC on 14 June 2027.
    let wait = Duration::from_hours(204 * 24 + 10);
    let bo = Person::new("Bo", "Sommer", "7506124321");
    is_fifteen_after(&suite, &bo, wait, "2027-06-15").await;
}

async fn p8_death_closes_the_mailbox_and_ends_accesses_both_ways(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let mette = suite.citizen(Person::mette()).await;
    let letter = suite.authority().delivers(&karen.person, Letter::about("Skat")).await.unwrap();
    let to_karen = niels.is_given_access_by(&karen).await;
    let of_karen = karen.is_given_access_by(&mette).await;
    suite.register().reports_death_of(&karen.person).await.unwrap();
    // From the very next call on, whether or not the others have heard of it.
    let refused = niels.opens(&letter.message).await.refused("ACCESS_ENDED");
    assert_eq!(refused.metadata["end_reason"], "CLOSED_MAILBOX");
    karen.lists(&mette.mailbox).await.refused("CALLER_HAS_NO_DIGITAL_POST");
    suite.authority().delivers(&karen.person, Letter::about("Skat")).await.refused("RECIPIENT_CLOSED");
    suite.company(kernel::Portal::EBoks).delivers(&karen.person, Letter::about("P")).await.refused("RECIPIENT_CLOSED");
    assert_eq!(suite.authority().looks_up_one(&karen.person.cpr_number, "").await.unwrap(), "RECIPIENT_CLOSED");
    suite.settle().await;
    for (citizen, access) in [(&niels, &to_karen), (&mette, &of_karen)] {
        let ended = citizen.ended_accesses().await.unwrap();
        assert_eq!(ended[0].name, access.name);
        assert_eq!(ended[0].end_reason(), api::access::v1::EndReason::ClosedMailbox);
    }
    niels.opens(&letter.message).await.refused("ACCESS_ENDED");
    // Nobody new can be given access by or to the dead.
    mette.gives_access(&karen, Until::Never).await.refused("PERSON_NOT_MATCHED");
}

async fn p8_the_dead_do_not_come_back(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    assert_eq!(suite.register().registers(dead(&karen.person)).await.unwrap().outcome(), RegistrationOutcome::Updated);
    let refused = suite.register().registers(registration(&karen.person)).await.refused("STATE_CONFLICT");
    assert_eq!(refused.metadata["state"], "DEAD");
    let answers = suite.register().registers_all(vec![registration(&karen.person)]).await.unwrap();
    let refusal: Refused = answers[0].refusal.clone().unwrap().into();
    assert_eq!((refusal.reason.as_str(), refusal.metadata["state"].as_str()), ("STATE_CONFLICT", "DEAD"));
    // A correction of the day is none.
    let corrected = PersonRegistration { death_date: "2026-11-19".to_owned(), ..dead(&karen.person) };
    let again = suite.register().registers(corrected).await.unwrap();
    assert!(again.person.unwrap().mailbox_closed);
}

async fn p8_a_death_and_deliveries_at_once_have_one_order(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let (authority, register) = (suite.authority(), suite.register());
    let letters = (0..10).map(|_| authority.delivers(&karen.person, Letter::about("Skat")));
    let letters = futures::future::join_all(letters);
    let (letters, died) = futures::future::join(letters, register.reports_death_of(&karen.person)).await;
    died.unwrap();
    let taken = letters.iter().filter(|letter| letter.is_ok()).count();
    for letter in letters.into_iter().filter(Result::is_err) {
        letter.refused("RECIPIENT_CLOSED");
    }
    let inbox = karen.folders("mailboxes/me").await.unwrap().remove(0);
    assert_eq!(usize::try_from(inbox.message_count), Ok(taken));
    authority.delivers(&karen.person, Letter::about("Skat")).await.refused("RECIPIENT_CLOSED");
}

async fn p10_post_goes_to_mailboxes_and_never_to_an_address(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let access = niels.is_given_access_by(&karen).await;
    niels.is_mailed_at(&access, "niels@example.dk").await;
    let address = Person { cpr_number: "karen@example.dk".to_owned(), ..Person::karen() };
    let refused = suite.authority().delivers(&address, Letter::about("Skat")).await.refused("INVALID_FIELDS");
    assert_eq!(refused.fields, ["delivery.cpr_number"]);
    suite.authority().delivers(&karen.person, Letter::about("Hemmelighed")).await.unwrap();
    suite.advance(Duration::from_hours(1)).await;
    assert!(karen.subjects("mailboxes/me").await.unwrap().contains(&"Hemmelighed".to_owned()));
    assert!(suite.mails().iter().all(|mail| !format!("{mail:?}").contains("Hemmelighed")), "no mail is a letter");
}

async fn every_violation_of_a_change_of_number_or_a_death_is_listed(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let register = suite.register();
    let wrong = ChangeCprNumberRequest {
        old_cpr_number: "1".to_owned(),
        new_cpr_number: String::new(),
        request_id: "to ord".to_owned(),
    };
    let refused = suite.clients().registry().change_cpr_number(register.request(wrong)).await;
    assert_eq!(answer(refused).refused("INVALID_FIELDS").fields, ["request_id", "old_cpr_number", "new_cpr_number"]);
    let same = (&karen.person.cpr_number, "610150-1234");
    assert_eq!(changes_number(&suite, same.0, same.1).await.refused("INVALID_FIELDS").fields, ["new_cpr_number"]);
    for day in ["2026-11-23", "i går", ""] {
        let wrong = api::mailbox::v1::RecordDeathRequest {
            cpr_number: "x".to_owned(),
            death_date: day.to_owned(),
            request_id: String::new(),
        };
        let refused = suite.clients().registry().record_death(register.request(wrong)).await;
        assert_eq!(answer(refused).refused("INVALID_FIELDS").fields, ["cpr_number", "death_date"], "{day}");
    }
    let nobody = api::mailbox::v1::GetPersonRequest { cpr_number: String::new() };
    let refused = suite.clients().registry().get_person(register.request(nobody)).await;
    assert_eq!(answer(refused).refused("INVALID_FIELDS").fields, ["cpr_number"]);
    assert!(!karen.sees_mailbox("mailboxes/me").await.unwrap().owner_display_name.is_empty());
}

async fn p8_nothing_changes_in_a_mailbox_that_death_has_closed(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let (letter, odense) = (Letter::about("Indkaldelse"), suite.authority());
    let summons = odense.summons(&karen.person, letter.with_pdf("indkaldelse.pdf")).await.unwrap();
    let folder = karen.makes_folder("mailboxes/me", "Sager").await.unwrap();
    odense.sets_contact_points(vec![contact_point("byg", "Byggesager")]).await.unwrap();
    suite.register().reports_death_of(&karen.person).await.unwrap();
    let before = karen.lists("mailboxes/me").await.unwrap();
    let point = "authorities/29189668/contactPoints/byg";
    for refused in [
        karen.opens(&summons.message).await.map(|_| ()),
        karen.is_served(&summons.message).await.map(|_| ()),
        karen.marks(&summons.message, true).await,
        karen.moves(&summons.message, &folder.name).await,
        karen.deletes(&summons.message).await,
        karen.makes_folder("mailboxes/me", "Flere").await.map(|_| ()),
        karen.deletes_folder(&folder).await.map(|_| ()),
        karen.shows_public_post(true, true).await.map(|_| ()),
        karen.writes_to(point, "Carport").await.map(|_| ()),
    ] {
        refused.refused("CALLER_HAS_NO_DIGITAL_POST");
    }
    assert!(karen.lists("mailboxes/me").await.unwrap() == before);
    assert!(odense.receipt(&summons.message_uuid).await.unwrap().service_record.is_none());
}
