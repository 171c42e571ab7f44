//! "Why can I / can't I" (rule A23).

use crate::on_both_engines;
use crate::world::{BORGER_DK, KAREN, NIELS, Refused as _, World, never};
use api::access::v1::*;
use api::core::v1::{Act, Capacity};
use api::error::v1::ErrorReason;
use kernel::resource;
use tonic::{Code, Status};

on_both_engines! {
    a_party_is_told_why
    nobody_else_is_told_anything
}

async fn ask(world: &World, cpr: &str, mailbox: &str, act: Act, who: &str) -> Result<ExplainAccessResponse, Status> {
    let request =
        ExplainAccessRequest { mailbox: mailbox.to_owned(), act: act.into(), person: who.to_owned(), post_kind: 0 };
    world.citizens().explain_access(world.through(BORGER_DK, cpr, request)).await.map(tonic::Response::into_inner)
}

async fn a_party_is_told_why(world: World) {
    let mailbox = resource::mailbox(world.karen);
    let given = world.give(never()).await;
    let pending = ask(&world, NIELS, &mailbox, Act::Read, "").await.unwrap();
    assert_eq!((pending.allowed, pending.reason()), (false, ErrorReason::AccessNotActive));
    world.approve(NIELS, &given.name, 1).await.unwrap();
    let may = ask(&world, NIELS, &mailbox, Act::Read, "").await.unwrap();
    assert_eq!((may.allowed, may.reason(), may.capacity()), (true, ErrorReason::Unspecified, Capacity::Reader));
    let access = may.access.unwrap();
    assert_eq!((access.name, access.owner_display_name.as_str()), (given.name.clone(), "Karen Holm"));
    let may_not = ask(&world, NIELS, &mailbox, Act::Delete, "").await.unwrap();
    assert_eq!((may_not.reason(), may_not.access.is_some()), (ErrorReason::ActNotAllowed, true));
    assert_eq!(may_not.sentence_da, "Det kan ikke lade sig gøre, for adgangen giver ikke ret til det.");

    let own = ask(&world, KAREN, "mailboxes/me", Act::Delete, "").await.unwrap();
    assert_eq!((own.allowed, own.capacity(), own.access.is_none()), (true, Capacity::Owner, true));
    world.remove(KAREN, &given.name).await.unwrap();
    let about_niels = ask(&world, KAREN, "mailboxes/me", Act::Read, &resource::person(world.niels)).await.unwrap();
    assert_eq!(about_niels.reason(), ErrorReason::AccessEnded);
    assert_eq!(about_niels.access.unwrap().status_text_da, "Fjernet af dig");
    assert_eq!(about_niels.sentence_en, "The read access was removed by the owner.");
}

async fn nobody_else_is_told_anything(world: World) {
    let stranger = world.neighbours.register("6303701111", "Ole", "Krog");
    world.active(never()).await;
    let (karens, niels) = (resource::mailbox(world.karen), resource::person(world.niels));
    let unknown = "mailboxes/0192f0c1-2f4a-7cc3-98c4-dc0c0c07398f";
    for (cpr, mailbox, who) in [
        ("6303701111", karens.as_str(), ""),
        ("6303701111", unknown, ""),
        ("6303701111", &karens, &niels),
        (NIELS, &karens, &resource::person(stranger)),
        (KAREN, "mailboxes/me", &resource::person(stranger)),
    ] {
        let refused = ask(&world, cpr, mailbox, Act::Read, who).await.refused();
        assert_eq!(refused.code(), Code::NotFound, "{cpr} {mailbox} {who}");
    }
    assert_eq!(ask(&world, KAREN, "", Act::Read, "").await.refused().code(), Code::InvalidArgument);
}
