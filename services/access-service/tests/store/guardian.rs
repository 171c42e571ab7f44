//! A guardian asks, and reads for as long as the guardianship lasts (rule A13).

use crate::desk::{approve, ask, karen};
use crate::on_both_engines;
use crate::world::{KAREN, NIELS, World, never, until};
use api::access::v1::*;
use api::core::v1::{Act, AttendanceKind, Capacity};

on_both_engines! {
    a_guardians_appointment_stands_in_for_the_owner
    a_guardian_reads_until_the_guardianship_ends
}

fn guardianship() -> Guardianship {
    Guardianship { reference: "V-2026/7".to_owned(), end_date: "2026-12-31".to_owned() }
}

async fn a_guardians_appointment_stands_in_for_the_owner(world: World) {
    let asked = ask(&world, Some(guardianship())).await;
    assert!(asked.guardianship == Some(guardianship()));
    world.notices().await;
    let approved = approve(&world, &asked, AttendanceKind::GuardianAppointmentSeen).await.unwrap();
    assert_eq!(approved.access.unwrap().state(), AccessState::Active);
    let kind = approved.records[1].attendance.as_ref().unwrap().kind();
    assert_eq!(kind, AttendanceKind::GuardianAppointmentSeen);
    let told = world.told().await;
    assert_eq!(told.len(), 2);
    assert!(told.iter().all(|notice| notice.body_da.contains("værgebeskikkelsen")));
    assert_eq!(world.check(Act::Read).await.capacity(), Capacity::Guardian);
}

async fn a_guardian_reads_until_the_guardianship_ends(world: World) {
    let request = RequestAccessRequest {
        owner: Some(karen()),
        scope: AccessScope::PublicPost.into(),
        expiry: Some(until("2027-05-31")),
        level: 0,
        guardianship: Some(guardianship()),
        request_id: String::new(),
    };
    let asked = world.citizens().request_access(world.by(NIELS, request)).await.unwrap().into_inner().access.unwrap();
    assert!(world.told().await[0].body_da.contains("som din værge"));
    let seen = world.citizens().get_access(world.by(KAREN, GetAccessRequest { name: asked.name.clone() })).await;
    let seen = seen.unwrap().into_inner().access.unwrap();
    assert!(seen.guardianship == Some(guardianship()) && seen.expiry == Some(until("2027-05-31")));
    let active = world.approve(KAREN, &asked.name, 1).await.unwrap();
    assert_eq!(active.expire_time.map(|time| time.seconds), Some(1_798_758_000), "midnight after 2026-12-31");
    let check = world.check(Act::Read).await;
    assert_eq!((check.capacity(), check.grounds[0].expire_time), (Capacity::Guardian, active.expire_time));
    let change = ChangeExpiryRequest { name: asked.name, version: 2, expiry: Some(never()), request_id: String::new() };
    let changed = world.citizens().change_expiry(world.by(KAREN, change)).await.unwrap().into_inner().access.unwrap();
    assert_eq!(changed.expire_time, active.expire_time, "the guardianship still ends it");
    world.pass(39);
    assert!(world.check(Act::Read).await.allowed);
    world.pass(1);
    assert_eq!(world.check(Act::Read).await.end_reason(), EndReason::Expired);
    world.notices().await;
    assert_eq!(world.history().await.last(), Some(&(4, "expire".to_owned(), false)));
}
