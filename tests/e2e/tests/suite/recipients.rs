//! The persons whom an owner has registered to forward letters to.

use harness::actor::register::registration;
use harness::{Person, Refusable as _, Suite, on_both};
use std::time::Duration;

on_both! {
    Suite: m9_an_owner_registers_and_removes_a_recipient,
    m9_registering_a_second_time_returns_the_first,
    m9_whoever_can_not_be_named_gets_the_same_answer,
    m9_naming_in_vain_is_limited,
    m9_tries_at_once_are_all_counted,
    m9_the_list_is_the_owners_alone,
    m9_nobody_is_their_own_recipient,
    m9_a_full_list_takes_nobody_more,
}

async fn m9_an_owner_registers_and_removes_a_recipient(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let added = karen.adds_recipient(&niels.person).await.unwrap();
    assert_eq!(added.display_name, niels.person.full_name());
    assert!(added.name.starts_with(&format!("{}/recipients/", karen.mailbox)));
    let listed = karen.recipients("mailboxes/me").await.unwrap();
    assert_eq!(listed.iter().map(|recipient| &recipient.name).collect::<Vec<_>>(), [&added.name]);
    karen.removes_recipient(&added.name).await.unwrap();
    assert!(karen.recipients("mailboxes/me").await.unwrap().is_empty());
    karen.removes_recipient(&added.name).await.refused("NOT_FOUND");
}

async fn m9_registering_a_second_time_returns_the_first(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let mette = suite.citizen(Person::mette()).await;
    let first = karen.adds_recipient(&niels.person).await.unwrap();
    suite.advance(Duration::from_hours(1)).await;
    let newer = karen.adds_recipient(&mette.person).await.unwrap();
    let again = karen.adds_recipient(&niels.person).await.unwrap();
    assert_eq!((&again.name, again.create_time), (&first.name, first.create_time));
    let listed = karen.recipients(&karen.mailbox).await.unwrap();
    assert_eq!(listed.iter().map(|one| &one.name).collect::<Vec<_>>(), [&newer.name, &first.name], "newest first");
}

async fn m9_whoever_can_not_be_named_gets_the_same_answer(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let dead = suite.citizen(Person::mette()).await;
    suite.register().reports_death_of(&dead.person).await.unwrap();
    let exempt = suite.citizen(Person::of_crowd(1)).await;
    suite.exemption_desk().exempts(&exempt).await.unwrap();
    let unknown = Person::ole();
    let misnamed = Person { first_name: "Bo".to_owned(), ..niels.person.clone() };
    let mut answers = Vec::new();
    for nobody in [&dead.person, &exempt.person, &unknown, &misnamed] {
        answers.push(karen.adds_recipient(nobody).await.refused("PERSON_NOT_MATCHED"));
        suite.advance(Duration::from_hours(12)).await;
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert!(karen.recipients("mailboxes/me").await.unwrap().is_empty());
}

async fn m9_naming_in_vain_is_limited(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let misnamed = Person { first_name: "Bo".to_owned(), ..niels.person.clone() };
    for _ in 0..3 {
        karen.adds_recipient(&misnamed).await.refused("PERSON_NOT_MATCHED");
    }
    let refused = karen.adds_recipient(&niels.person).await.refused("TOO_MANY_ATTEMPTS");
    assert_eq!(refused.retry_after, Some(Duration::from_hours(24)));
    suite.advance(Duration::from_hours(24)).await;
    karen.adds_recipient(&niels.person).await.unwrap();
}

async fn m9_tries_at_once_are_all_counted(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let misnamed = Person { first_name: "Bo".to_owned(), ..niels.person.clone() };
    let tries = futures::future::join_all((0..12).map(|_| karen.adds_recipient(&misnamed))).await;
    let missed = tries.iter().filter(|answer| answer.as_ref().err().unwrap().reason == "PERSON_NOT_MATCHED");
    assert_eq!(missed.count(), 3);
}

async fn m9_the_list_is_the_owners_alone(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let mette = suite.citizen(Person::mette()).await;
    let added = karen.adds_recipient(&mette.person).await.unwrap();
    niels.is_given_access_by(&karen).await;
    let refused = niels.recipients(&karen.mailbox).await.refused("ACT_NOT_ALLOWED");
    assert_eq!(refused.metadata["act"], "MANAGE_RECIPIENTS");
    niels.removes_recipient(&added.name).await.refused("ACT_NOT_ALLOWED");
    mette.recipients(&karen.mailbox).await.refused("NOT_FOUND");
    assert_eq!(karen.recipients("mailboxes/me").await.unwrap().len(), 1);
    assert!(niels.recipients("mailboxes/me").await.unwrap().is_empty(), "their own list is their own");
}

async fn m9_nobody_is_their_own_recipient(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let refused = karen.adds_recipient(&karen.person).await.refused("INVALID_FIELDS");
    assert_eq!(refused.fields, ["person"]);
}

async fn m9_a_full_list_takes_nobody_more(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let crowd = (0..=100).map(|number| registration(&Person::of_crowd(number))).collect();
    suite.register().registers_all(crowd).await.unwrap();
    let first = karen.adds_recipient(&Person::of_crowd(0)).await.unwrap();
    for number in 1..100 {
        karen.adds_recipient(&Person::of_crowd(number)).await.unwrap();
    }
    let refused = karen.adds_recipient(&Person::of_crowd(100)).await.refused("LIMIT_REACHED");
    assert_eq!((refused.metadata["what"].as_str(), refused.metadata["limit"].as_str()), ("recipients", "100"));
    assert_eq!(karen.adds_recipient(&Person::of_crowd(0)).await.unwrap().name, first.name, "who is in it is found");
    karen.removes_recipient(&first.name).await.unwrap();
    karen.adds_recipient(&Person::of_crowd(100)).await.unwrap();
}
