//! Ends that nobody asks for: expiry, lapse, a closed mailbox.

use crate::on_both_engines;
use crate::world::{KAREN, NIELS, Refused as _, World, never, reason, until};
use access_service::domain::{self, Access, Scope, State};
use access_service::store;
use api::access::v1::*;
use api::core::v1::Act;
use api::error::v1::ErrorReason;
use api::event::v1::event::Payload;
use api::event::v1::{CprNumberChanged, MailboxClosed};
use kernel::{AccessId, Clock as _, Date, PersonId, SystemRandom, Timestamp, resource};
use std::time::Duration;

on_both_engines! {
    the_latest_end_counts_while_the_clock_stands_still
    it_ends_at_danish_midnight_whether_or_not_the_job_has_run
    a_new_access_clears_away_an_expired_one
    what_nobody_approves_lapses
    a_closed_mailbox_ends_what_there_is_and_lets_nothing_begin
    nothing_begins_with_a_mailbox_that_is_closing
    a_closing_mailbox_sees_what_is_beginning
    a_changed_number_is_asked_for_anew
    who_was_recognised_while_their_mailbox_closed_is_not_remembered
    notification_service_asks_what_is_active
}

async fn history_of(world: &World, cpr: &str) -> Vec<ReadAccess> {
    let request = ListEndedAccessesRequest::default();
    world.citizens().list_ended_accesses(world.by(cpr, request)).await.unwrap().into_inner().accesses
}

async fn received(world: &World) -> Vec<ReadAccess> {
    let request = ListReceivedAccessesRequest::default();
    world.citizens().list_received_accesses(world.by(NIELS, request)).await.unwrap().into_inner().accesses
}

async fn the_latest_end_counts_while_the_clock_stands_still(world: World) {
    for round in 0..12 {
        let active = world.active(never()).await;
        let (cpr, reason) =
            if round % 2 == 0 { (KAREN, EndReason::RemovedByOwner) } else { (NIELS, EndReason::RemovedByReader) };
        world.remove(cpr, &active.name).await.unwrap();
        assert_eq!(world.check(Act::Read).await.end_reason(), reason, "{round}");
    }
}

async fn it_ends_at_danish_midnight_whether_or_not_the_job_has_run(world: World) {
    let active = world.active(until("2026-11-24")).await;
    world.notices().await;
    let end = Date::parse("2026-11-24").unwrap().end();
    world.clock.set(Timestamp::from_micros(end.as_micros() - 1));
    assert!(world.check(Act::Read).await.allowed);
    world.clock.set(end);
    let denied = world.check(Act::Read).await;
    assert_eq!((denied.denial(), denied.end_reason()), (ErrorReason::AccessEnded, EndReason::Expired));
    assert!(received(&world).await.is_empty());
    let before = history_of(&world, NIELS).await;
    assert_eq!((before[0].state(), before[0].version), (AccessState::Ended, 3));
    let changed = world.remove(KAREN, &active.name).await.refused();
    assert_eq!(reason(&changed), "ACCESS_ENDED");

    world.clock.advance(Duration::from_secs(90));
    assert_eq!(world.notices().await.len(), 2);
    assert!(history_of(&world, NIELS).await == before, "storing the end changes nothing that was shown");
    assert_eq!(world.history().await.last(), Some(&(3, "expire".to_owned(), false)));
    world.clock.set(Timestamp::from_micros(end.as_micros() - 60_000_000));
    assert!(!world.check(Act::Read).await.allowed, "a clock that steps back brings nothing back");
}

async fn a_new_access_clears_away_an_expired_one(world: World) {
    world.active(until("2026-11-22")).await;
    world.notices().await;
    world.pass(1);
    let given = world.give(never()).await;
    assert_eq!(given.state(), AccessState::Offered);
    assert_eq!(world.notices().await.len(), 4, "two about the end, two about the offer");
    assert_eq!(world.check(Act::Read).await.denial(), ErrorReason::AccessNotActive);
}

async fn what_nobody_approves_lapses(world: World) {
    let given = world.give(never()).await;
    world.notices().await;
    world.pass(59);
    assert!(world.notices().await.is_empty());
    world.pass(1);
    assert_eq!(reason(&world.approve(NIELS, &given.name, 1).await.refused()), "ACCESS_ENDED");
    assert_eq!(world.notices().await.len(), 2);
    let ended = history_of(&world, KAREN).await;
    assert_eq!((ended[0].end_reason(), ended[0].version), (EndReason::Lapsed, 2));
    // An active access that never expires outlives the moment at which the offer would have lapsed.
    world.active(never()).await;
    world.notices().await;
    world.pass(400);
    assert!(world.notices().await.is_empty());
    assert!(world.check(Act::Read).await.allowed);
}

async fn a_closed_mailbox_ends_what_there_is_and_lets_nothing_begin(world: World) {
    world.active(never()).await;
    world.notices().await;
    for _ in 0..2 {
        world.happens(Payload::MailboxClosed(MailboxClosed { person: resource::person(world.niels) })).await;
    }
    assert_eq!(world.check(Act::Read).await.end_reason(), EndReason::ClosedMailbox);
    assert_eq!(world.notices().await.len(), 2);
    // mailbox-service still matches him, as it did just before he was reported dead.
    let refused = world.give_with(never(), "").await.refused();
    assert_eq!(reason(&refused), "PERSON_NOT_MATCHED");
    world.neighbours.0.lock().unwrap().persons.get_mut(NIELS).unwrap().closed = true;
    let list = ListReceivedAccessesRequest::default();
    let refused = world.citizens().list_received_accesses(world.by(NIELS, list)).await.refused();
    assert_eq!(reason(&refused), "CALLER_HAS_NO_DIGITAL_POST");
}

async fn nothing_begins_with_a_mailbox_that_is_closing(world: World) {
    // Niels is a party already, so that his row is there to be locked.
    let active = world.active(never()).await;
    world.remove(KAREN, &active.name).await.unwrap();
    let (db, niels) = (world.db.clone(), world.niels);
    let (closing, closed) = tokio::sync::oneshot::channel();
    let close = tokio::spawn(async move {
        db.write(move |tx| {
            Box::pin(async move {
                store::party::close(tx, niels).await?;
                closing.send(()).ok();
                // Not yet committed while the access begins.
                tokio::time::sleep(Duration::from_millis(400)).await;
                Ok::<_, sql::Error>(())
            })
        })
        .await
    });
    closed.await.unwrap();
    let refused = world.give_with(never(), "").await.refused();
    assert_eq!(reason(&refused), "PERSON_NOT_MATCHED", "it waited for what was being closed");
    close.await.unwrap().unwrap();
}

async fn a_closing_mailbox_sees_what_is_beginning(world: World) {
    // Niels is a party already, so that his row is there to be locked.
    let before = world.active(never()).await;
    world.remove(KAREN, &before.name).await.unwrap();
    // The row that is written by hand below gets a later id than this one.
    world.clock.advance(Duration::from_millis(5));
    let (db, owner, reader, now) = (world.db.clone(), world.karen, world.niels, world.clock.now());
    let (started, running) = tokio::sync::oneshot::channel();
    let writing = tokio::spawn(async move {
        db.write(move |tx| {
            Box::pin(async move {
                store::party::lock(tx, reader).await?;
                assert!(store::access::insert(tx, &active(owner, reader, now)).await?);
                started.send(()).ok();
                // Not yet committed while the mailbox closes.
                tokio::time::sleep(Duration::from_millis(400)).await;
                Ok::<_, sql::Error>(())
            })
        })
        .await
    });
    running.await.unwrap();
    world.happens(Payload::MailboxClosed(MailboxClosed { person: resource::person(world.niels) })).await;
    writing.await.unwrap().unwrap();
    assert_eq!(world.check(Act::Read).await.end_reason(), EndReason::ClosedMailbox, "it waited for what was beginning");
}

fn active(owner: PersonId, reader: PersonId, now: Timestamp) -> Access {
    Access {
        id: AccessId::new(now, &SystemRandom),
        owner,
        reader,
        scope: Scope::PublicPost,
        version: 1,
        state: State::Active,
        expiry: domain::Expiry::Never,
        guardianship: None,
        create_time: now,
        lapse_time: now,
        approve_time: Some(now),
        end_time: None,
    }
}

async fn who_was_recognised_while_their_mailbox_closed_is_not_remembered(world: World) {
    let gate = world.neighbours.gate();
    let list = || async {
        world.citizens().list_given_accesses(world.by(KAREN, ListGivenAccessesRequest::default())).await.map(|_| ())
    };
    let (first, ()) = tokio::join!(list(), async {
        while world.neighbours.0.lock().unwrap().resolved == 0 {
            tokio::task::yield_now().await;
        }
        world.happens(Payload::MailboxClosed(MailboxClosed { person: resource::person(world.karen) })).await;
        gate.add_permits(100);
    });
    first.unwrap();
    world.neighbours.0.lock().unwrap().persons.get_mut(KAREN).unwrap().closed = true;
    assert_eq!(reason(&list().await.refused()), "CALLER_HAS_NO_DIGITAL_POST");
}

async fn a_changed_number_is_asked_for_anew(world: World) {
    world.active(never()).await;
    received(&world).await;
    let asked = || world.neighbours.0.lock().unwrap().resolved;
    let before = asked();
    received(&world).await;
    assert_eq!(asked(), before, "remembered");
    world.happens(Payload::CprNumberChanged(CprNumberChanged { person: resource::person(world.niels) })).await;
    received(&world).await;
    assert_eq!(asked(), before + 1);
}

async fn notification_service_asks_what_is_active(world: World) {
    let active = world.active(until("2026-11-30")).await;
    let unknown = active.name.replace("accesses/0", "accesses/1");
    let ask = || {
        let accesses = vec![unknown.clone(), active.name.clone()];
        world.by_service("notification-service", CheckAccessActiveRequest { accesses })
    };
    let answer = world.authorization().check_access_active(ask()).await.unwrap().into_inner().activities;
    assert_eq!(answer.iter().map(|one| one.active).collect::<Vec<_>>(), [false, true]);
    assert_eq!((answer[0].reader.as_str(), &answer[1].reader), ("", &resource::person(world.niels)));
    world.pass(9);
    assert!(world.clock.now() > Date::parse("2026-11-30").unwrap().end());
    let answer = world.authorization().check_access_active(ask()).await.unwrap().into_inner().activities;
    assert_eq!((answer[1].active, answer[1].end_reason()), (false, EndReason::Expired));
}
