//! From offer and request to the end.

use crate::on_both_engines;
use crate::world::{KAREN, NIELS, Refused as _, World, never, particulars, reason, until};
use api::access::v1::*;
use api::core::v1::Act;
use api::error::v1::ErrorReason;
use api::event::v1::event::Payload;
use tonic::Code;
use tonic_types::StatusExt as _;

on_both_engines! {
    from_offer_to_removal
    a_repeated_call_is_done_once
    an_offer_and_a_request_do_not_cross
    of_two_decisions_at_once_one_wins
    what_a_changed_offer_was_is_not_approved
    only_on_borger_dk
    names_may_be_missing_after_a_change
    every_wrong_field_is_named
}

async fn from_offer_to_removal(world: World) {
    let given = world.give(until("2026-12-31")).await;
    assert_eq!((given.version, given.state()), (1, AccessState::Offered));
    assert_eq!((given.owner_display_name.as_str(), given.reader_display_name.as_str()), ("Karen Holm", "Niels Skov"));
    assert_eq!((given.status_text_da.as_str(), given.awaits_caller), ("Mangler godkendelse", false));
    let told = world.told().await;
    assert_eq!(told.len(), 2);
    let to_niels = told.iter().find(|notice| notice.link_text == "Se dine adgange til Digital Post").unwrap();
    assert!(to_niels.body_da.contains("{owner}") && to_niels.link_url.starts_with("https://"));
    assert_eq!(to_niels.mentions.len(), 1);

    let pending = world.check(Act::List).await;
    assert_eq!((pending.allowed, pending.denial()), (false, ErrorReason::AccessNotActive));
    assert_eq!(pending.denied_state(), AccessState::Offered);

    let seen = GetAccessRequest { name: given.name.clone() };
    let seen = world.citizens().get_access(world.by(NIELS, seen)).await.unwrap().into_inner().access.unwrap();
    assert_eq!((seen.status_text_da.as_str(), seen.awaits_caller), ("Mangler din godkendelse", true));
    let stranger = world.neighbours.register("6303701111", "Ole", "Krog");
    let hidden = GetAccessRequest { name: given.name.clone() };
    let hidden = world.citizens().get_access(world.by("6303701111", hidden)).await.refused();
    assert_eq!(hidden.code(), Code::NotFound);

    let owner = world.approve(KAREN, &given.name, 1).await.refused();
    assert_eq!(reason(&owner), "STATE_CONFLICT");
    let active = world.approve(NIELS, &given.name, 1).await.unwrap();
    assert_eq!((active.version, active.state()), (2, AccessState::Active));
    assert_eq!(world.notices().await.len(), 1);

    let read = world.check(Act::Read).await;
    assert!(read.allowed);
    assert_eq!((read.grounds[0].access.as_str(), read.grounds[0].access_version), (given.name.as_str(), 2));
    assert_eq!(world.check(Act::Delete).await.denial(), ErrorReason::ActNotAllowed);
    let nobody = world.check_as("6303701111", stranger, Act::List).await;
    assert_eq!(nobody.denial(), ErrorReason::NotFound);
    assert!(world.check_as(KAREN, world.karen, Act::Delete).await.allowed);
    let impostor = world.check_as(KAREN, world.niels, Act::Read).await;
    assert_eq!(impostor.denial(), ErrorReason::NotFound, "the token is Karen's");

    let removed = world.remove(KAREN, &given.name).await.unwrap();
    assert_eq!((removed.state(), removed.end_reason()), (AccessState::Ended, EndReason::RemovedByOwner));
    let ended = world.check(Act::Read).await;
    assert_eq!((ended.denial(), ended.end_reason()), (ErrorReason::AccessEnded, EndReason::RemovedByOwner));
    let again = world.remove(NIELS, &given.name).await.refused();
    assert_eq!(again.get_details_error_info().unwrap().metadata["end_reason"], "REMOVED_BY_OWNER");
    assert_eq!(world.notices().await.len(), 2);
    let events = std::mem::take(&mut world.neighbours.0.lock().unwrap().events);
    assert!(matches!(&events[..], [(source, Payload::AccessEnded(_))] if source == "access-service"));
    let entry = |version, act: &str| (version, act.to_owned(), true);
    assert_eq!(world.history().await, [entry(1, "offer"), entry(2, "approve"), entry(3, "remove")]);

    world.give(never()).await;
}

async fn a_repeated_call_is_done_once(world: World) {
    let first = world.give_with(never(), "once").await.unwrap();
    let second = world.give_with(never(), "once").await.unwrap();
    assert_eq!(first.name, second.name);
    assert_eq!(world.notices().await.len(), 2);
    let other = world.give_with(until("2027-01-01"), "once").await.refused();
    assert_eq!(reason(&other), "REQUEST_ID_REUSED");

    let approve = || ApproveAccessRequest { name: first.name.clone(), version: 1, request_id: "yes".to_owned() };
    for _ in 0..2 {
        let approved = world.citizens().approve_access(world.by(NIELS, approve())).await.unwrap().into_inner();
        assert_eq!(approved.access.unwrap().version, 2);
    }
}

fn request(world: &World) -> tonic::Request<RequestAccessRequest> {
    let request = RequestAccessRequest {
        owner: Some(particulars("Karen", "Holm", KAREN)),
        scope: AccessScope::PublicPost.into(),
        expiry: Some(never()),
        level: AccessLevel::Read.into(),
        guardianship: None,
        request_id: String::new(),
    };
    world.by(NIELS, request)
}

async fn an_offer_and_a_request_do_not_cross(world: World) {
    let requested = world.citizens().request_access(request(&world)).await.unwrap().into_inner().access.unwrap();
    assert_eq!((requested.state(), requested.awaits_caller), (AccessState::Requested, false));
    assert_eq!(world.notices().await, [(world.karen, "Anmodning om læseadgang til din Digital Post".to_owned())]);
    let crossing = world.give_with(never(), "").await.refused();
    let info = crossing.get_details_error_info().unwrap();
    assert_eq!((info.reason.as_str(), &info.metadata["access"]), ("ACCESS_EXISTS", &requested.name));

    world.approve(KAREN, &requested.name, 1).await.unwrap();
    assert_eq!(world.notices().await, [(world.niels, "Din anmodning om læseadgang er godkendt".to_owned())]);
    world.remove(NIELS, &requested.name).await.unwrap();

    world.neighbours.0.lock().unwrap().persons.get_mut(NIELS).unwrap().exempt = true;
    let exempt = world.citizens().request_access(request(&world)).await.refused();
    assert_eq!(reason(&exempt), "CALLER_EXEMPT");
    let given = world.give_with(never(), "").await.refused();
    assert_eq!(reason(&given), "PERSON_NOT_MATCHED");
}

async fn of_two_decisions_at_once_one_wins(world: World) {
    for _ in 0..10 {
        let given = world.give(never()).await;
        let (mut niels, mut karen) = (world.citizens(), world.citizens());
        let approve = ApproveAccessRequest { name: given.name.clone(), version: 1, request_id: String::new() };
        let withdraw = WithdrawAccessRequest { name: given.name.clone(), request_id: String::new() };
        let (approved, withdrawn) = tokio::join!(
            niels.approve_access(world.by(NIELS, approve)),
            karen.withdraw_access(world.by(KAREN, withdraw))
        );
        match (approved, withdrawn) {
            (Ok(_), Err(lost)) => {
                assert_eq!(reason(&lost), "STATE_CONFLICT");
                world.remove(KAREN, &given.name).await.unwrap();
            }
            (Err(lost), Ok(_)) => assert_eq!(reason(&lost), "ACCESS_ENDED"),
            (one, other) => panic!("{:?} {:?}", one.is_ok(), other.is_ok()),
        }
    }
    // Three: a try under way counts as a miss until it has hit.
    let gifts = (0..3).map(|_| world.give_with(never(), ""));
    let given = futures::future::join_all(gifts).await;
    assert_eq!(given.iter().filter(|one| one.is_ok()).count(), 1);
    let lost: Vec<String> = given.iter().filter_map(|one| one.as_ref().err()).map(reason).collect();
    assert_eq!(lost, ["ACCESS_EXISTS"; 2]);
}

async fn what_a_changed_offer_was_is_not_approved(world: World) {
    let given = world.give(until("2026-12-31")).await;
    let change = |version, expiry| ChangeExpiryRequest {
        name: given.name.clone(),
        version,
        expiry: Some(expiry),
        request_id: String::new(),
    };
    let not_theirs = world.citizens().change_expiry(world.by(NIELS, change(1, never()))).await.refused();
    assert_eq!(reason(&not_theirs), "ACT_NOT_ALLOWED");
    world.citizens().change_expiry(world.by(KAREN, change(1, never()))).await.unwrap();
    let outdated = world.approve(NIELS, &given.name, 1).await.refused();
    let info = outdated.get_details_error_info().unwrap();
    assert_eq!((info.reason.as_str(), info.metadata["version"].as_str()), ("VERSION_CHANGED", "2"));
    world.approve(NIELS, &given.name, 2).await.unwrap();
    let stale = world.citizens().change_expiry(world.by(KAREN, change(2, never()))).await.refused();
    assert_eq!(reason(&stale), "VERSION_CHANGED");
    let changed = world.citizens().change_expiry(world.by(KAREN, change(3, until("2026-12-01")))).await.unwrap();
    assert_eq!(changed.into_inner().access.unwrap().state(), AccessState::Active);
    world.notices().await;
    world.pass(20);
    assert_eq!(world.check(Act::Read).await.end_reason(), EndReason::Expired);
}

async fn only_on_borger_dk(world: World) {
    let given = world.active(never()).await;
    for portal in ["digital_post_app", "e_boks", "mit_dk"] {
        let remove = RemoveAccessRequest { name: given.name.clone(), request_id: String::new() };
        let refused = world.citizens().remove_access(world.through(portal, KAREN, remove)).await.refused();
        assert_eq!(reason(&refused), "ONLY_ON_BORGER_DK");
        let list = ListReceivedAccessesRequest::default();
        world.citizens().list_received_accesses(world.through(portal, NIELS, list)).await.unwrap();
    }
    let give = |scope: AccessScope| GiveAccessRequest {
        reader: Some(particulars("Niels", "Skov", NIELS)),
        scope: scope.into(),
        expiry: Some(never()),
        level: 0,
        request_id: String::new(),
    };
    for (portal, scope, expected) in [
        ("e_boks", AccessScope::PublicPost, "ONLY_ON_BORGER_DK"),
        ("borger_dk", AccessScope::PrivatePostRead, "ONLY_IN_OWN_PORTAL"),
        ("digital_post_app", AccessScope::PrivatePostEdit, "ONLY_IN_OWN_PORTAL"),
    ] {
        let refused = world.citizens().give_access(world.through(portal, KAREN, give(scope))).await.refused();
        assert_eq!(reason(&refused), expected, "{portal}");
    }
}

async fn names_may_be_missing_after_a_change(world: World) {
    let active = world.active(never()).await;
    world.neighbours.0.lock().unwrap().nameless = true;
    let removed = world.remove(KAREN, &active.name).await.unwrap();
    assert_eq!((removed.state(), removed.owner_display_name.as_str()), (AccessState::Ended, ""));
    let get = GetAccessRequest { name: active.name };
    let refused = world.citizens().get_access(world.by(KAREN, get)).await.refused();
    assert_eq!(refused.code(), Code::Unavailable);
}

async fn every_wrong_field_is_named(world: World) {
    let request = GiveAccessRequest {
        reader: Some(particulars(" ", "Sk\u{200b}ov", "610180")),
        scope: 0,
        expiry: Some(until("2026-11-21")),
        level: 7,
        request_id: "a b".to_owned(),
    };
    let refused = world.citizens().give_access(world.by(KAREN, request)).await.refused();
    let fields = refused.get_details_bad_request().unwrap().field_violations;
    let fields: Vec<String> = fields.into_iter().map(|violation| violation.field).collect();
    let expected = [
        "reader.first_name",
        "reader.last_name",
        "reader.cpr_number",
        "scope",
        "expiry.expires_on",
        "level",
        "request_id",
    ];
    assert_eq!(fields, expected);
    assert_eq!(reason(&world.give_with(Expiry { choice: None }, "").await.refused()), "INVALID_FIELDS");
    let unknown = "mailboxes/0192f0c1-2f4a-7cc3-98c4-dc0c0c07398f/accesses/0192f0c1-2f4a-7cc3-98c4-dc0c0c07398f";
    assert_eq!(world.remove(KAREN, unknown).await.refused().code(), Code::NotFound);
}
