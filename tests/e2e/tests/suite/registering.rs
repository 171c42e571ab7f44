//! Who has Digital Post.

use api::mailbox::v1::{GetPersonRequest, PersonStatus, RegistrationOutcome};
use harness::actor::register::registration;
use harness::suite::answer;
use harness::{Person, Refusable as _, Suite, on_both};

on_both! {
    Suite: p1_a_person_is_registered_once,
    p1_a_mailbox_follows_a_change_of_name,
    p1_an_extract_is_loaded_line_by_line_and_can_be_run_again,
    p2_digital_post_begins_on_the_fifteenth_birthday,
    p8_moving_abroad_does_not_close_a_mailbox,
}

async fn p1_a_person_is_registered_once(suite: Suite) {
    let first = suite.register().registers(registration(&Person::karen())).await.unwrap();
    assert_eq!(first.outcome(), RegistrationOutcome::Created);
    let again = suite.register().registers(registration(&Person::karen())).await.unwrap();
    assert_eq!(again.outcome(), RegistrationOutcome::Unchanged);
    let (first, again) = (first.person.unwrap(), again.person.unwrap());
    assert_eq!((&first.name, &first.mailbox), (&again.name, &again.mailbox));
    assert_eq!(first.name.trim_start_matches("persons/"), first.mailbox.trim_start_matches("mailboxes/"));
    assert_eq!(first.display_name, Person::karen().full_name());
}

async fn p1_a_mailbox_follows_a_change_of_name(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let renamed = Person { last_name: "Lund".to_owned(), ..Person::karen() };
    let changed = suite.register().registers(registration(&renamed)).await.unwrap();
    assert_eq!(changed.outcome(), RegistrationOutcome::Updated);
    assert_eq!(changed.person.unwrap().mailbox, karen.mailbox);
    assert_eq!(karen.sees_mailbox("mailboxes/me").await.unwrap().owner_display_name, "Karen Lund");
}

async fn p1_an_extract_is_loaded_line_by_line_and_can_be_run_again(suite: Suite) {
    let mut lines: Vec<_> = (0..300).map(|number| registration(&Person::of_crowd(number))).collect();
    "not a number".clone_into(&mut lines[5].cpr_number);
    lines[6].names = None;
    let child = Person::new("Alma", "Ung", "6101154321");
    lines[7] = registration(&child);
    for outcome in [RegistrationOutcome::Created, RegistrationOutcome::Unchanged] {
        let answers = suite.register().registers_all(lines.clone()).await.unwrap();
        assert_eq!(answers.len(), 300);
        for (number, answer) in (0_i64..).zip(&answers) {
            assert_eq!(answer.line_number, number);
            let refused = (5..=7).contains(&number);
            assert_eq!(answer.refusal.is_some(), refused, "line {number}");
            assert_eq!(answer.person.is_empty(), refused);
            let expected = if refused { RegistrationOutcome::Unspecified } else { outcome };
            assert_eq!(answer.outcome(), expected, "line {number}");
        }
    }
    let request = GetPersonRequest { cpr_number: Person::of_crowd(299).cpr_number };
    let found = answer(suite.clients().registry().get_person(suite.register().request(request)).await);
    assert_eq!(found.unwrap().person.unwrap().display_name, Person::of_crowd(299).full_name());
}

async fn p2_digital_post_begins_on_the_fifteenth_birthday(suite: Suite) {
    // It is 22 November 2026 in Denmark.
    let birthday = Person::new("Alma", "Femten", "8211114321");
    let day_after = Person::new("Bo", "Fjorten", "8311114321");
    suite.register().registers(registration(&birthday)).await.unwrap();
    let refused = suite.register().registers(registration(&day_after)).await.refused("UNDER_AGE");
    assert_eq!(refused.metadata["earliest_date"], "2026-11-23");
    // An hour past Danish midnight it is the day.
    suite.advance(std::time::Duration::from_hours(11)).await;
    suite.register().registers(registration(&day_after)).await.unwrap();
}

async fn p8_moving_abroad_does_not_close_a_mailbox(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    niels.is_given_access_by(&karen).await;
    let mut abroad = registration(&karen.person);
    abroad.set_status(PersonStatus::MovedAbroad);
    suite.register().registers(abroad).await.unwrap();
    suite.authority().delivers(&karen.person, harness::Letter::about("Til udlandet")).await.unwrap();
    niels.lists(&karen.mailbox).await.unwrap();
}
