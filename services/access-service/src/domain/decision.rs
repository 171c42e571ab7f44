//! Who may do what in whose mailbox: the decision itself.

use super::access::Access;
use super::life::{EndReason, State};
use super::rights::{Act, Capacity};
use super::scope::PostKind;
use kernel::{MailboxId, PersonId, Portal};

/// May this be done?
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Question {
    /// In whose mailbox.
    pub mailbox: MailboxId,
    /// What.
    pub act: Act,
    /// On which kind of post; `None`: any.
    pub post_kind: Option<PostKind>,
}

/// The answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Decision {
    /// Yes, on these grounds: at least one, at most one a kind of post, public post first.
    Allowed(Vec<Ground>),
    /// No.
    Denied(Denial),
}

/// One kind of post that may be acted on, and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ground {
    /// The kind.
    pub post_kind: PostKind,
    /// In which capacity.
    pub capacity: Capacity,
    /// The access it rests on; `None` for the owner.
    pub access: Option<Access>,
}

/// Why not.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Denial {
    /// No party to anything there, as far as they may know (rules A11, A20).
    NotFound,
    /// They had an access, and it has ended (rule A20).
    Ended(Box<Access>, EndReason),
    /// Their access is not approved yet (rules A5, A7).
    NotActive(Box<Access>),
    /// They have an access; this act is not theirs (rules R7-R10, R14, A17).
    ActNotAllowed(Capacity, Option<Box<Access>>),
    /// Their private access holds in the portal it came from only (rule A12).
    OnlyInOwnPortal(Capacity),
}

/// Decides `question` for `actor` in `portal`. `accesses` are those between the two that count, as they are now: for public
/// post, and for the private post of each portal, the live one, else the one that ended last.
pub fn decide(actor: PersonId, question: Question, portal: Portal, accesses: &[Access]) -> Decision {
    if actor == question.mailbox {
        return owner(question);
    }
    let asked = |access: &&Access| question.post_kind.is_none_or(|asked| asked == access.scope.post_kind());
    let between = |access: &&Access| access.reader == actor && access.owner == question.mailbox;
    let mut accesses: Vec<&Access> = accesses.iter().filter(between).filter(asked).collect();
    accesses.sort_by_key(|access| access.scope.post_kind() == PostKind::Private);
    let mut grounds = Vec::new();
    let mut denial = Denial::NotFound;
    for access in accesses {
        match judge(access, question.act, portal) {
            Ok(ground) => grounds.push(ground),
            Err(other) if other.weight() > denial.weight() => denial = other,
            Err(_) => {}
        }
    }
    if grounds.is_empty() { Decision::Denied(denial) } else { Decision::Allowed(grounds) }
}

/// What one access is worth.
fn judge(access: &Access, act: Act, portal: Portal) -> Result<Ground, Denial> {
    let capacity = Capacity::by(access);
    match access.state {
        State::Active if !access.scope.shown_in(portal) => Err(Denial::OnlyInOwnPortal(capacity)),
        _ if !access.scope.shown_in(portal) => Err(Denial::NotFound),
        State::Ended(reason) => Err(Denial::Ended(Box::new(access.clone()), reason)),
        State::Offered | State::Requested => Err(Denial::NotActive(Box::new(access.clone()))),
        State::Active if capacity.may(act) => {
            Ok(Ground { post_kind: access.scope.post_kind(), capacity, access: Some(access.clone()) })
        }
        State::Active => Err(Denial::ActNotAllowed(capacity, Some(Box::new(access.clone())))),
    }
}

impl Denial {
    /// Which of two denials is told: the one of the access that came closest.
    const fn weight(&self) -> u8 {
        match self {
            Self::NotFound => 0,
            Self::OnlyInOwnPortal(_) => 1,
            Self::Ended(..) => 2,
            Self::NotActive(_) => 3,
            Self::ActNotAllowed(..) => 4,
        }
    }
}

fn owner(question: Question) -> Decision {
    let capacity = Capacity::Owner;
    if !capacity.may(question.act) {
        return Decision::Denied(Denial::ActNotAllowed(capacity, None));
    }
    let kinds = [PostKind::Public, PostKind::Private].into_iter();
    let asked = kinds.filter(|kind| question.post_kind.is_none_or(|asked| asked == *kind));
    Decision::Allowed(asked.map(|post_kind| Ground { post_kind, capacity, access: None }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::scope::PrivateRight;
    use crate::domain::{Expiry, Scope};
    use kernel::{AccessId, SystemRandom, Timestamp};

    const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

    fn access(state: State) -> Access {
        Access {
            id: AccessId::new(NOW, &SystemRandom),
            owner: PersonId::new(NOW, &SystemRandom),
            reader: PersonId::new(NOW, &SystemRandom),
            scope: Scope::PublicPost,
            version: 2,
            state,
            expiry: Expiry::Never,
            guardianship: None,
            create_time: NOW,
            lapse_time: NOW,
            approve_time: None,
            end_time: None,
        }
    }

    fn not_allowed(access: &Access, capacity: Capacity) -> Denial {
        Denial::ActNotAllowed(capacity, Some(Box::new(access.clone())))
    }

    fn ask(access: &Access, act: Act, post_kind: Option<PostKind>) -> Decision {
        let question = Question { mailbox: access.owner, act, post_kind };
        decide(access.reader, question, Portal::EBoks, std::slice::from_ref(access))
    }

    #[test]
    fn an_active_reader_reads_public_post_and_knows_of_no_other() {
        let active = access(State::Active);
        for kind in [None, Some(PostKind::Public)] {
            let Decision::Allowed(grounds) = ask(&active, Act::Read, kind) else { panic!("denied") };
            let kinds: Vec<PostKind> = grounds.iter().map(|ground| ground.post_kind).collect();
            assert_eq!(kinds, [PostKind::Public]);
        }
        assert_eq!(ask(&active, Act::Read, Some(PostKind::Private)), Decision::Denied(Denial::NotFound));
        assert_eq!(ask(&active, Act::Delete, None), Decision::Denied(not_allowed(&active, Capacity::Reader)));
    }

    #[test]
    fn pending_and_ended_accesses_say_so_to_their_party_only() {
        for state in [State::Offered, State::Requested] {
            let pending = access(state);
            assert_eq!(ask(&pending, Act::List, None), Decision::Denied(Denial::NotActive(Box::new(pending.clone()))));
        }
        let reason = EndReason::Expired;
        let ended = access(State::Ended(reason));
        assert_eq!(ask(&ended, Act::List, None), Decision::Denied(Denial::Ended(Box::new(ended.clone()), reason)));
        let stranger = PersonId::new(NOW, &SystemRandom);
        let question = Question { mailbox: ended.owner, act: Act::List, post_kind: None };
        assert_eq!(decide(stranger, question, Portal::EBoks, &[]), Decision::Denied(Denial::NotFound));
        assert_eq!(decide(stranger, question, Portal::EBoks, &[ended]), Decision::Denied(Denial::NotFound));
    }

    #[test]
    fn the_owner_is_let_in_without_an_access() {
        let owner = PersonId::new(NOW, &SystemRandom);
        let question = Question { mailbox: owner, act: Act::Delete, post_kind: None };
        let Decision::Allowed(grounds) = decide(owner, question, Portal::EBoks, &[]) else { panic!("denied") };
        assert_eq!(grounds.len(), 2);
    }

    /// What an active private access in e-Boks beside `public` allows there, and on borger.dk.
    fn beside(public: State, act: Act, post_kind: Option<PostKind>, portal: Portal) -> Decision {
        let public = access(public);
        let scope = Scope::PrivatePost { portal: Portal::EBoks, right: PrivateRight::Read };
        let private = Access { scope, state: State::Active, ..public.clone() };
        decide(public.reader, Question { mailbox: public.owner, act, post_kind }, portal, &[private, public])
    }

    fn kinds(decision: Decision) -> Vec<PostKind> {
        match decision {
            Decision::Allowed(grounds) => grounds.into_iter().map(|ground| ground.post_kind).collect(),
            Decision::Denied(_) => Vec::new(),
        }
    }

    #[test]
    fn public_and_private_accesses_never_stand_in_for_each_other() {
        use PostKind::{Private, Public};
        assert_eq!(kinds(beside(State::Active, Act::Read, None, Portal::EBoks)), [Public, Private]);
        assert_eq!(kinds(beside(State::Active, Act::Read, None, Portal::BorgerDk)), [Public]);
        assert_eq!(kinds(beside(State::Active, Act::Move, None, Portal::EBoks)), [Public]);
        assert_eq!(kinds(beside(State::Active, Act::Move, Some(Private), Portal::EBoks)), []);
        assert_eq!(kinds(beside(State::Offered, Act::Read, None, Portal::EBoks)), [Private]);
        assert_eq!(kinds(beside(State::Offered, Act::Read, Some(Public), Portal::EBoks)), []);
        let denied = beside(State::Ended(EndReason::Expired), Act::Read, Some(Public), Portal::EBoks);
        assert!(matches!(denied, Decision::Denied(Denial::Ended(..))));
        let denied = beside(State::Ended(EndReason::Expired), Act::Delete, None, Portal::EBoks);
        assert!(matches!(denied, Decision::Denied(Denial::ActNotAllowed(Capacity::PrivateReader, _))));
        let elsewhere = beside(State::Active, Act::Read, Some(Private), Portal::MitDk);
        assert_eq!(elsewhere, Decision::Denied(Denial::OnlyInOwnPortal(Capacity::PrivateReader)));
    }
}
