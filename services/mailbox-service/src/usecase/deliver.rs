//! Delivering one letter to one mailbox (M1, M2, M3, A17).

use super::{Parts, get_receipt};
use crate::domain::delivery::{Delivery, DeliveryKey, MAX_FILES_BYTES, Receipt};
use crate::domain::file::Upload;
use crate::domain::message::{AttachedFile, NewMessage};
use crate::domain::post::{Mark, Sender};
use crate::domain::service::ServiceRecord;
use crate::error::Error;
use crate::store;
use crypto::DataKey;
use kernel::{MessageId, SenderSystem, Timestamp};
use sql::Tx;
use std::sync::Arc;

/// Delivers the letter, or returns the receipt of its first delivery. `uploader` is the keyed hash of the sender.
pub async fn run(
    parts: &Arc<Parts>,
    system: SenderSystem,
    uploader: [u8; 32],
    delivery: Delivery,
) -> Result<(Receipt, Option<ServiceRecord>), Error> {
    let parts = parts.clone();
    let db = parts.db.clone();
    db.write(move |tx| {
        Box::pin(async move {
            let receipt = deliver(&parts, tx, &system, uploader, delivery).await?;
            let record = get_receipt::record_of(&parts, tx, &receipt).await?;
            Ok((receipt, record))
        })
    })
    .await
}

async fn deliver(
    parts: &Parts,
    tx: &mut Tx,
    system: &SenderSystem,
    uploader: [u8; 32],
    delivery: Delivery,
) -> Result<Receipt, Error> {
    let place = DeliveryKey::new(system, delivery.uuid);
    // Before all else: the first receipt stands, whatever has become of the recipient since (M2).
    if let Some(first) = first_receipt(tx, &place, &delivery).await? {
        return Ok(first);
    }
    if let Some(basis) = &delivery.legal_basis
        && !system.legal_bases.contains(basis)
    {
        return Err(Error::LegalBasisNotHeld(basis.clone()));
    }
    let mark = Mark::of(system).ok_or(Error::NotFound)?;
    let found = store::person::find(tx, &parts.cpr_hash(&delivery.cpr)).await?;
    let found = found.ok_or(Error::RecipientNotRegistered)?;
    let owner = store::person::lock(tx, found.id).await?.ok_or(Error::RecipientNotRegistered)?;
    owner.recipient().takes(mark, delivery.legal_basis.is_some())?;
    let now = tx.now().await?;
    let receipt = Receipt {
        uuid: delivery.uuid,
        mailbox: owner.id,
        message: MessageId::new(now, &*parts.random),
        accept_time: now,
        available_time: now,
        first_open_time: None,
        served_time: None,
    };
    if !store::delivery::insert(tx, &place, delivery.content, &receipt).await? {
        // Another call with the same UUID has just committed.
        return first_receipt(tx, &place, &delivery).await?.ok_or(Error::ConcurrentChange);
    }
    let files = take_uploads(parts, tx, uploader, &delivery, now).await?;
    let key = owner.key(&parts.keys.keyring)?;
    let message = NewMessage {
        id: receipt.message,
        mailbox: owner.id,
        mark,
        sender: Sender::of(system),
        sender_uuid: Some(delivery.uuid),
        subject: delivery.subject,
        body: delivery.body,
        link: None,
        legal_basis: delivery.legal_basis,
        for_service: delivery.for_service,
        file_count: i64::try_from(files.len()).unwrap_or(i64::MAX),
        files_size: files.iter().map(|(upload, _)| upload.size).sum(),
        available_time: now,
    };
    parts.put(tx, &message, &key).await?;
    attach(parts, tx, &message, files, &key).await?;
    Ok(receipt)
}

/// The receipt of an earlier delivery under the same UUID, which must have been the same letter.
async fn first_receipt(tx: &mut Tx, place: &DeliveryKey, delivery: &Delivery) -> Result<Option<Receipt>, Error> {
    match store::delivery::get(tx, place).await? {
        Some((receipt, content)) if content == delivery.content => Ok(Some(receipt)),
        Some(_) => Err(Error::ContentDiffers(delivery.uuid)),
        None => Ok(None),
    }
}

/// The sender's own uploads that the letter names, within the limit on all of them together (M3).
async fn take_uploads(
    parts: &Parts,
    tx: &mut Tx,
    uploader: [u8; 32],
    delivery: &Delivery,
    now: Timestamp,
) -> Result<Vec<(Upload, DataKey)>, Error> {
    let mut taken = Vec::with_capacity(delivery.files.len());
    // At most ten.
    for id in &delivery.files {
        let upload = store::upload::get(tx, *id, uploader, now, &parts.keys.keyring).await?;
        taken.push(upload.ok_or(Error::UploadNotFound(*id))?);
    }
    let size: i64 = taken.iter().map(|(upload, _)| upload.size).sum();
    if size > MAX_FILES_BYTES { Err(Error::FileTooLarge(MAX_FILES_BYTES)) } else { Ok(taken) }
}

/// Writes the files of the letter, each with its key wrapped for this mailbox. The first is the main document.
async fn attach(
    parts: &Parts,
    tx: &mut Tx,
    message: &NewMessage,
    files: Vec<(Upload, DataKey)>,
    key: &DataKey,
) -> Result<(), Error> {
    for (ordinal, (upload, file_key)) in (0..).zip(files) {
        let file = AttachedFile {
            id: upload.file,
            name: upload.name,
            media_type: upload.media_type,
            size: upload.size,
            sha256: upload.sha256,
            is_main: ordinal == 0,
        };
        let (mailbox, id) = (message.mailbox, message.id);
        store::message_file::insert(tx, mailbox, id, ordinal, &file, &file_key, key, &*parts.random).await?;
    }
    Ok(())
}
