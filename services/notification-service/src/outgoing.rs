//! Events emitted: what subscribers are told in Digital Post, with the names that mailbox-service fills in, and what became
//! of forwarded letters.

use crate::domain::forward::ForwardName;
use crate::domain::subscription::Subscription;
use api::event::v1::{ForwardCompleted, Mention, NoticeRequested};
use events::{Emitter, Payload};
use kernel::{ServiceName, resource};
use sql::{Error, Tx};

/// The placeholder that the owner's name takes the place of.
const OWNER: &str = "{owner}";

const SUBJECT_DA: &str = "E-mail om ny post kan ikke sendes";
const SUBJECT_EN: &str = "E-mail about new post can't be sent";

/// Tells the subscriber that the address in force, or the only one there was, refuses e-mail, and that their
/// subscription has ended.
pub async fn subscription_bounced(tx: &mut Tx, emitter: &Emitter, subscription: &Subscription) -> Result<(), Error> {
    let body_da = "Vi kan ikke sende e-mail om ny post i {owner}s Digital Post til den adresse, du har angivet. \
                   E-mailserveren afviser den.\n\nE-mail om ny post er derfor slået fra. Du kan slå den til igen med en \
                   anden adresse på borger.dk.";
    let body_en = "We can't send e-mail about new post in the Digital Post of {owner} to the address you gave. The mail \
                   server refuses it.\n\nE-mail about new post has therefore been switched off. You can switch it on again \
                   with another address on borger.dk.";
    tell(tx, emitter, subscription, body_da, body_en).await
}

/// Tells the subscriber that the new address refuses e-mail, and that the old one stays in force.
pub async fn new_address_bounced(tx: &mut Tx, emitter: &Emitter, subscription: &Subscription) -> Result<(), Error> {
    let body_da = "Vi kan ikke sende en kode til den nye adresse, du har angivet for e-mail om ny post i {owner}s \
                   Digital Post. E-mailserveren afviser den.\n\nE-mail om ny post sendes fortsat til den hidtidige adresse. \
                   Du kan ændre adressen på borger.dk.";
    let body_en = "We can't send a code to the new address you gave for e-mail about new post in the Digital Post of \
                   {owner}. The mail server refuses it.\n\nE-mail about new post still goes to the address you had before. \
                   You can change the address on borger.dk.";
    tell(tx, emitter, subscription, body_da, body_en).await
}

/// Tells mailbox-service what became of a forwarded letter (M7).
pub async fn forward_completed(tx: &mut Tx, emitter: &Emitter, name: ForwardName, sent: bool) -> Result<(), Error> {
    let completed = ForwardCompleted { forward: name.to_string(), sent };
    emitter.emit(tx, ServiceName::Mailbox, Payload::ForwardCompleted(completed)).await
}

async fn tell(
    tx: &mut Tx,
    emitter: &Emitter,
    subscription: &Subscription,
    body_da: &str,
    body_en: &str,
) -> Result<(), Error> {
    let owner = Mention { placeholder: OWNER.to_owned(), person: resource::person(subscription.mailbox) };
    let notice = NoticeRequested {
        recipient: resource::person(subscription.subscriber),
        subject_da: SUBJECT_DA.to_owned(),
        subject_en: SUBJECT_EN.to_owned(),
        body_da: body_da.to_owned(),
        body_en: body_en.to_owned(),
        mentions: vec![owner],
        ..NoticeRequested::default()
    };
    emitter.emit(tx, ServiceName::Mailbox, Payload::NoticeRequested(notice)).await
}
