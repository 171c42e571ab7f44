//! The rights matrix as it comes out at the door: every act by everybody.

use api::access::v1::{AccessScope, Decision};
use api::core::v1::{Act, PostKind};
use api::error::v1::ErrorReason;
use harness::actor::citizen_access::guardianship;
use harness::actor::gatekeeper::question;
use harness::{Authority, Citizen, Letter, Person, Refusable as _, Refused, Suite, Until, on_both};
use kernel::{Caller, Date, Portal};

on_both! {
    Suite: r1_r7_r10_r14_every_act_by_everybody,
    a23_what_is_explained_is_what_is_decided,
}

/// What comes of a question.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Answer {
    /// Allowed.
    Yes,
    /// Refused, and the reason is told: ACT_NOT_ALLOWED.
    No,
    /// The access has ended.
    End,
    /// The access is not approved yet.
    Not,
    /// As if there were nothing.
    Nil,
    /// Not let in to ask: no caller of such a question.
    Out,
    /// The question itself is wrong.
    Bad,
}

/// Who asks; the order of the columns below.
const ROLES: [&str; 12] = [
    "owner",
    "reader",
    "ex-reader",
    "offered",
    "requested",
    "expired",
    "guardian",
    "læsning",
    "redigering",
    "stranger",
    "caseworker",
    "sender",
];

/// One row of the matrix. The match names every act there is: a new one does not build until it has its row.
#[rustfmt::skip]
#[expect(clippy::match_same_arms, reason = "one row an act, as in the rules")]
const fn row(act: Act) -> [Answer; 12] {
    use Answer::{Bad, End, Nil, No, Not, Out, Yes};
    match act {
        //                         owner read. ex-r. offer requ. expi. guard læsn. redi. stra. casew send.
        Act::Unspecified        => [Bad, Bad, Bad, Bad, Bad, Bad, Bad, Bad, Bad, Bad, Bad, Out],
        Act::List               => [Yes, Yes, End, Not, Not, End, Yes, Yes, Yes, Nil, Nil, Out], // R1, R14
        Act::Read               => [Yes, Yes, End, Not, Not, End, Yes, Yes, Yes, Nil, Nil, Out], // R1, R14
        Act::Download           => [Yes, Yes, End, Not, Not, End, Yes, Yes, Yes, Nil, Nil, Out], // R1, R14
        Act::Search             => [Yes, Yes, End, Not, Not, End, Yes, Yes, Yes, Nil, Nil, Out], // R1, R14
        Act::Watch              => [Yes, Yes, End, Not, Not, End, Yes, Yes, Yes, Nil, Nil, Out], // R1, R14
        Act::CreateFolder       => [Yes, Yes, End, Not, Not, End, Yes, No,  No,  Nil, Nil, Out], // R2
        Act::Move               => [Yes, Yes, End, Not, Not, End, Yes, No,  Yes, Nil, Nil, Out], // R3, R14
        Act::Mark               => [Yes, Yes, End, Not, Not, End, Yes, No,  Yes, Nil, Nil, Out], // R4, R14
        Act::Forward            => [Yes, Yes, End, Not, Not, End, Yes, No,  No,  Nil, Nil, Out], // R5
        Act::AcknowledgeService => [Yes, Yes, End, Not, Not, End, Yes, No,  No,  Nil, Nil, Out], // R6, R12
        Act::Delete             => [Yes, No,  End, Not, Not, End, No,  No,  No,  Nil, Nil, Out], // R7, R14
        Act::DeleteFolder       => [Yes, No,  End, Not, Not, End, No,  No,  No,  Nil, Nil, Out], // R7, R14
        Act::Send               => [Yes, No,  End, Not, Not, End, No,  No,  No,  Nil, Nil, Out], // R8, R14
        Act::Reply              => [Yes, Yes, End, Not, Not, End, Yes, No,  No,  Nil, Nil, Out], // R9
        Act::ChangeSettings     => [Yes, No,  End, Not, Not, End, No,  No,  No,  Nil, Nil, Out], // R10, A17
        Act::RenameFolder       => [Yes, No,  End, Not, Not, End, No,  No,  No,  Nil, Nil, Out], // R10
        Act::ManageAccesses     => [Yes, No,  End, Not, Not, End, No,  No,  No,  Nil, Nil, Out], // R10, A17
        Act::ManageRecipients   => [Yes, No,  End, Not, Not, End, No,  No,  No,  Nil, Nil, Out], // M9
        Act::ReadActivity       => [Yes, Yes, End, Not, Not, End, Yes, No,  No,  Nil, Nil, Out], // R11
    }
}

/// Every act of the wire.
fn acts() -> Vec<Act> {
    let acts: Vec<Act> = (0..1_000).filter_map(|number| Act::try_from(number).ok()).collect();
    assert!(acts.len() >= 20, "{}", acts.len());
    acts
}

/// Karen, and the citizens of the columns from "owner" to "stranger", each in e-Boks, where every kind of post can show.
async fn citizens(suite: &Suite) -> (Citizen, Vec<Citizen>) {
    let karen = suite.citizen(Person::karen()).await;
    let mut others = Vec::new();
    for number in 0..9 {
        others.push(suite.citizen(Person::of_crowd(number)).await);
    }
    let [reader, former, offered, requested, expired, guardian, laesning, redigering, _] = &others[..] else {
        panic!("nine")
    };
    let today = karen.gives_access(expired, Until::Day("2026-11-22")).await.unwrap();
    expired.approves(&today).await.unwrap();
    suite.clock().set(Date::parse("2026-11-22").unwrap().end());
    suite.settle().await;
    reader.is_given_access_by(&karen).await;
    let removed = former.is_given_access_by(&karen).await;
    karen.removes(&removed).await.unwrap();
    karen.gives_access(offered, Until::Never).await.unwrap();
    requested.asks_for_access(&karen, Until::Never).await.unwrap();
    let asked = guardian.asks_as_guardian(&karen, Until::Never, guardianship("2027-06-30")).await.unwrap();
    karen.approves(&asked).await.unwrap();
    let e_boks = karen.at(Portal::EBoks);
    laesning.at(Portal::EBoks).is_given_private_access_by(&e_boks, AccessScope::PrivatePostRead).await;
    redigering.at(Portal::EBoks).is_given_private_access_by(&e_boks, AccessScope::PrivatePostEdit).await;
    let all = [e_boks.clone()].into_iter().chain(others.iter().map(|citizen| citizen.at(Portal::EBoks)));
    (e_boks, all.collect())
}

fn answer(asked: Result<Decision, Refused>) -> Answer {
    match asked {
        Ok(decision) if decision.allowed => Answer::Yes,
        Ok(decision) => match decision.denial() {
            ErrorReason::ActNotAllowed => Answer::No,
            ErrorReason::AccessEnded => Answer::End,
            ErrorReason::AccessNotActive => Answer::Not,
            ErrorReason::NotFound => Answer::Nil,
            other => panic!("{other:?}"),
        },
        Err(refused) if refused.reason == "CALLER_NOT_ALLOWED" => Answer::Out,
        Err(refused) if refused.reason == "INVALID_FIELDS" => Answer::Bad,
        Err(refused) => panic!("{refused:?}"),
    }
}

async fn r1_r7_r10_r14_every_act_by_everybody(suite: Suite) {
    let (karen, citizens) = citizens(&suite).await;
    let gate = suite.gatekeeper();
    // A caseworker and a sender are nobody's reader, whomever they are taken to be.
    let sender: Authority = suite.authority();
    sender.delivers(&karen.person, Letter::about("Skat")).await.unwrap();
    let mut askers: Vec<(Caller, String)> =
        citizens.iter().map(|citizen| (citizen.caller(), citizen.person_name())).collect();
    askers.push((suite.caseworker().caller().clone(), karen.person_name()));
    askers.push((sender.caller().clone(), karen.person_name()));
    assert_eq!(askers.len(), ROLES.len());
    for act in acts() {
        let mut answers = Vec::new();
        for (user, actor) in &askers {
            let asked = || question(&karen.mailbox, act, PostKind::Unspecified);
            let alone = gate.asks(user, actor, asked()).await;
            let among = gate.asks_all(user, actor, vec![asked(), asked()]).await;
            match (&alone, among) {
                (Ok(alone), Ok(among)) => assert!(among == [alone.clone(), alone.clone()], "{act:?}"),
                (Err(alone), Err(among)) => assert_eq!(alone.reason, among.reason),
                _ => panic!("decided otherwise alone than among others: {act:?}"),
            }
            answers.push(answer(alone));
        }
        for ((role, expected), answer) in ROLES.iter().zip(row(act)).zip(answers) {
            assert_eq!(answer, expected, "{act:?} by {role}");
        }
    }
}

async fn a23_what_is_explained_is_what_is_decided(suite: Suite) {
    let (karen, citizens) = citizens(&suite).await;
    let gate = suite.gatekeeper();
    for act in acts().into_iter().filter(|act| *act != Act::Unspecified) {
        for (citizen, role) in citizens.iter().zip(ROLES) {
            let decided = gate.decides_on(citizen, act, &karen.mailbox, PostKind::Public).await;
            let explained = citizen.is_explained(act, &karen.mailbox).await;
            if decided.denial() == ErrorReason::NotFound {
                explained.refused("NOT_FOUND");
                continue;
            }
            let explained = explained.unwrap();
            assert_eq!(
                (explained.allowed, explained.reason()),
                (decided.allowed, decided.denial()),
                "{act:?} by {role}"
            );
            assert_eq!(explained.capacity(), decided.capacity(), "{act:?} by {role}");
        }
    }
}
