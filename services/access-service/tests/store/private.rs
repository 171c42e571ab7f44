//! Accesses to the post of private companies, in e-Boks and mit.dk (rules A11, A12, R14).

use crate::on_both_engines;
use crate::world::{KAREN, NIELS, Refused as _, World, never, particulars, reason};
use api::access::v1::*;
use api::core::v1::{Act, Capacity, Portal, PostKind};
use api::error::v1::ErrorReason;
use kernel::resource;
use tonic::{Code, Status};

on_both_engines! {
    it_lives_in_its_own_portal_only
    public_and_private_stand_beside_each_other
    the_check_keeps_the_kinds_of_post_apart
}

async fn give(world: &World, portal: &str, scope: AccessScope) -> Result<ReadAccess, Status> {
    let request = GiveAccessRequest {
        reader: Some(particulars("Niels", "Skov", NIELS)),
        scope: scope.into(),
        expiry: Some(never()),
        level: 0,
        request_id: String::new(),
    };
    Ok(world.citizens().give_access(world.through(portal, KAREN, request)).await?.into_inner().access.unwrap())
}

async fn approve(world: &World, portal: &str, name: &str) -> Result<ReadAccess, Status> {
    let request = ApproveAccessRequest { name: name.to_owned(), version: 1, request_id: String::new() };
    Ok(world.citizens().approve_access(world.through(portal, NIELS, request)).await?.into_inner().access.unwrap())
}

/// Whether Niels may do `act` on `kind` in Karen's mailbox, in `portal`.
async fn check(world: &World, portal: &str, act: Act, kind: PostKind) -> Decision {
    let mailbox = resource::mailbox(world.karen);
    let question = Some(AccessQuestion { mailbox, act: act.into(), post_kind: kind.into() });
    let request = world.by_service("mailbox-service", CheckRequest { actor: resource::person(world.niels), question });
    let request = world.for_citizen(portal, NIELS, request);
    world.authorization().check(request).await.unwrap().into_inner().decision.unwrap()
}

async fn received(world: &World, portal: &str) -> usize {
    let request = ListReceivedAccessesRequest::default();
    let list = world.citizens().list_received_accesses(world.through(portal, NIELS, request)).await;
    list.unwrap().into_inner().accesses.len()
}

async fn it_lives_in_its_own_portal_only(world: World) {
    let given = give(&world, "e_boks", AccessScope::PrivatePostEdit).await.unwrap();
    assert_eq!((given.scope(), given.portal()), (AccessScope::PrivatePostEdit, Portal::EBoks));
    let told = world.told().await;
    assert!(told.len() == 2 && told.iter().all(|notice| notice.body_da.contains("e-Boks")));
    for portal in ["borger_dk", "digital_post_app", "mit_dk"] {
        let elsewhere = approve(&world, portal, &given.name).await.refused();
        assert_eq!(reason(&elsewhere), "ONLY_IN_OWN_PORTAL", "{portal}");
        let get = GetAccessRequest { name: given.name.clone() };
        let hidden = world.citizens().get_access(world.through(portal, NIELS, get)).await.refused();
        assert_eq!((hidden.code(), received(&world, portal).await), (Code::NotFound, 0));
    }
    approve(&world, "e_boks", &given.name).await.unwrap();
    assert_eq!(received(&world, "e_boks").await, 1);
    let open = |portal| {
        let request = world.through(portal, NIELS, ListOpenMailboxesRequest::default());
        let mut citizens = world.citizens();
        async move { citizens.list_open_mailboxes(request).await.unwrap().into_inner().mailboxes }
    };
    assert_eq!(open("e_boks").await[1].capacity(), Capacity::PrivateEditor);
    assert_eq!(open("mit_dk").await.len(), 1);

    let remove = || RemoveAccessRequest { name: given.name.clone(), request_id: String::new() };
    let elsewhere = world.citizens().remove_access(world.through("mit_dk", KAREN, remove())).await.refused();
    assert_eq!(reason(&elsewhere), "ONLY_IN_OWN_PORTAL");
    world.citizens().remove_access(world.through("e_boks", KAREN, remove())).await.unwrap();
    let ended = |portal| {
        let request = world.through(portal, KAREN, ListEndedAccessesRequest::default());
        let mut citizens = world.citizens();
        async move { citizens.list_ended_accesses(request).await.unwrap().into_inner().accesses.len() }
    };
    assert_eq!((ended("e_boks").await, ended("borger_dk").await), (1, 0));
    assert_eq!(check(&world, "e_boks", Act::Read, PostKind::Private).await.denial(), ErrorReason::AccessEnded);
}

async fn public_and_private_stand_beside_each_other(world: World) {
    world.active(never()).await;
    let e_boks = give(&world, "e_boks", AccessScope::PrivatePostRead).await.unwrap();
    let again = give(&world, "e_boks", AccessScope::PrivatePostEdit).await.refused();
    assert_eq!(reason(&again), "ACCESS_EXISTS", "one a pair and portal, whichever right");
    give(&world, "mit_dk", AccessScope::PrivatePostRead).await.unwrap();
    approve(&world, "e_boks", &e_boks.name).await.unwrap();
    let list = ListGivenAccessesRequest::default();
    let given = world.citizens().list_given_accesses(world.through("e_boks", KAREN, list)).await.unwrap();
    assert_eq!(given.into_inner().accesses.len(), 2, "public post and its own");
    let guardianship = Some(Guardianship { reference: "V-1".to_owned(), end_date: "2027-01-01".to_owned() });
    let request = RequestAccessRequest {
        owner: Some(particulars("Karen", "Holm", KAREN)),
        scope: AccessScope::PrivatePostRead.into(),
        expiry: Some(never()),
        level: 0,
        guardianship,
        request_id: String::new(),
    };
    let refused = world.citizens().request_access(world.through("e_boks", NIELS, request)).await.refused();
    assert_eq!(reason(&refused), "INVALID_FIELDS");
}

async fn the_check_keeps_the_kinds_of_post_apart(world: World) {
    let private = give(&world, "e_boks", AccessScope::PrivatePostRead).await.unwrap();
    approve(&world, "e_boks", &private.name).await.unwrap();
    let any = PostKind::Unspecified;
    let read = check(&world, "e_boks", Act::Read, any).await;
    let [ground] = &read.grounds[..] else { panic!("one ground") };
    assert_eq!(
        (ground.post_kind(), ground.portal(), ground.capacity()),
        (PostKind::Private, Portal::EBoks, Capacity::PrivateReader)
    );
    for (portal, act, kind, denial) in [
        ("e_boks", Act::Read, PostKind::Public, ErrorReason::NotFound),
        ("e_boks", Act::Move, any, ErrorReason::ActNotAllowed),
        ("borger_dk", Act::Read, any, ErrorReason::OnlyInOwnPortal),
        ("mit_dk", Act::Read, PostKind::Private, ErrorReason::OnlyInOwnPortal),
        ("borger_dk", Act::Read, PostKind::Public, ErrorReason::NotFound),
    ] {
        assert_eq!(check(&world, portal, act, kind).await.denial(), denial, "{portal} {act:?} {kind:?}");
    }
    let public = world.active(never()).await;
    let kinds = |decision: Decision| decision.grounds.iter().map(DecisionGround::post_kind).collect::<Vec<_>>();
    let both = [PostKind::Public, PostKind::Private];
    assert_eq!(kinds(check(&world, "e_boks", Act::Read, any).await), both);
    assert_eq!(kinds(check(&world, "mit_dk", Act::Read, any).await), [PostKind::Public]);
    assert_eq!(kinds(check(&world, "e_boks", Act::Move, any).await), [PostKind::Public]);
    world.remove(KAREN, &public.name).await.unwrap();
    assert_eq!(kinds(check(&world, "e_boks", Act::Read, any).await), [PostKind::Private]);
    assert_eq!(check(&world, "e_boks", Act::Read, PostKind::Public).await.denial(), ErrorReason::AccessEnded);
}
