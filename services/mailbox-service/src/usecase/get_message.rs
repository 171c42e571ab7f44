//! Opening a letter (R1): its content, the mark that it is read, for everybody in every portal (P3), and the entry in the
//! log (R13).

use super::admit::Admitted;
use super::{Parts, serve};
use crate::domain::activity::{Actor, Entry, Kind};
use crate::domain::delivery::DeliveryKey;
use crate::domain::message::Letter;
use crate::domain::service::{Service, ServiceState, service};
use crate::error::Error;
use crate::store;
use kernel::MessageId;
use sql::Tx;
use std::sync::Arc;

/// Opens the letter. Opened by its owner, an unserved message for service is served thereby (M8).
pub async fn run(parts: &Arc<Parts>, admitted: Admitted, id: MessageId) -> Result<Letter, Error> {
    let parts = parts.clone();
    let db = parts.db.clone();
    db.write(move |tx| Box::pin(async move { open(&parts, tx, &admitted, id).await })).await
}

async fn open(parts: &Parts, tx: &mut Tx, admitted: &Admitted, id: MessageId) -> Result<Letter, Error> {
    let Admitted { acting, key, .. } = admitted;
    let owner = store::person::lock(tx, acting.mailbox).await?.ok_or(Error::NotFound)?;
    let mut content = store::message::get(tx, acting, id, key).await?.ok_or(Error::NotFound)?;
    match service(acting, content.summary.service) {
        Service::Withheld => return Err(Error::ServiceAcknowledgementRequired(acting.mailbox, id)),
        Service::ServesOwner => {
            serve::serve(parts, tx, acting, &owner, (&content.summary, content.sender_uuid)).await?;
            content.summary.service = Some(ServiceState::Served);
        }
        Service::Free => {}
    }
    if let Some(place) = DeliveryKey::of(&content.summary.sender, content.sender_uuid) {
        let now = tx.now().await?;
        store::delivery::opened(tx, &place, now).await?;
    }
    let mut summary = content.summary;
    let marks = !summary.is_read && acting.marks_when_reading(summary.mark);
    if marks {
        store::message::set_read(tx, acting.mailbox, &[id], true).await?;
        let mut changes = store::count::Changes::default();
        changes.mark(summary.folder, summary.mark, true);
        changes.write(tx, acting.mailbox).await?;
        summary.is_read = true;
    }
    let files = store::message_file::of(tx, acting.mailbox, id, key).await?;
    let kind = if marks { Kind::OpenedUnread } else { Kind::Opened };
    let opened = Entry::about_letter(kind, Actor::of(acting, Some(summary.mark)), summary.mark, id);
    parts.log(tx, acting.mailbox, key, [opened]).await?;
    Ok(Letter {
        summary,
        body: content.body,
        files,
        link: content.link,
        legal_basis: content.legal_basis,
        origin: content.origin,
        sender_uuid: content.sender_uuid,
        answers: content.answers,
    })
}
