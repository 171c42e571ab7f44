//! "Why can I / can't I" (rule A23): the decision of the check for a party, in words. Changes and logs nothing.

use super::recognise::Acting;
use super::{Context, Shown};
use crate::domain::Access;
use crate::domain::decision::{Decision, Denial, Question, decide};
use crate::domain::rights::Act;
use crate::domain::scope::PostKind;
use crate::error::Error;
use crate::store;
use crate::store::check::Seen;
use kernel::PersonId;
use kernel::resource::MailboxRef;

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub struct Why {
    /// About which mailbox.
    pub mailbox: MailboxRef,
    /// About which act.
    pub act: Act,
    /// Whose act; `None`: the caller's.
    pub person: Option<PersonId>,
    /// On which kind of post.
    pub post_kind: PostKind,
}

/// The answer.
#[derive(Clone, Debug)]
pub struct Explained {
    /// The decision.
    pub decision: Decision,
    /// The access that decided, as the caller sees it; `None` for the owner, and where it is not shown here.
    pub shown: Option<Shown>,
}

/// The decision about the caller, or about another person in the caller's own mailbox. Whoever is no party gets the same
/// answer as for a mailbox that does not exist (rule A2).
pub async fn explain(context: &Context, acting: Acting, why: Why) -> Result<Explained, Error> {
    let mailbox = match why.mailbox {
        MailboxRef::Own => acting.person,
        MailboxRef::Id(mailbox) => mailbox,
    };
    let actor = why.person.unwrap_or(acting.person);
    if actor != acting.person && mailbox != acting.person {
        return Err(Error::NotFound);
    }
    let mailboxes = vec![mailbox.as_uuid()];
    let read = context.db.read(|tx| Box::pin(store::check::seen(tx, mailboxes, actor, None)));
    let Seen { accesses, now, .. } = read.await?;
    let accesses: Vec<Access> = accesses.into_iter().map(|access| access.at(now)).collect();
    let question = Question { mailbox, act: why.act, post_kind: Some(why.post_kind) };
    let decision = decide(actor, question, acting.portal, &accesses);
    let access = match &decision {
        Decision::Denied(Denial::NotFound) => return Err(Error::NotFound),
        Decision::Allowed(grounds) => grounds.first().and_then(|ground| ground.access.clone()),
        Decision::Denied(Denial::Ended(access, _) | Denial::NotActive(access)) => Some((**access).clone()),
        Decision::Denied(Denial::ActNotAllowed(_, access)) => access.as_deref().cloned(),
        Decision::Denied(Denial::OnlyInOwnPortal(_)) => None,
    };
    let shown = access.map(|access| {
        let side = access.party(acting.person);
        Shown { access, side }
    });
    Ok(Explained { decision, shown })
}
