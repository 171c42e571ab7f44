//! The life of an access through the surface: what each act does in each state.

use api::access::v1::{AccessParty, AccessState, EndReason, ReadAccess};
use harness::actor::caseworker::attended;
use harness::{Caseworker, Citizen, Person, Refusable as _, Refused, Suite, Until, on_both};

on_both! {
    Suite: a5_a6_a7_a16_a22_every_act_in_every_state,
    a20_a_stranger_finds_no_access_to_act_on,
}

/// What can be done to an access that exists.
const ACTS: [Act; 13] = [
    Act::OwnerApproves,
    Act::ReaderApproves,
    Act::OwnerDeclines,
    Act::ReaderDeclines,
    Act::OwnerWithdraws,
    Act::ReaderWithdraws,
    Act::OwnerRemoves,
    Act::ReaderRemoves,
    Act::OwnerChangesExpiry,
    Act::ReaderChangesExpiry,
    Act::DeskApproves,
    Act::DeskChangesExpiry,
    Act::DeskRemoves,
];

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Act {
    OwnerApproves,
    ReaderApproves,
    OwnerDeclines,
    ReaderDeclines,
    OwnerWithdraws,
    ReaderWithdraws,
    OwnerRemoves,
    ReaderRemoves,
    OwnerChangesExpiry,
    ReaderChangesExpiry,
    DeskApproves,
    DeskChangesExpiry,
    DeskRemoves,
}

/// The states in the order of the columns below.
const STATES: [AccessState; 4] =
    [AccessState::Offered, AccessState::Requested, AccessState::Active, AccessState::Ended];

/// What comes of an act: the state after it, for an end its reason; or the reason of the refusal.
#[rustfmt::skip]
#[expect(clippy::match_same_arms, reason = "one row an act")]
const fn row(act: Act) -> [&'static str; 4] {
    const LATE: &str = "ACCESS_ENDED";
    const CONFLICT: &str = "STATE_CONFLICT";
    const THEIRS: &str = "ACT_NOT_ALLOWED";
    const DESK: &str = "REMOVED_BY_MUNICIPALITY";
    match act {
        //                             offered      requested    active               ended
        Act::OwnerApproves       => [CONFLICT,    "ACTIVE",    CONFLICT,            LATE],
        Act::ReaderApproves      => ["ACTIVE",    CONFLICT,    CONFLICT,            LATE],
        Act::OwnerDeclines       => [CONFLICT,    "DECLINED",  CONFLICT,            LATE],
        Act::ReaderDeclines      => ["DECLINED",  CONFLICT,    CONFLICT,            LATE],
        Act::OwnerWithdraws      => ["WITHDRAWN", CONFLICT,    CONFLICT,            LATE],
        Act::ReaderWithdraws     => [CONFLICT,    "WITHDRAWN", CONFLICT,            LATE],
        Act::OwnerRemoves        => [CONFLICT,    CONFLICT,    "REMOVED_BY_OWNER",  LATE],
        Act::ReaderRemoves       => [CONFLICT,    CONFLICT,    "REMOVED_BY_READER", LATE],
        Act::OwnerChangesExpiry  => ["OFFERED",   CONFLICT,    "ACTIVE",            LATE],
        Act::ReaderChangesExpiry => [THEIRS,      THEIRS,      THEIRS,              LATE],
        Act::DeskApproves        => ["ACTIVE",    "ACTIVE",    CONFLICT,            LATE],
        Act::DeskChangesExpiry   => ["OFFERED",   CONFLICT,    "ACTIVE",            LATE],
        Act::DeskRemoves         => [DESK,        DESK,        DESK,                LATE],
    }
}

/// The three who can act.
struct People {
    karen: Citizen,
    niels: Citizen,
    desk: Caseworker,
}

impl People {
    /// An access in this state.
    async fn brings_about(&self, state: AccessState) -> ReadAccess {
        let Self { karen, niels, .. } = self;
        match state {
            AccessState::Unspecified => unreachable!("no state"),
            AccessState::Offered => karen.gives_access(niels, Until::Never).await.unwrap(),
            AccessState::Requested => niels.asks_for_access(karen, Until::Never).await.unwrap(),
            AccessState::Active => niels.is_given_access_by(karen).await,
            AccessState::Ended => {
                let active = niels.is_given_access_by(karen).await;
                karen.removes(&active).await.unwrap()
            }
        }
    }

    async fn does(&self, act: Act, access: &ReadAccess) -> Result<ReadAccess, Refused> {
        let Self { karen, niels, desk } = self;
        let day = Until::Day("2027-01-31");
        let recorded = match act {
            Act::OwnerApproves => return karen.approves(access).await,
            Act::ReaderApproves => return niels.approves(access).await,
            Act::OwnerDeclines => return karen.declines(access).await,
            Act::ReaderDeclines => return niels.declines(access).await,
            Act::OwnerWithdraws => return karen.withdraws(access).await,
            Act::ReaderWithdraws => return niels.withdraws(access).await,
            Act::OwnerRemoves => return karen.removes(access).await,
            Act::ReaderRemoves => return niels.removes(access).await,
            Act::OwnerChangesExpiry => return karen.changes_expiry(access, day).await,
            Act::ReaderChangesExpiry => return niels.changes_expiry(access, day).await,
            Act::DeskApproves => desk.approves(access, attended()).await,
            Act::DeskChangesExpiry => desk.changes_expiry(access, day).await,
            Act::DeskRemoves => desk.removes(access, AccessParty::Owner).await,
        };
        Ok(recorded?.access.unwrap())
    }
}

/// In words: the state, or why it ended.
fn word(access: &ReadAccess) -> &'static str {
    match access.end_reason() {
        EndReason::Unspecified => access.state().as_str_name().trim_start_matches("ACCESS_STATE_"),
        reason => reason.as_str_name().trim_start_matches("END_REASON_"),
    }
}

async fn a5_a6_a7_a16_a22_every_act_in_every_state(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let people = People { karen, niels, desk: suite.caseworker() };
    for act in ACTS {
        for (state, expected) in STATES.into_iter().zip(row(act)) {
            let before = people.brings_about(state).await;
            let done = people.does(act, &before).await;
            let after = people.karen.sees_access(&before.name).await.unwrap();
            match done {
                Ok(done) => {
                    assert_eq!(word(&done), expected, "{act:?} when {state:?}");
                    assert_eq!((after.state(), after.version), (done.state(), before.version + 1));
                }
                Err(refused) => {
                    assert_eq!(refused.reason, expected, "{act:?} when {state:?}");
                    assert_eq!((after.state(), after.version), (state, before.version), "nothing has changed");
                }
            }
            let may_read = people.niels.lists(&people.karen.mailbox).await.is_ok();
            assert_eq!(may_read, after.state() == AccessState::Active, "{act:?} when {state:?}");
            if after.state() != AccessState::Ended {
                people.desk.removes(&after, AccessParty::Reader).await.unwrap();
            }
        }
    }
}

async fn a20_a_stranger_finds_no_access_to_act_on(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let ole = suite.citizen(Person::ole()).await;
    let people = People { karen: karen.clone(), niels, desk: suite.caseworker() };
    for state in STATES {
        let access = people.brings_about(state).await;
        let unknown = ReadAccess { name: format!("{}0", &access.name[..access.name.len() - 1]), ..access.clone() };
        for access in [&access, &unknown] {
            let day = Until::Day("2027-01-31");
            for refused in [
                ole.approves(access).await,
                ole.declines(access).await,
                ole.withdraws(access).await,
                ole.removes(access).await,
                ole.changes_expiry(access, day).await,
                ole.sees_access(&access.name).await,
            ] {
                let refused = refused.refused("NOT_FOUND");
                assert!(refused.metadata.is_empty(), "the same for what is there and what is not: {refused:?}");
            }
        }
        assert_eq!(karen.sees_access(&access.name).await.unwrap().state(), state);
        if state != AccessState::Ended {
            people.desk.removes(&access, AccessParty::Owner).await.unwrap();
        }
    }
}
