//! The decision who may do what, on what is stored at this moment (rules A5, A6, A9, A20, R1-R14). One query, and
//! nothing written.

use super::Context;
use super::recognise::cpr_hash;
use crate::domain::Access;
use crate::domain::decision::{Decision, Denial, Question, decide};
use crate::error::Error;
use crate::store::{self, check::Seen};
use kernel::{MailboxId, PersonId, User};
use std::collections::BTreeSet;

/// Decides `questions` about `actor`, whom mailbox-service has resolved from the token of `user`, in their order.
pub async fn check(
    context: &Context,
    user: &User,
    actor: PersonId,
    questions: Vec<Question>,
) -> Result<Vec<Decision>, Error> {
    let User::Citizen(citizen) = user else {
        // A caseworker never sees letters.
        return Ok(refused(&questions));
    };
    let hash = cpr_hash(&context.lookup, &citizen.cpr);
    let mailboxes: BTreeSet<MailboxId> = questions.iter().map(|question| question.mailbox).collect();
    let mailboxes = mailboxes.into_iter().map(PersonId::as_uuid).collect();
    let read =
        context.db.read(|tx| Box::pin(async move { store::check::seen(tx, mailboxes, actor, Some(&hash)).await }));
    let Seen { known, accesses, now } = read.await?;
    if known.is_some_and(|person| person != actor) {
        tracing::error!("the actor of a check is not the person of the token");
        return Ok(refused(&questions));
    }
    let accesses: Vec<Access> = accesses.into_iter().map(|access| access.at(now)).collect();
    Ok(questions.into_iter().map(|question| decide(actor, question, citizen.portal, &accesses)).collect())
}

fn refused(questions: &[Question]) -> Vec<Decision> {
    questions.iter().map(|_| Decision::Denied(Denial::NotFound)).collect()
}
