//! New post from a citizen to a contact point of an authority (P7, R8).

use super::admit::Admitted;
use super::write_letter::{self, Written};
use super::{Parts, Repeatable};
use crate::domain::contact_point::PointName;
use crate::domain::message::Summary;
use crate::domain::writing::{Draft, Writer};
use crate::error::Error;
use crate::store;
use kernel::MessageId;
use sql::Tx;
use std::sync::Arc;

/// Sends the letter; as it lies in the sent folder.
pub async fn run(
    parts: &Arc<Parts>,
    own: Admitted,
    writer: Writer,
    point: PointName,
    draft: Draft,
    call: Repeatable,
) -> Result<Summary, Error> {
    write_letter::may_write(&own.acting)?;
    let parts = parts.clone();
    let db = parts.db.clone();
    db.write(move |tx| Box::pin(async move { send(&parts, tx, &own, &writer, (point, draft), &call).await })).await
}

async fn send(
    parts: &Parts,
    tx: &mut Tx,
    own: &Admitted,
    writer: &Writer,
    (point, draft): (PointName, Draft),
    call: &Repeatable,
) -> Result<Summary, Error> {
    if let Some(first) = call.before(tx).await? {
        return write_letter::shown(tx, own, MessageId::from(first)).await;
    }
    let point = store::contact_point::get(tx, &point).await?.ok_or(Error::NotFound)?;
    if !point.accepts_new_post {
        return Err(Error::TakesRepliesOnly);
    }
    let Draft { subject, body, uploads } = draft;
    let letter = Written { point, subject: subject.unwrap_or_default(), body, uploads, answers: None };
    let id = write_letter::write(parts, tx, own, writer, letter).await?;
    call.made(tx, id.as_uuid()).await?;
    write_letter::shown(tx, own, id).await
}
