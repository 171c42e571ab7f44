//! Before an access expires, and when nobody approves one.

use api::access::v1::{AccessState, EndReason};
use api::mailbox::v1::PostMessage;
use harness::{Citizen, Refusable as _, Suite, Until, on_both};
use kernel::Date;
use std::time::Duration;

on_both! {
    Suite: a22_both_are_reminded_thirty_seven_and_one_days_before,
    a22_the_owner_changes_the_expiry_and_the_reader_is_told,
    a22_a_changed_expiry_is_the_one_that_counts,
    a22_what_nobody_approves_lapses_after_sixty_days,
}

const MOMENT: Duration = Duration::from_micros(1);

async fn told(citizen: &Citizen) -> Vec<PostMessage> {
    citizen.opens_new_post().await.unwrap()
}

fn subject(letter: &PostMessage) -> &str {
    &letter.summary.as_ref().unwrap().subject
}

async fn a22_both_are_reminded_thirty_seven_and_one_days_before(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    // Summer time begins between the first reminder and the second.
    let offered = karen.gives_access(&niels, Until::Day("2027-04-05")).await.unwrap();
    niels.approves(&offered).await.unwrap();
    told(&karen).await;
    told(&niels).await;
    for day in ["2027-03-06", "2027-03-29", "2027-04-04"] {
        let begins = Date::parse(day).unwrap().start();
        suite.clock().set(begins.minus(MOMENT));
        suite.settle().await;
        assert!(told(&karen).await.is_empty() && told(&niels).await.is_empty(), "before {day}");
        suite.clock().set(begins);
        suite.settle().await;
        let ([to_owner], [to_reader]) = (&told(&karen).await[..], &told(&niels).await[..]) else {
            panic!("both are reminded on {day}, once")
        };
        assert_eq!(
            subject(to_owner),
            "En læseadgang til din Digital Post udløber snart / A read access to your Digital Post expires soon"
        );
        assert_eq!(to_owner.links[0].text, "Se dine adgange til Digital Post");
        assert_eq!(
            subject(to_reader),
            "Din læseadgang til en andens Digital Post udløber snart / Your read access to another's Digital Post expires soon"
        );
        for (letter, other) in [(to_owner, &niels), (to_reader, &karen)] {
            assert!(letter.body_text.contains(&other.person.full_name()));
            assert!(letter.body_text.contains("Læseadgangen gælder til og med den 5. april 2027."));
            assert!(letter.body_text.contains("The read access lasts to the end of 5 April 2027."));
        }
        suite.advance(Duration::from_hours(20)).await;
        assert!(told(&karen).await.is_empty() && told(&niels).await.is_empty(), "once for {day}");
    }
}

async fn a22_the_owner_changes_the_expiry_and_the_reader_is_told(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let active = niels.is_given_access_by(&karen).await;
    told(&karen).await;
    told(&niels).await;
    niels.changes_expiry(&active, Until::Day("2027-05-31")).await.refused("ACT_NOT_ALLOWED");
    let changed = karen.changes_expiry(&active, Until::Day("2027-05-31")).await.unwrap();
    assert_eq!((changed.state(), changed.version), (AccessState::Active, active.version + 1));
    niels.lists(&karen.mailbox).await.unwrap();
    let [letter] = &told(&niels).await[..] else { panic!("the reader is told, once") };
    assert_eq!(
        subject(letter),
        "Udløbsdatoen for din læseadgang er ændret / The expiry of your read access has been changed"
    );
    let name = karen.person.full_name();
    let text = [
        format!("{name} har ændret udløbsdatoen for din læseadgang til sin Digital Post fra offentlige myndigheder."),
        "Læseadgangen gælder til og med den 31. maj 2027.".to_owned(),
        format!("{name} has changed the expiry of your read access to their Digital Post from public authorities."),
        "The read access lasts to the end of 31 May 2027.".to_owned(),
    ];
    assert_eq!(letter.body_text, text.join("\n\n"));
    assert!(told(&karen).await.is_empty(), "who did it knows");
    karen.changes_expiry(&active, Until::Never).await.refused("VERSION_CHANGED");
    karen.changes_expiry(&changed, Until::Never).await.unwrap();
    let [letter] = &told(&niels).await[..] else { panic!("told again") };
    assert!(letter.body_text.contains("Læseadgangen udløber aldrig."));
}

async fn a22_a_changed_expiry_is_the_one_that_counts(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let offered = karen.gives_access(&niels, Until::Day("2026-11-30")).await.unwrap();
    let active = niels.approves(&offered).await.unwrap();
    let longer = karen.changes_expiry(&active, Until::Day("2026-12-31")).await.unwrap();
    suite.clock().set(Date::parse("2026-11-30").unwrap().end());
    suite.settle().await;
    niels.lists(&karen.mailbox).await.unwrap();
    let shorter = karen.changes_expiry(&longer, Until::Day("2026-12-05")).await.unwrap();
    suite.clock().set(Date::parse("2026-12-05").unwrap().end());
    niels.lists(&karen.mailbox).await.refused("ACCESS_ENDED");
    assert_eq!(niels.sees_access(&shorter.name).await.unwrap().end_reason(), EndReason::Expired);
}

async fn a22_what_nobody_approves_lapses_after_sixty_days(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let (mette, ole) = (suite.citizen(harness::Person::mette()).await, suite.citizen(harness::Person::ole()).await);
    let offered = karen.gives_access(&niels, Until::Never).await.unwrap();
    let requested = niels.asks_for_access(&mette, Until::Never).await.unwrap();
    let in_time = karen.gives_access(&ole, Until::Never).await.unwrap();
    let lapses = Date::parse("2027-01-21").unwrap().start().plus(Duration::from_hours(13));
    assert_eq!(offered.lapse_time.unwrap().seconds, lapses.as_secs());
    for citizen in [&karen, &niels, &mette] {
        told(citizen).await;
    }
    suite.clock().set(lapses.minus(MOMENT));
    suite.settle().await;
    ole.approves(&in_time).await.unwrap();
    told(&karen).await;
    suite.clock().set(lapses);
    let late = niels.approves(&offered).await.refused("ACCESS_ENDED");
    assert_eq!(late.metadata["end_reason"], "LAPSED");
    mette.approves(&requested).await.refused("ACCESS_ENDED");
    suite.settle().await;
    for (citizen, letters) in [(&karen, 1), (&mette, 1), (&niels, 2)] {
        let told = told(citizen).await;
        assert_eq!(told.len(), letters);
        for letter in told {
            assert!(letter.body_text.contains("Den er bortfaldet, fordi den ikke blev godkendt i tide."));
            assert!(letter.body_text.contains("It has lapsed because it was not approved in time."));
        }
    }
    assert_eq!(karen.sees_access(&offered.name).await.unwrap().status_text_da, "Bortfaldet, ikke godkendt i tide");
    ole.lists(&karen.mailbox).await.unwrap();
}
