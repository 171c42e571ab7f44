//! Naming a person: the limits on misses (rule A2).

use crate::on_both_engines;
use crate::world::{KAREN, NIELS, Refused as _, World, never, particulars, reason};
use api::access::v1::read_access_service_client::ReadAccessServiceClient;
use api::access::v1::{AccessScope, GiveAccessRequest};
use tonic::transport::Channel;
use tonic::{Code, Request, Status};
use tonic_types::StatusExt as _;

on_both_engines! {
    three_misses_in_a_day_are_enough
    a_target_is_guarded_against_many
    tries_at_once_are_all_counted
    tries_under_way_are_no_misses_in_the_end
    a_try_that_is_repeated_is_one_try
    slow_guessing_meets_the_limits_of_a_month
    hits_do_not_count
}

fn naming(last: &str, cpr: &str, request_id: &str) -> GiveAccessRequest {
    GiveAccessRequest {
        reader: Some(particulars("Niels", last, cpr)),
        scope: AccessScope::PublicPost.into(),
        expiry: Some(never()),
        level: 0,
        request_id: request_id.to_owned(),
    }
}

async fn name_at(channel: &Channel, request: Request<GiveAccessRequest>) -> Status {
    ReadAccessServiceClient::new(channel.clone()).give_access(request).await.map(|_| ()).refused()
}

async fn name(world: &World, caller: &str, last: &str, cpr: &str) -> Status {
    name_at(&world.channel, world.by(caller, naming(last, cpr, ""))).await
}

fn count(refused: &[Status], expected: &str) -> usize {
    refused.iter().filter(|status| reason(status) == expected).count()
}

async fn three_misses_in_a_day_are_enough(world: World) {
    for last in ["Lund", "Krog", "Falk"] {
        let miss = name(&world, KAREN, last, NIELS).await;
        assert_eq!((miss.code(), reason(&miss).as_str()), (Code::FailedPrecondition, "PERSON_NOT_MATCHED"));
    }
    let refused = world.give_with(never(), "").await.refused();
    assert_eq!(reason(&refused), "TOO_MANY_ATTEMPTS");
    let wait = refused.get_details_retry_info().unwrap().retry_delay.unwrap();
    assert_eq!(wait.as_secs(), 24 * 3600);
    world.pass(1);
    world.give(never()).await;
    for _ in 0..35 {
        world.pass(1);
        world.work().await;
    }
    assert_eq!(world.tries().await, 0, "forgotten when it no longer counts");
}

async fn a_target_is_guarded_against_many(world: World) {
    for caller in 0..6 {
        let cpr = format!("630370100{caller}");
        world.neighbours.register(&cpr, "Ole", "Krog");
        let guess = name(&world, &cpr, "Skov", &format!("620275000{caller}")).await;
        let expected = if caller < 5 { "PERSON_NOT_MATCHED" } else { "TOO_MANY_ATTEMPTS" };
        assert_eq!(reason(&guess), expected, "{caller}");
    }
}

async fn tries_at_once_are_all_counted(world: World) {
    let processes = [world.channel.clone(), world.another_process().await];
    let tries = (0..8).map(|number| {
        name_at(&processes[number % 2], world.by(KAREN, naming("Lund", NIELS, &format!("try-{number}"))))
    });
    let refused = futures::future::join_all(tries).await;
    assert_eq!(count(&refused, "PERSON_NOT_MATCHED"), 3, "{refused:?}");
    assert_eq!(world.neighbours.0.lock().unwrap().matched, 3, "no more were compared");
}

async fn tries_under_way_are_no_misses_in_the_end(world: World) {
    world.give(never()).await;
    let gate = world.neighbours.gate();
    let right = futures::future::join_all((0..3).map(|_| name(&world, KAREN, "Skov", NIELS)));
    let fourth = async {
        loop {
            // The three have to be on their way first.
            if world.tries().await == 6 {
                return name(&world, KAREN, "Skov", NIELS).await;
            }
            tokio::task::yield_now().await;
        }
    };
    let (right, ()) = tokio::join!(right, async {
        let fourth = fourth.await;
        assert_eq!(reason(&fourth), "TOO_MANY_ATTEMPTS");
        let wait = fourth.get_details_retry_info().unwrap().retry_delay.unwrap();
        assert_eq!(wait.as_secs(), 1, "not a day: they may be right");
        gate.add_permits(100);
    });
    assert_eq!(count(&right, "ACCESS_EXISTS"), 3);
    assert_eq!(world.tries().await, 0, "a right answer is no miss");
}

async fn a_try_that_is_repeated_is_one_try(world: World) {
    let repeats = (0..4).map(|_| name_at(&world.channel, world.by(KAREN, naming("Lund", NIELS, "one"))));
    let refused = futures::future::join_all(repeats).await;
    assert_eq!(count(&refused, "PERSON_NOT_MATCHED"), 4, "{refused:?}");
    for last in ["Krog", "Falk"] {
        let other = name_at(&world.channel, world.by(KAREN, naming(last, NIELS, "one"))).await;
        assert_eq!(reason(&other), "PERSON_NOT_MATCHED", "another guess under the same id counts");
    }
    let fourth = name_at(&world.channel, world.by(KAREN, naming("Dahl", NIELS, "one"))).await;
    assert_eq!(reason(&fourth), "TOO_MANY_ATTEMPTS");
}

async fn slow_guessing_meets_the_limits_of_a_month(world: World) {
    let guess = async |caller: &str, number: usize| {
        reason(&name(&world, caller, "Skov", &format!("62027500{number:02}")).await)
    };
    let others: Vec<String> = (0..4).map(|number| format!("630370100{number}")).collect();
    for other in &others {
        world.neighbours.register(other, "Ole", "Krog");
    }
    // One caller: 3 a day, 10 in all.
    for number in 0..10 {
        assert_eq!(guess(KAREN, number).await, "PERSON_NOT_MATCHED", "{number}");
        if number % 3 == 2 {
            world.pass(1);
        }
    }
    world.pass(1);
    assert_eq!(guess(KAREN, 10).await, "TOO_MANY_ATTEMPTS");
    // One target: 10 more by others, 20 in all.
    for (number, other) in others.iter().cycle().take(10).enumerate() {
        assert_eq!(guess(other, 20 + number).await, "PERSON_NOT_MATCHED", "{number}");
        if number % 5 == 4 {
            world.pass(1);
        }
    }
    assert_eq!(guess(&others[3], 40).await, "TOO_MANY_ATTEMPTS");
}

async fn hits_do_not_count(world: World) {
    for _ in 0..5 {
        let given = world.give(never()).await;
        assert_eq!(reason(&world.give_with(never(), "").await.refused()), "ACCESS_EXISTS");
        let withdraw = api::access::v1::WithdrawAccessRequest { name: given.name, request_id: String::new() };
        world.citizens().withdraw_access(world.by(KAREN, withdraw)).await.unwrap();
    }
    let own = GiveAccessRequest {
        reader: Some(particulars("Karen", "Holm", KAREN)),
        scope: AccessScope::PublicPost.into(),
        expiry: Some(never()),
        level: 0,
        request_id: String::new(),
    };
    let refused = world.citizens().give_access(world.by(KAREN, own)).await.refused();
    assert_eq!(reason(&refused), "ACCESS_WITH_SELF");
}
