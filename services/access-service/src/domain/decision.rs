//! Who may do what in whose mailbox: the decision itself.

use super::access::Access;
use super::life::{EndReason, State};
use super::rights::{Act, Capacity};
use super::scope::PostKind;
use kernel::{MailboxId, PersonId};

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
    ActNotAllowed(Capacity),
}

/// Decides `question` for `actor`. `access` is the one between them that counts, as it is now: the live one, else
/// the one that ended last.
pub fn decide(actor: PersonId, question: Question, access: Option<&Access>) -> Decision {
    if actor == question.mailbox {
        return owner(question);
    }
    let Some(access) = access.filter(|access| access.reader == actor && access.owner == question.mailbox) else {
        return Decision::Denied(Denial::NotFound);
    };
    let post_kind = access.scope.post_kind();
    if question.post_kind.is_some_and(|asked| asked != post_kind) {
        return Decision::Denied(Denial::NotFound);
    }
    let capacity = Capacity::by(access.scope);
    match access.state {
        State::Ended(reason) => Decision::Denied(Denial::Ended(Box::new(access.clone()), reason)),
        State::Offered | State::Requested => Decision::Denied(Denial::NotActive(Box::new(access.clone()))),
        State::Active if capacity.may(question.act) => {
            Decision::Allowed(vec![Ground { post_kind, capacity, access: Some(access.clone()) }])
        }
        State::Active => Decision::Denied(Denial::ActNotAllowed(capacity)),
    }
}

fn owner(question: Question) -> Decision {
    let capacity = Capacity::Owner;
    if !capacity.may(question.act) {
        return Decision::Denied(Denial::ActNotAllowed(capacity));
    }
    let kinds = [PostKind::Public, PostKind::Private].into_iter();
    let asked = kinds.filter(|kind| question.post_kind.is_none_or(|asked| asked == *kind));
    Decision::Allowed(asked.map(|post_kind| Ground { post_kind, capacity, access: None }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
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
            create_time: NOW,
            lapse_time: NOW,
            approve_time: None,
            end_time: None,
        }
    }

    fn ask(access: &Access, act: Act, post_kind: Option<PostKind>) -> Decision {
        decide(access.reader, Question { mailbox: access.owner, act, post_kind }, Some(access))
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
        assert_eq!(ask(&active, Act::Delete, None), Decision::Denied(Denial::ActNotAllowed(Capacity::Reader)));
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
        assert_eq!(decide(stranger, question, None), Decision::Denied(Denial::NotFound));
        assert_eq!(decide(stranger, question, Some(&ended)), Decision::Denied(Denial::NotFound));
    }

    #[test]
    fn the_owner_is_let_in_without_an_access() {
        let owner = PersonId::new(NOW, &SystemRandom);
        let question = Question { mailbox: owner, act: Act::Delete, post_kind: None };
        let Decision::Allowed(grounds) = decide(owner, question, None) else { panic!("denied") };
        assert_eq!(grounds.len(), 2);
    }
}
