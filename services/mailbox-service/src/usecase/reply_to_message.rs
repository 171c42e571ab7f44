//! An answer to a letter: always from the mailbox, and in the name, of the one who writes it (P7, R9).

use super::admit::Admitted;
use super::named::missing;
use super::write_letter::{self, Written};
use super::{Parts, Repeatable};
use crate::domain::acting::Act;
use crate::domain::message::Summary;
use crate::domain::service::is_withheld;
use crate::domain::writing::{Answered, Draft, Writer, answer_subject};
use crate::error::Error;
use crate::store;
use kernel::MessageId;
use sql::Tx;
use std::sync::Arc;

/// Where the letter lies, and where the answer leaves from; the same for an owner.
pub struct Desks {
    /// Who answers, as they see the letter.
    pub letter: Admitted,
    /// Their own mailbox.
    pub own: Admitted,
}

/// Answers the letter; the answer as it lies in the sent folder.
pub async fn run(
    parts: &Arc<Parts>,
    desks: Desks,
    writer: Writer,
    letter: MessageId,
    draft: Draft,
    call: Repeatable,
) -> Result<Summary, Error> {
    write_letter::may_write(&desks.own.acting)?;
    let parts = parts.clone();
    let db = parts.db.clone();
    db.write(move |tx| Box::pin(async move { answer(&parts, tx, &desks, &writer, (letter, draft), &call).await })).await
}

async fn answer(
    parts: &Parts,
    tx: &mut Tx,
    desks: &Desks,
    writer: &Writer,
    (id, draft): (MessageId, Draft),
    call: &Repeatable,
) -> Result<Summary, Error> {
    if let Some(first) = call.before(tx).await? {
        return write_letter::shown(tx, &desks.own, MessageId::from(first)).await;
    }
    let Admitted { acting, key, .. } = &desks.letter;
    let Some(letter) = store::message::get(tx, acting, id, key).await? else {
        return Err(missing(tx, acting, id, Act::Reply).await?);
    };
    // The owner who answers unread is not served thereby: an answer shows nothing of the letter (M8).
    if is_withheld(acting, letter.summary.service) {
        return Err(Error::ServiceAcknowledgementRequired(acting.mailbox, id));
    }
    let impossible = || Error::ReplyNotPossible(acting.mailbox, id);
    let now = tx.now().await?;
    let reply_to = letter.summary.reply_to.filter(|reply| reply.is_open(now)).ok_or_else(impossible)?;
    let point = store::contact_point::get(tx, &reply_to.point).await?.ok_or_else(impossible)?;
    let Draft { subject, body, uploads } = draft;
    let subject = subject.unwrap_or_else(|| answer_subject(&letter.summary.subject));
    let answered = Answered { mailbox: acting.mailbox, message: id, sender_uuid: letter.sender_uuid };
    let written = Written { point, subject, body, uploads, answers: Some(answered) };
    let id = write_letter::write(parts, tx, &desks.own, writer, written).await?;
    call.made(tx, id.as_uuid()).await?;
    write_letter::shown(tx, &desks.own, id).await
}
