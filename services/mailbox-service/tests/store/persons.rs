//! Registration, and what other services learn of persons.

use super::world::{KAREN, NIELS, Refused as _, World, by, line, metadata, reason};
use api::core::v1 as core;
use api::mailbox::v1 as proto;
use engines::on_both;
use std::time::{Duration, Instant};
use tokio_stream::StreamExt as _;

on_both! { World: p1_an_extract_loads_in_seconds_and_again_changes_nothing, p2_fifteen_on_the_birthday, p8_death_closes_the_mailbox,
p1_two_numbers_one_mailbox, p1_a_new_name_is_sealed_anew, a2_a_match_says_nothing_about_why_not }

fn extract(count: i64) -> Vec<proto::RegisterPersonsRequest> {
    let line_of = |number: i64| {
        let cpr = format!("61{:02}{:02}{:04}", number % 12 + 1, 60 + number % 40, number / 12 % 4_000);
        let registration = Some(line(&cpr, "Anne Marie", &format!("Skov {number}")));
        proto::RegisterPersonsRequest { line_number: number, registration }
    };
    (0..count).map(line_of).collect()
}

async fn load(world: &World, lines: Vec<proto::RegisterPersonsRequest>) -> Vec<proto::RegisterPersonsResponse> {
    let request = by("register", tokio_stream::iter(lines));
    let answers = world.registry().register_persons(request).await.expect("a stream").into_inner();
    answers.map(|answer| answer.expect("an outcome")).collect().await
}

async fn p1_an_extract_loads_in_seconds_and_again_changes_nothing(world: World) {
    let mut lines = extract(10_000);
    let mut broken = lines[17].clone();
    broken.registration = Some(line("6113801234", "Anne", "Skov"));
    lines[17] = broken;
    let before = Instant::now();
    let first = load(&world, lines.clone()).await;
    eprintln!("10,000 persons in {:?} on {:?}", before.elapsed(), world.parts.db.engine());
    assert!(before.elapsed() < Duration::from_mins(1));
    assert_eq!(first.iter().map(|answer| answer.line_number).collect::<Vec<_>>(), (0..10_000).collect::<Vec<_>>());
    let wrong: Vec<_> = first.iter().filter(|answer| answer.refusal.is_some()).collect();
    assert_eq!(wrong.len(), 1);
    assert_eq!(wrong[0].line_number, 17);
    assert_eq!(wrong[0].refusal.as_ref().expect("there").field_violations[0].field, "registration.cpr_number");
    let again = load(&world, lines).await;
    let distinct = |answers: &[proto::RegisterPersonsResponse], outcome: proto::RegistrationOutcome| {
        answers.iter().filter(|answer| answer.outcome() == outcome).count()
    };
    let created = distinct(&first, proto::RegistrationOutcome::Created);
    assert_eq!(created + distinct(&first, proto::RegistrationOutcome::Updated), 9_999);
    assert!(created > 9_000, "{created}");
    assert_eq!(distinct(&again, proto::RegistrationOutcome::Created), 0);
    assert!(first.iter().zip(&again).all(|(first, again)| first.person == again.person));
}

async fn p2_fifteen_on_the_birthday(world: World) {
    // Born on 16 January 2011; it is 15 January 2026.
    let young = "7601114000";
    let request = || {
        let registration = Some(line(young, "Ida", "Skov"));
        by("register", proto::RegisterPersonRequest { registration, request_id: "r1".to_owned() })
    };
    let refused = world.registry().register_person(request()).await.refused("too young");
    assert_eq!(reason(&refused), "UNDER_AGE");
    assert_eq!(metadata(&refused, "earliest_date"), "2026-01-16");
    // 23:00:00 UTC is midnight in Denmark in January.
    world.clock.advance(Duration::from_hours(14) - Duration::from_micros(1));
    assert_eq!(reason(&world.registry().register_person(request()).await.refused("too young")), "UNDER_AGE");
    world.clock.advance(Duration::from_micros(1));
    let first = world.registry().register_person(request()).await.expect("fifteen").into_inner();
    assert_eq!(first.outcome(), proto::RegistrationOutcome::Created);
    let again = world.registry().register_person(request()).await.expect("the same call").into_inner();
    assert_eq!(first.person.expect("there").name, again.person.expect("there").name);
    let other =
        proto::RegisterPersonRequest { registration: Some(line(young, "Ida", "Holm")), request_id: "r1".to_owned() };
    let refused = world.registry().register_person(by("register", other)).await.refused("other content");
    assert_eq!(reason(&refused), "REQUEST_ID_REUSED");
}

async fn p8_death_closes_the_mailbox(world: World) {
    world.karen_and_niels().await;
    let request = || proto::RecordDeathRequest {
        cpr_number: KAREN.to_owned(),
        death_date: "2026-01-14".to_owned(),
        request_id: "d1".to_owned(),
    };
    for _ in 0..2 {
        let answer = world.registry().record_death(by("register", request())).await.expect("recorded").into_inner();
        assert!(answer.person.expect("a person").mailbox_closed);
    }
    let refused = world.deliver_as("municipality", super::world::letter(KAREN, 1, "Skat")).await.refused("closed");
    assert_eq!(reason(&refused), "RECIPIENT_CLOSED");
    let back = proto::RegisterPersonRequest {
        registration: Some(line(KAREN, "Karen", "Nørgaard")),
        request_id: String::new(),
    };
    let refused = world.registry().register_person(by("register", back)).await.refused("dead");
    assert_eq!(reason(&refused), "STATE_CONFLICT");
    assert_eq!(world.count("SELECT COUNT(*) AS n FROM outbox").await, 2, "both services are told, once");
}

async fn p1_two_numbers_one_mailbox(world: World) {
    let (karen, _) = world.karen_and_niels().await;
    let new = "6101804001";
    let change = |old: &str, new: &str| proto::ChangeCprNumberRequest {
        old_cpr_number: old.to_owned(),
        new_cpr_number: new.to_owned(),
        request_id: String::new(),
    };
    let taken = world.registry().change_cpr_number(by("register", change(KAREN, NIELS))).await.refused("taken");
    assert_eq!(reason(&taken), "CPR_NUMBER_TAKEN");
    for _ in 0..2 {
        let changed = world.registry().change_cpr_number(by("register", change(KAREN, new))).await.expect("changed");
        assert_eq!(changed.into_inner().person.expect("there").mailbox, karen);
    }
    // Back to the former number, which is a change that others hear of, too.
    for _ in 0..2 {
        world.registry().change_cpr_number(by("register", change(new, KAREN))).await.expect("changed back");
    }
    assert_eq!(world.count("SELECT COUNT(*) AS n FROM outbox").await, 4, "two changes, told to two services");
    for number in [KAREN, new] {
        world.clock.advance(Duration::from_secs(1));
        let name = world.deliver(number, number.parse().expect("there"), "Skat").await;
        assert!(name.starts_with(&karen));
        assert_eq!(world.list(&format!("{number}@borger_dk"), "mailboxes/me").await[0].name, name);
    }
}

async fn p1_a_new_name_is_sealed_anew(world: World) {
    world.register(KAREN, "Karen", "Nørgaard").await;
    let first = world.sealed_name().await;
    world.register(KAREN, "Karen", "Nørgaard").await;
    assert_eq!(world.sealed_name().await, first, "what says nothing new writes nothing");
    world.register(KAREN, "Karen", "Lund").await;
    let second = world.sealed_name().await;
    assert!(first.iter().zip(&second).all(|(first, second)| first != second));
    assert!(
        second
            .iter()
            .all(|sealed| ["Karen", "Lund"].iter().all(|name| !String::from_utf8_lossy(sealed).contains(name)))
    );
}

async fn a2_a_match_says_nothing_about_why_not(world: World) {
    let (karen, niels) = world.karen_and_niels().await;
    let find = |first: &str, last: &str, cpr: &str, purpose: proto::MatchPurpose| {
        let particulars = Some(core::PersonParticulars {
            first_name: first.to_owned(),
            last_name: last.to_owned(),
            cpr_number: cpr.to_owned(),
        });
        let request = proto::MatchPersonRequest { particulars, purpose: purpose.into() };
        let mut directory = world.directory();
        async move { directory.match_person(by("access-service", request)).await }
    };
    let party = proto::MatchPurpose::NewParty;
    let found = find("KAREN", "nørgaard", "610180-4000", party).await.expect("an answer").into_inner().person;
    assert_eq!(found, karen.replace("mailboxes", "persons"));
    for (first, last, cpr) in [("Karin", "Nørgaard", KAREN), ("Karen", "Nørgaard", "6101804009")] {
        assert_eq!(find(first, last, cpr, party).await.expect("an answer").into_inner().person, "");
    }
    let refused = find("Karen", "Nørgaard", KAREN, proto::MatchPurpose::Registered).await.refused("a citizen");
    assert_eq!(reason(&refused), "INVALID_FIELDS");
    let request = by("access-service", proto::ResolveCallerRequest {});
    let resolved = world.directory().resolve_caller(request).await.expect("Niels").into_inner();
    assert_eq!(resolved.mailbox, niels);
    let unknown = "persons/0192f0c1-2f4a-7cc3-98c4-dc0c0c07398f".to_owned();
    let request = proto::BatchGetPersonsRequest { persons: vec![unknown, resolved.person] };
    let views = world.directory().batch_get_persons(by("access-service", request)).await.expect("views").into_inner();
    let names: Vec<&str> = views.persons.iter().map(|view| view.display_name.as_str()).collect();
    assert_eq!(names, ["", "Niels Holm"]);
    assert!(!views.persons[0].can_be_reader && views.persons[1].can_be_reader);
}
