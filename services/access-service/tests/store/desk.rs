//! What a municipality does for citizens (rules A13-A16, A24, A25, X5).

use crate::on_both_engines;
use crate::world::{KAREN, NIELS, Refused as _, World, never, particulars, reason, until};
use api::access::v1::*;
use api::core::v1::{Act, Attendance, AttendanceKind, Capacity, IdentificationKind, PersonParticulars};
use api::event::v1::event::Payload;
use tonic::Status;
use tonic_types::StatusExt as _;

on_both_engines! {
    an_owner_who_attends_gives_access
    who_can_neither_attend_nor_sign_gives_none
    every_wrong_statement_is_named
    an_attending_reader_asks_and_an_attending_owner_approves
    the_municipality_changes_and_removes
    what_the_list_shows
    caseworkers_misses_are_counted
}

pub(crate) fn karen() -> PersonParticulars {
    particulars("Karen", "Holm", KAREN)
}

fn niels() -> PersonParticulars {
    particulars("Niels", "Skov", NIELS)
}

fn attended(kind: AttendanceKind) -> Attendance {
    Attendance {
        kind: kind.into(),
        identification: IdentificationKind::Passport.into(),
        identification_description: String::new(),
        case_reference: "2026-1122".to_owned(),
    }
}

async fn create(world: &World, kind: AttendanceKind, request_id: &str) -> Result<RecordedAccess, Status> {
    let request = CreateAccessForCitizenRequest {
        owner: Some(karen()),
        reader: Some(niels()),
        expiry: Some(until("2027-05-31")),
        attendance: Some(attended(kind)),
        request_id: request_id.to_owned(),
    };
    let created = world.desk().create_access_for_citizen(world.at_desk(request)).await?;
    Ok(created.into_inner().access.unwrap())
}

pub(crate) async fn ask(world: &World, guardianship: Option<Guardianship>) -> ReadAccess {
    let request = RequestAccessForCitizenRequest {
        reader: Some(niels()),
        owner: Some(karen()),
        expiry: Some(never()),
        guardianship,
        attendance: Some(attended(AttendanceKind::CitizenAttended)),
        request_id: String::new(),
    };
    let asked = world.desk().request_access_for_citizen(world.at_desk(request)).await.unwrap();
    asked.into_inner().access.unwrap().access.unwrap()
}

pub(crate) async fn approve(
    world: &World,
    access: &ReadAccess,
    kind: AttendanceKind,
) -> Result<RecordedAccess, Status> {
    let request = RecordApprovalRequest {
        name: access.name.clone(),
        version: access.version,
        attendance: Some(attended(kind)),
        request_id: String::new(),
    };
    Ok(world.desk().record_approval(world.at_desk(request)).await?.into_inner().access.unwrap())
}

async fn an_owner_who_attends_gives_access(world: World) {
    world.neighbours.0.lock().unwrap().persons.get_mut(KAREN).unwrap().exempt = true;
    let created = create(&world, AttendanceKind::SignedFormBrought, "once").await.unwrap();
    let access = created.access.unwrap();
    assert_eq!((access.state(), access.awaits_caller), (AccessState::Offered, false));
    assert_eq!(access.status_text_da, "Mangler godkendelse");
    let [record] = &created.records[..] else { panic!("one record") };
    let who = (record.caseworker_id.as_str(), record.municipality_code.as_str(), record.cvr_number.as_str());
    assert_eq!(who, ("B1234", "0101", "64942212"));
    assert_eq!(record.act, "CreateAccessForCitizen");
    assert!(record.attendance == Some(attended(AttendanceKind::SignedFormBrought)));
    assert!(record.record_time.is_some());

    let repeated = create(&world, AttendanceKind::SignedFormBrought, "once").await.unwrap();
    assert_eq!((repeated.access.unwrap().name, repeated.records.len()), (access.name.clone(), 1));
    let told = world.told().await;
    assert_eq!(told.len(), 2);
    assert!(told.iter().all(|notice| notice.body_da.contains("Borgerservice")));
    let events = std::mem::take(&mut world.neighbours.0.lock().unwrap().events);
    let [(_, Payload::AccessCreatedAtMunicipality(event))] = &events[..] else { panic!("one event") };
    assert_eq!((&event.access, &event.owner), (&access.name, &access.owner));
    assert_eq!(world.history().await, [(1, "offer".to_owned(), false)]);
    assert!(!world.check(Act::Read).await.allowed, "the reader must still approve");

    let again = create(&world, AttendanceKind::CitizenAttended, "").await.refused();
    assert_eq!(reason(&again), "ACCESS_EXISTS");
    assert_eq!(world.approve(NIELS, &access.name, 1).await.unwrap().state(), AccessState::Active);
}

async fn who_can_neither_attend_nor_sign_gives_none(world: World) {
    let request = CreateAccessForCitizenRequest {
        owner: Some(karen()),
        reader: Some(niels()),
        expiry: Some(never()),
        attendance: Some(Attendance {
            kind: AttendanceKind::UnableToAttendAndSign.into(),
            case_reference: "2026-1122".to_owned(),
            ..Attendance::default()
        }),
        request_id: String::new(),
    };
    let refused = world.desk().create_access_for_citizen(world.at_desk(request)).await.refused();
    assert_eq!(reason(&refused), "OWNER_CANNOT_CONSENT");
    assert!(world.notices().await.is_empty());
}

async fn every_wrong_statement_is_named(world: World) {
    let request = RequestAccessForCitizenRequest {
        reader: Some(niels()),
        owner: None,
        expiry: None,
        guardianship: Some(Guardianship { reference: String::new(), end_date: "2026-11-21".to_owned() }),
        attendance: Some(Attendance {
            kind: AttendanceKind::SignedFormBrought.into(),
            identification: IdentificationKind::OtherAgreed.into(),
            identification_description: String::new(),
            case_reference: "sag 610180-1234".to_owned(),
        }),
        request_id: String::new(),
    };
    let refused = world.desk().request_access_for_citizen(world.at_desk(request)).await.refused();
    let fields = refused.get_details_bad_request().unwrap().field_violations;
    let fields: Vec<String> = fields.into_iter().map(|violation| violation.field).collect();
    let expected = [
        "owner",
        "expiry",
        "guardianship.reference",
        "guardianship.end_date",
        "attendance.kind",
        "attendance.identification_description",
        "attendance.case_reference",
    ];
    assert_eq!(fields, expected);
}

async fn an_attending_reader_asks_and_an_attending_owner_approves(world: World) {
    let asked = ask(&world, None).await;
    assert_eq!(asked.state(), AccessState::Requested);
    assert_eq!(world.notices().await.len(), 2);
    let no_guardian = approve(&world, &asked, AttendanceKind::GuardianAppointmentSeen).await.refused();
    assert_eq!(reason(&no_guardian), "STATE_CONFLICT");
    let outdated = approve(&world, &ReadAccess { version: 7, ..asked.clone() }, AttendanceKind::CitizenAttended).await;
    assert_eq!(reason(&outdated.refused()), "VERSION_CHANGED");
    let unfit = |exempt| world.neighbours.0.lock().unwrap().persons.get_mut(NIELS).unwrap().exempt = exempt;
    unfit(true);
    let exempt = approve(&world, &asked, AttendanceKind::CitizenAttended).await.refused();
    assert_eq!(reason(&exempt), "PERSON_NOT_MATCHED");
    unfit(false);
    let approved = approve(&world, &asked, AttendanceKind::CitizenAttended).await.unwrap();
    let acts: Vec<&str> = approved.records.iter().map(|record| record.act.as_str()).collect();
    assert_eq!(acts, ["RequestAccessForCitizen", "RecordApproval"]);
    assert_eq!(world.notices().await.len(), 2);
    let again = approve(&world, &approved.access.unwrap(), AttendanceKind::CitizenAttended).await.refused();
    assert_eq!(reason(&again), "STATE_CONFLICT");
    assert_eq!(world.check(Act::Read).await.capacity(), Capacity::Reader);
}

async fn the_municipality_changes_and_removes(world: World) {
    let active = world.active(never()).await;
    world.notices().await;
    let change = ChangeExpiryForCitizenRequest {
        name: active.name.clone(),
        version: 2,
        expiry: Some(until("2027-01-31")),
        attendance: Some(attended(AttendanceKind::CitizenAttended)),
        request_id: String::new(),
    };
    let changed = world.desk().change_expiry_for_citizen(world.at_desk(change)).await.unwrap().into_inner();
    let changed = changed.access.unwrap().access.unwrap();
    assert!(changed.version == 3 && changed.expiry == Some(until("2027-01-31")));
    assert_eq!(world.notices().await.len(), 2);
    let remove = |party: AccessParty| RemoveAccessForCitizenRequest {
        name: active.name.clone(),
        party: party.into(),
        attendance: Some(attended(AttendanceKind::CitizenAttended)),
        request_id: String::new(),
    };
    let nobody = world.desk().remove_access_for_citizen(world.at_desk(remove(AccessParty::Unspecified))).await;
    assert_eq!(reason(&nobody.refused()), "INVALID_FIELDS");
    let removed = world.desk().remove_access_for_citizen(world.at_desk(remove(AccessParty::Reader))).await.unwrap();
    let removed = removed.into_inner().access.unwrap();
    assert_eq!(removed.access.unwrap().end_reason(), EndReason::RemovedByMunicipality);
    assert_eq!(removed.records.len(), 2);
    assert_eq!(world.check(Act::Read).await.end_reason(), EndReason::RemovedByMunicipality);
    assert_eq!(world.notices().await.len(), 2);
    let again = world.desk().remove_access_for_citizen(world.at_desk(remove(AccessParty::Owner))).await.refused();
    assert_eq!(reason(&again), "ACCESS_ENDED");
}

async fn list(world: &World, party: AccessParty, ended: bool, token: &str) -> Result<(Vec<String>, String), Status> {
    let request = ListAccessesOfCitizenRequest {
        citizen: Some(karen()),
        citizen_party: party.into(),
        include_ended: ended,
        page_size: 2,
        page_token: token.to_owned(),
    };
    let page = world.desk().list_accesses_of_citizen(world.at_desk(request)).await?.into_inner();
    let names = page.accesses.into_iter().map(|access| access.access.unwrap().name).collect();
    Ok((names, page.next_page_token))
}

async fn what_the_list_shows(world: World) {
    let mut names = Vec::new();
    for _ in 0..3 {
        let active = world.active(never()).await;
        world.clock.advance(std::time::Duration::from_secs(1));
        world.remove(KAREN, &active.name).await.unwrap();
        names.insert(0, active.name);
    }
    let live = create(&world, AttendanceKind::CitizenAttended, "").await.unwrap().access.unwrap().name;
    names.insert(0, live.clone());
    let both = AccessParty::Unspecified;
    assert_eq!(list(&world, both, false, "").await.unwrap(), (vec![live.clone()], String::new()));
    for party in [both, AccessParty::Owner] {
        let (first, token) = list(&world, party, true, "").await.unwrap();
        let (second, end) = list(&world, party, true, &token).await.unwrap();
        assert_eq!(([first, second].concat(), end), (names.clone(), String::new()));
        let other = list(&world, party, false, &token).await.refused();
        assert_eq!(reason(&other), "PAGE_TOKEN_INVALID");
    }
    assert!(list(&world, AccessParty::Reader, true, "").await.unwrap().0.is_empty());
    let looks = world.db.read(|tx| {
        Box::pin(tx.one("SELECT COUNT(*) AS n FROM caseworker_look", sql::args![], |row| row.get::<i64>("n")))
    });
    assert_eq!(looks.await.unwrap(), 6);
}

async fn caseworkers_misses_are_counted(world: World) {
    let mut reasons = Vec::new();
    for guess in 0..21 {
        let request = ListAccessesOfCitizenRequest {
            citizen: Some(particulars("Ole", &format!("Krog{}", ["a", "b", "c", "d", "e"][guess % 5]), NIELS)),
            ..Default::default()
        };
        let refused = world.desk().list_accesses_of_citizen(world.at_desk(request)).await.refused();
        reasons.push(reason(&refused));
    }
    assert_eq!(reasons[19..], ["PERSON_NOT_MATCHED", "TOO_MANY_ATTEMPTS"]);
}
