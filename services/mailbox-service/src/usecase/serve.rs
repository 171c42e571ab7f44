//! Serving a message: the one record, its notice to the owner, and the sender's receipt (R12, M8).

use super::{Parts, put_notice};
use crate::domain::acting::Acting;
use crate::domain::activity::{Actor, Entry, Kind};
use crate::domain::delivery::DeliveryKey;
use crate::domain::message::Summary;
use crate::domain::post::Mark;
use crate::domain::service::{Service, ServiceRecord, service};
use crate::error::Error;
use crate::store;
use crate::store::message::Placed;
use crate::store::person::PersonRow;
use kernel::MessageId;
use sql::Tx;
use uuid::Uuid;

/// Serves a message that is unserved, on behalf of the owner of a locked mailbox, to whoever acts: all of it in the
/// transaction of the act that serves.
pub(crate) async fn serve(
    parts: &Parts,
    tx: &mut Tx,
    acting: &Acting,
    owner: &PersonRow,
    (letter, sender_uuid): (&Summary, Option<Uuid>),
) -> Result<ServiceRecord, Error> {
    let key = owner.key(&parts.keys.keyring)?;
    let owner_name = owner.name(&key)?.full();
    let record = ServiceRecord {
        mailbox: acting.mailbox,
        message: letter.id,
        served_name: served_name(parts, tx, acting, &owner_name).await?,
        owner_name,
        served_person: acting.actor,
        capacity: acting.capacity_for(letter.mark),
        portal: acting.portal,
        serve_time: tx.now().await?,
    };
    store::service_record::insert(tx, &record, &key, &*parts.random).await?;
    store::message::set_served(tx, acting.mailbox, letter.id).await?;
    if let Some(place) = DeliveryKey::of(&letter.sender, sender_uuid) {
        store::delivery::served(tx, &place, record.serve_time).await?;
    }
    let served = Entry::about_letter(Kind::Served, Actor::of(acting, Some(letter.mark)), letter.mark, letter.id);
    parts.log(tx, acting.mailbox, &key, [served]).await?;
    let text = record.notice(&letter.sender.name, &letter.subject);
    let notice = put_notice::message(parts, acting.mailbox, Mark::Own, text, record.serve_time);
    parts.put(tx, &[(notice, key)]).await?;
    Ok(record)
}

/// Serves the owner those of the letters that are unserved: what the owner moves or deletes they are served (M8). So an
/// unserved one never lies elsewhere than in the inbox, and neither the end of a folder nor of a time in the bin meets any.
pub(crate) async fn serve_all(
    parts: &Parts,
    tx: &mut Tx,
    acting: &Acting,
    owner: &PersonRow,
    letters: impl Iterator<Item = &Placed>,
) -> Result<(), Error> {
    let serving = letters.filter(|letter| service(acting, letter.service) == Service::ServesOwner);
    let serving: Vec<MessageId> = serving.map(|letter| letter.id).collect();
    if serving.is_empty() {
        return Ok(());
    }
    let key = owner.key(&parts.keys.keyring)?;
    // One by one: they are few, and each has its own record, notice and receipt.
    for letter in store::message::unserved(tx, acting.mailbox, &serving, &key).await? {
        serve(parts, tx, acting, owner, (&letter.summary, letter.sender_uuid)).await?;
    }
    Ok(())
}

/// The full name of whoever acts.
async fn served_name(parts: &Parts, tx: &mut Tx, acting: &Acting, owner_name: &str) -> Result<String, Error> {
    if acting.is_owner() {
        return Ok(owner_name.to_owned());
    }
    let reader = store::person::get(tx, acting.actor).await?.ok_or(Error::CallerHasNoDigitalPost)?;
    Ok(reader.name(&reader.key(&parts.keys.keyring)?)?.full())
}
