//! Reminders before an expiry (rule A22).

use crate::on_both_engines;
use crate::world::{KAREN, World, never, until};
use api::access::v1::{ChangeExpiryRequest, Expiry};
use kernel::{Date, Timestamp};
use std::time::Duration;

on_both_engines! {
    both_are_reminded_thirty_seven_and_one_days_before
    a_changed_expiry_has_reminders_of_its_own_and_none_twice
    what_is_pending_or_over_reminds_nobody
}

const SUBJECTS: [&str; 2] =
    ["Din læseadgang til en andens Digital Post udløber snart", "En læseadgang til din Digital Post udløber snart"];

/// How many reminders went out since the last look, all in pairs.
async fn reminded(world: &World) -> usize {
    let notices = world.notices().await;
    let reminders: Vec<_> = notices.into_iter().filter(|(_, subject)| subject.ends_with("udløber snart")).collect();
    for (person, subject) in &reminders {
        assert_eq!(subject, SUBJECTS[usize::from(*person == world.karen)]);
    }
    assert_eq!(reminders.iter().filter(|(person, _)| *person == world.karen).count() * 2, reminders.len());
    reminders.len() / 2
}

fn at(world: &World, day: &str) {
    world.clock.set(Date::parse(day).unwrap().start());
}

fn just_before(world: &World, day: &str) {
    let start = Date::parse(day).unwrap().start();
    world.clock.set(Timestamp::from_micros(start.as_micros() - 1));
}

async fn change(world: &World, name: &str, version: i64, expiry: Expiry) {
    let request =
        ChangeExpiryRequest { name: name.to_owned(), version, expiry: Some(expiry), request_id: String::new() };
    world.citizens().change_expiry(world.by(KAREN, request)).await.expect("changed");
}

async fn both_are_reminded_thirty_seven_and_one_days_before(world: World) {
    world.active(until("2027-01-31")).await;
    assert_eq!(reminded(&world).await, 0);
    for day in ["2027-01-01", "2027-01-24", "2027-01-30"] {
        just_before(&world, day);
        assert_eq!(reminded(&world).await, 0, "before {day}");
        at(&world, day);
        assert_eq!(reminded(&world).await, 1, "{day}");
        world.clock.advance(Duration::from_hours(12));
        assert_eq!(reminded(&world).await, 0, "once");
    }
    world.pass(2);
    assert_eq!(reminded(&world).await, 0);
}

async fn a_changed_expiry_has_reminders_of_its_own_and_none_twice(world: World) {
    let active = world.active(until("2027-01-31")).await;
    at(&world, "2027-01-01");
    assert_eq!(reminded(&world).await, 1);
    change(&world, &active.name, 2, until("2027-03-31")).await;
    at(&world, "2027-01-24");
    assert_eq!(reminded(&world).await, 0, "it no longer expires then");
    change(&world, &active.name, 3, until("2027-01-31")).await;
    assert_eq!(reminded(&world).await, 0, "nobody is reminded of what was just chosen");
    at(&world, "2027-01-30");
    assert_eq!(reminded(&world).await, 1);
    change(&world, &active.name, 4, until("2027-03-31")).await;
    at(&world, "2027-03-25");
    assert_eq!(reminded(&world).await, 1, "of two that were missed the last");
    change(&world, &active.name, 5, never()).await;
    world.pass(30);
    assert_eq!(reminded(&world).await, 0);
}

async fn what_is_pending_or_over_reminds_nobody(world: World) {
    let given = world.give(until("2026-12-31")).await;
    at(&world, "2026-12-01");
    assert_eq!(reminded(&world).await, 0);
    world.approve(crate::world::NIELS, &given.name, 1).await.unwrap();
    world.remove(KAREN, &given.name).await.unwrap();
    at(&world, "2026-12-30");
    assert_eq!(reminded(&world).await, 0);
}
