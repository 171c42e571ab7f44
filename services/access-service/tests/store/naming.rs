//! Naming a person: the limits on misses (rule A2).

use crate::on_both_engines;
use crate::world::{KAREN, NIELS, Refused as _, World, never, particulars, reason};
use api::access::v1::{AccessScope, GiveAccessRequest};
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

on_both_engines! {
    three_misses_in_a_day_are_enough
    a_target_is_guarded_against_many
    tries_at_once_are_all_counted
    hits_do_not_count
}

async fn name(world: &World, caller: &str, last: &str, cpr: &str) -> Status {
    let request = GiveAccessRequest {
        reader: Some(particulars("Niels", last, cpr)),
        scope: AccessScope::PublicPost.into(),
        expiry: Some(never()),
        level: 0,
        request_id: String::new(),
    };
    world.citizens().give_access(world.by(caller, request)).await.map(|_| ()).refused()
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
    let left = world.db.read(|tx| {
        Box::pin(tx.one("SELECT COUNT(*) AS n FROM match_attempt", sql::args![], |row| row.get::<i64>("n")))
    });
    assert_eq!(left.await.unwrap(), 0, "forgotten when it no longer counts");
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
    let tries = (0..8).map(|_| name(&world, KAREN, "Lund", NIELS));
    let refused = futures::future::join_all(tries).await;
    assert_eq!(refused.iter().filter(|status| reason(status) == "PERSON_NOT_MATCHED").count(), 3);
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
