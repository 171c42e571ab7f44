//! What becomes of each letter, before anything is written.

use super::Deliverer;
use crate::domain::contact_point::{PointId, ReplyTo};
use crate::domain::delivery::{self, Delivery, MAX_FILES_BYTES, Receipt};
use crate::domain::file::Upload;
use crate::domain::message::NewMessage;
use crate::domain::post::{Mark, Sender};
use crate::error::Error;
use crate::store;
use crate::store::delivery::Delivered;
use crate::store::person::PersonRow;
use crate::usecase::Parts;
use crypto::{DataKey, LookupHash};
use kernel::{CvrNumber, MailboxId, MessageId, ReplyId, Timestamp, UploadId, resource};
use sql::Tx;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// All that the decisions need, looked up once for the whole batch.
pub(super) struct Desk<'d> {
    parts: &'d Parts,
    deliverer: &'d Deliverer,
    now: Timestamp,
    /// What was delivered before under one of the UUIDs.
    before: HashMap<Uuid, Delivered>,
    /// Whom the numbers lead to, by the number's hash; all of them locked.
    owners: HashMap<[u8; 32], PersonRow>,
    /// The authority's contact points, when one is named.
    points: HashSet<PointId>,
    /// Who wrote the letters that are answered.
    writers: HashMap<ReplyId, MailboxId>,
    /// The uploads that are named.
    uploads: HashMap<UploadId, (Upload, DataKey)>,
}

/// What becomes of a letter that is not refused.
pub(super) enum Decided<'d> {
    /// It came before: the first receipt.
    Repeated(Receipt),
    /// It is new.
    Taken(Box<Taken<'d>>),
}

/// A letter to be written.
pub(super) struct Taken<'d> {
    pub(super) delivered: Delivered,
    pub(super) message: NewMessage,
    /// The key of its mailbox.
    pub(super) key: DataKey,
    pub(super) files: Vec<&'d (Upload, DataKey)>,
}

impl<'d> Desk<'d> {
    /// Looks up what the letters need, and locks the mailboxes of those that are new.
    pub(super) async fn open(
        parts: &'d Parts,
        tx: &mut Tx,
        deliverer: &'d Deliverer,
        deliveries: &[Delivery],
    ) -> Result<Self, Error> {
        let uuids = deliveries.iter().map(|delivery| delivery.uuid).collect();
        let before = store::delivery::get_many(tx, &deliverer.system, uuids).await?;
        let before: HashMap<Uuid, Delivered> = before.into_iter().map(|first| (first.receipt.uuid, first)).collect();
        let new = deliveries.iter().filter(|delivery| !before.contains_key(&delivery.uuid));
        let owners = lock_owners(tx, new.map(|delivery| parts.cpr_hash(&delivery.cpr)).collect()).await?;
        // What is repeated in its very words needs no second look at its files, which may be gone by now.
        let unlike = |delivery: &&Delivery| {
            before.get(&delivery.uuid).is_none_or(|first| first.stated.as_slice() != delivery.stated.as_slice())
        };
        let mut named: Vec<Uuid> =
            deliveries.iter().filter(unlike).flat_map(|delivery| &delivery.files).map(|id| id.as_uuid()).collect();
        named.sort_unstable();
        named.dedup();
        let now = tx.now().await?;
        let uploads = store::upload::get_many(tx, named, deliverer.uploader, now, &parts.keys.keyring).await?;
        let new = || deliveries.iter().filter(|delivery| !before.contains_key(&delivery.uuid));
        let points = points(tx, &deliverer.system.cvr, new()).await?;
        let writers = writers(tx, &deliverer.system.cvr, new()).await?;
        Ok(Self { parts, deliverer, now, before, owners, points, writers, uploads })
    }

    /// What becomes of this letter.
    pub(super) fn decide(&'d self, delivery: &Delivery) -> Result<Decided<'d>, Error> {
        // Before all else: the first receipt stands, whatever has become of the recipient since (M2).
        match self.before.get(&delivery.uuid) {
            Some(first) if self.is_repeated(delivery, first)? => Ok(Decided::Repeated(first.receipt.clone())),
            Some(_) => Err(Error::ContentDiffers(delivery.uuid)),
            None => Ok(Decided::Taken(Box::new(self.take(delivery)?))),
        }
    }

    fn is_repeated(&self, delivery: &Delivery, first: &Delivered) -> Result<bool, Error> {
        if first.stated == delivery.stated {
            return Ok(true);
        }
        Ok(first.content == self.content(delivery, &self.files(delivery)?))
    }

    fn take(&'d self, delivery: &Delivery) -> Result<Taken<'d>, Error> {
        let wrong = delivery.times.wrong_at(self.now);
        if !wrong.is_empty() {
            return Err(Error::Untimely(wrong));
        }
        let system = &self.deliverer.system;
        if let Some(basis) = &delivery.legal_basis
            && !system.legal_bases.contains(basis)
        {
            return Err(Error::LegalBasisNotHeld(basis.clone()));
        }
        let mark = Mark::of(system).ok_or(Error::NotFound)?;
        let hash = self.parts.cpr_hash(&delivery.cpr);
        let owner = self.owners.get(hash.as_bytes()).ok_or(Error::RecipientNotRegistered)?;
        owner.recipient().takes(mark, delivery.legal_basis.is_some())?;
        let files = self.files(delivery)?;
        let ahead = delivery.times.visible_from.filter(|time| *time > self.now);
        let receipt = Receipt {
            uuid: delivery.uuid,
            mailbox: owner.id,
            message: MessageId::new(self.now, &*self.parts.random),
            accept_time: self.now,
            visible_from: delivery.times.visible_from,
            available_time: ahead.is_none().then_some(self.now),
            first_open_time: None,
            served_time: None,
            withdraw_time: None,
            returned: None,
        };
        let message = NewMessage {
            id: receipt.message,
            mailbox: owner.id,
            mark,
            sender: Sender::of(system),
            sender_uuid: Some(delivery.uuid),
            subject: delivery.subject.clone(),
            body: delivery.body.clone(),
            link: None,
            legal_basis: delivery.legal_basis.clone(),
            for_service: delivery.for_service,
            origin: None,
            reply_to: self.reply_to(delivery)?,
            answers: self.answers(delivery, owner.id)?,
            sent_to: None,
            file_count: i64::try_from(files.len()).unwrap_or(i64::MAX),
            files_size: files.iter().map(|(upload, _)| upload.size).sum(),
            available_time: ahead.unwrap_or(self.now),
            is_ahead: ahead.is_some(),
        };
        let content = self.content(delivery, &files).to_vec();
        let delivered = Delivered { receipt, stated: delivery.stated.to_vec(), content };
        Ok(Taken { delivered, message, key: owner.key(&self.parts.keys.keyring)?, files })
    }

    /// The sender's own uploads that the letter names, within the limit on all of them together (M3).
    fn files(&'d self, delivery: &Delivery) -> Result<Vec<&'d (Upload, DataKey)>, Error> {
        let file = |id: &UploadId| self.uploads.get(id).ok_or(Error::UploadNotFound(*id));
        let files = delivery.files.iter().map(file).collect::<Result<Vec<_>, _>>()?;
        let size: i64 = files.iter().map(|(upload, _)| upload.size).sum();
        if size > MAX_FILES_BYTES { Err(Error::FileTooLarge(MAX_FILES_BYTES)) } else { Ok(files) }
    }

    /// Where the letter can be answered: one of the authority's own contact points.
    fn reply_to(&self, delivery: &Delivery) -> Result<Option<ReplyTo>, Error> {
        let Some(point) = &delivery.reply_point else { return Ok(None) };
        let own = point.cvr == self.deliverer.system.cvr && self.points.contains(&point.id);
        let by = delivery.times.reply_by;
        if own { Ok(Some(ReplyTo { point: point.clone(), by })) } else { Err(Error::NotFound) }
    }

    /// The letter that is answered, by its name in the mailbox of the one who wrote it. Whoever reads somebody else's post
    /// writes in their own affairs: nobody else is told of it.
    fn answers(&self, delivery: &Delivery, owner: MailboxId) -> Result<Option<String>, Error> {
        let Some(answered) = &delivery.answers else { return Ok(None) };
        let own = answered.cvr == self.deliverer.system.cvr && self.writers.get(&answered.id) == Some(&owner);
        let name = resource::message(owner, MessageId::from(answered.id.as_uuid()));
        if own { Ok(Some(name)) } else { Err(Error::NotFound) }
    }

    fn content(&self, delivery: &Delivery, files: &[&(Upload, DataKey)]) -> [u8; 32] {
        let files = files.iter().map(|(upload, _)| (upload.name.as_str(), upload.sha256.as_slice()));
        self.parts.content_hash(&delivery::content(&delivery.words, files))
    }
}

/// The authority's contact points, if any of the letters names one.
async fn points<'d>(
    tx: &mut Tx,
    cvr: &CvrNumber,
    mut letters: impl Iterator<Item = &'d Delivery> + Send,
) -> Result<HashSet<PointId>, Error> {
    if letters.all(|delivery| delivery.reply_point.is_none()) {
        return Ok(HashSet::new());
    }
    Ok(store::contact_point::of(tx, cvr).await?.into_iter().map(|point| point.name.id).collect())
}

/// Who wrote the letters that these answer.
async fn writers<'d>(
    tx: &mut Tx,
    cvr: &CvrNumber,
    letters: impl Iterator<Item = &'d Delivery> + Send,
) -> Result<HashMap<ReplyId, MailboxId>, Error> {
    let answered = letters.filter_map(|delivery| delivery.answers.as_ref()).map(|name| name.id.as_uuid()).collect();
    Ok(store::reply::writers(tx, cvr, answered).await?)
}

/// The mailboxes that the numbers lead to, by the number's hash, locked in one order.
async fn lock_owners(tx: &mut Tx, hashes: Vec<LookupHash>) -> Result<HashMap<[u8; 32], PersonRow>, Error> {
    let found = store::person::find_many(tx, &hashes).await?;
    let ids = found.iter().map(|(_, owner)| owner.id.as_uuid()).collect();
    let locked = store::person::lock_many(tx, ids).await?;
    let locked: HashMap<MailboxId, PersonRow> = locked.into_iter().map(|owner| (owner.id, owner)).collect();
    let owner =
        |(hash, owner): (Vec<u8>, PersonRow)| Some((<[u8; 32]>::try_from(hash).ok()?, locked.get(&owner.id)?.clone()));
    Ok(found.into_iter().filter_map(owner).collect())
}
