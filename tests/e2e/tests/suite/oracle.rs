//! Numbers can't be fished for: one answer for whoever can't be named, and few tries.

use api::access::v1::AccessScope;
use harness::nobody::{Naming, Nobodies, Way};
use harness::{Person, Refusable as _, Suite, Until, on_both};
use kernel::Portal;
use std::collections::BTreeMap;
use std::time::Duration;
use tonic::{Code, Status};

on_both! {
    Suite: a2_every_way_not_to_fit_gets_one_and_the_same_answer,
    a2_misses_count_over_every_way_of_naming,
    a2_who_missed_too_often_waits_a_day,
    a2_many_who_collude_get_twenty_guesses_in_thirty_days,
    a2_a_target_is_closed_to_everybody_and_opens_again,
}

const DAY: Duration = Duration::from_hours(24);
const ALMOST_A_DAY: Duration = Duration::from_secs(24 * 3_600 - 1);

/// Everything that goes over the wire with a refusal, but for what differs from call to call: the code, the message, the
/// details with their sentences, and each header with its size.
type Answer = (Code, String, Vec<u8>, BTreeMap<String, usize>);

fn whole(status: &Status) -> Answer {
    let headers = status.metadata().as_ref().iter();
    let headers = headers.map(|(name, value)| (name.to_string(), value.len())).collect();
    (status.code(), status.message().to_owned(), status.details().to_vec(), headers)
}

async fn a2_every_way_not_to_fit_gets_one_and_the_same_answer(suite: Suite) {
    let (karen, desk) = (suite.citizen(Person::karen()).await, suite.caseworker());
    let mut nobodies = Nobodies::new(&suite);
    let mut answers: Vec<(Naming, Way, Answer)> = Vec::new();
    for naming in Naming::ALL {
        for way in Way::ALL.into_iter().filter(|way| naming.refuses(*way)) {
            // Beyond the reach of every limit.
            suite.advance(DAY * 31).await;
            let refused = naming.names(nobodies.next(way).await, &karen, &desk).await.unwrap_err();
            answers.push((naming, way, whole(&refused)));
        }
    }
    let (_, _, first) = answers[0].clone();
    assert_eq!(first.0, Code::FailedPrecondition);
    for (naming, way, answer) in answers {
        assert_eq!(answer, first, "{naming:?} {way:?}");
    }
    assert!(karen.given_accesses().await.unwrap().accesses.is_empty());
    assert!(karen.received_accesses().await.unwrap().accesses.is_empty());
}

async fn a2_misses_count_over_every_way_of_naming(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let niels = suite.citizen(Person::niels()).await;
    let mut guesses = (0..).map(|number| karen.mistaken_for(Person::of_crowd(number)));
    let mut guess = || guesses.next().unwrap();
    karen.gives_access(&guess(), Until::Never).await.refused("PERSON_NOT_MATCHED");
    karen.asks_for_access(&guess(), Until::Never).await.refused("PERSON_NOT_MATCHED");
    let e_boks = karen.at(Portal::EBoks);
    let scope = AccessScope::PrivatePostRead;
    e_boks.gives_private_access(&guess(), scope).await.refused("PERSON_NOT_MATCHED");
    for refused in [
        karen.gives_access(&guess(), Until::Never).await,
        karen.asks_for_access(&guess(), Until::Never).await,
        e_boks.gives_private_access(&guess(), scope).await,
        // The right particulars tell no more.
        karen.gives_access(&niels, Until::Never).await,
    ] {
        assert_eq!(refused.refused("TOO_MANY_ATTEMPTS").retry_after, Some(DAY));
    }
    // Others go on.
    niels.gives_access(&karen, Until::Never).await.unwrap();
}

async fn a2_who_missed_too_often_waits_a_day(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let mut guesses = (0..).map(|number| karen.mistaken_for(Person::of_crowd(number)));
    let mut missed = 0;
    for _ in 0..5 {
        while karen.gives_access(&guesses.next().unwrap(), Until::Never).await.err().unwrap().reason
            == "PERSON_NOT_MATCHED"
        {
            missed += 1;
        }
        suite.advance(ALMOST_A_DAY).await;
        karen.gives_access(&niels, Until::Never).await.refused("TOO_MANY_ATTEMPTS");
        suite.advance(Duration::from_secs(1)).await;
    }
    // Three a day, and then the ten of thirty days are used up.
    assert_eq!(missed, 10);
    karen.gives_access(&niels, Until::Never).await.refused("TOO_MANY_ATTEMPTS");
    suite.advance(DAY * 25).await;
    karen.gives_access(&niels, Until::Never).await.unwrap();
}

/// Niels with other last digits, spelled in the ways that match him.
fn guess_at_niels(number: u32) -> Person {
    let spellings = [("Niels Peter", "Skov Jensen"), ("niels", "JENSEN"), ("Niels-Peter", "Skov-Jensen")];
    let (first_name, last_name) = spellings[usize::try_from(number).unwrap() % spellings.len()];
    let serial = number % 4_000;
    let birth_date = &Person::niels().cpr_number[..6];
    Person::new(first_name, last_name, &format!("{birth_date}{serial:04}"))
}

async fn a2_many_who_collude_get_twenty_guesses_in_thirty_days(suite: Suite) {
    let niels = suite.citizen(Person::niels()).await;
    let mut colluders = Vec::new();
    for number in 0..harness::size(8, 200) {
        let account = Person::of_crowd(u32::try_from(number).unwrap());
        colluders.push(suite.citizen(account).await);
    }
    let (mut guesses, mut told) = (0, 0);
    for _ in 0..30 {
        for colluder in &colluders {
            loop {
                guesses += 1;
                let guess = niels.mistaken_for(guess_at_niels(guesses));
                let refused = match guesses % 2 {
                    0 => colluder.gives_access(&guess, Until::Never).await,
                    _ => colluder.asks_for_access(&guess, Until::Never).await,
                };
                match refused.err().unwrap().reason.as_str() {
                    "PERSON_NOT_MATCHED" => told += 1,
                    "TOO_MANY_ATTEMPTS" => break,
                    other => panic!("{other}"),
                }
            }
        }
        suite.advance(DAY).await;
    }
    assert_eq!(told, 20, "of {guesses} by {} accounts", colluders.len());
    assert!(niels.opens_new_post().await.unwrap().is_empty());
}

async fn a2_a_target_is_closed_to_everybody_and_opens_again(suite: Suite) {
    let niels = suite.citizen(Person::niels()).await;
    let desk = suite.caseworker();
    for number in 0..5 {
        let guesser = suite.citizen(Person::of_crowd(number)).await;
        guesser
            .gives_access(&niels.mistaken_for(guess_at_niels(number)), Until::Never)
            .await
            .refused("PERSON_NOT_MATCHED");
    }
    // Even who knows him, and even at the desk.
    let karen = suite.citizen(Person::karen()).await;
    assert_eq!(karen.gives_access(&niels, Until::Never).await.refused("TOO_MANY_ATTEMPTS").retry_after, Some(DAY));
    desk.creates_access(&karen, &niels, Until::Never).await.refused("TOO_MANY_ATTEMPTS");
    // Others can be named all the while, and he himself goes on.
    karen.gives_access(&suite.citizen(Person::ole()).await, Until::Never).await.unwrap();
    niels.gives_access(&karen, Until::Never).await.unwrap();
    suite.advance(DAY).await;
    karen.gives_access(&niels, Until::Never).await.unwrap();
}
