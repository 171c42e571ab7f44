//! Forwarding a letter with its files: to an e-mail address, or as a copy into another mailbox (M7, R5, A20).

use super::admit::Admitted;
use super::named::missing;
use super::{Parts, Repeatable, name_person, serve};
use crate::domain::acting::{Act, Acting};
use crate::domain::activity::{Actor, Entry, Kind};
use crate::domain::forward::{Forward, Origin, State, Target};
use crate::domain::message::NewMessage;
use crate::domain::post::Sender;
use crate::domain::service::{Service, service};
use crate::error::Error;
use crate::store;
use crate::store::message::Content;
use crate::store::message_file::NewFile;
use crate::store::person::PersonRow;
use crate::store::tally;
use kernel::{EmailAddress, ForwardId, MailboxId, MessageId, ServiceName};
use sql::Tx;
use std::sync::Arc;

/// A letter on its way out, as its forwarder says it.
pub struct Forwarding {
    /// Which letter.
    pub message: MessageId,
    /// Where to.
    pub target: Target,
    /// What goes with it; may be empty.
    pub comment: String,
}

/// Where the letter goes, once the person is found.
enum Destination {
    Email(EmailAddress),
    /// A mailbox, and the field that named it.
    Mailbox(MailboxId, &'static str),
}

/// Forwards the letter.
pub async fn run(
    parts: &Arc<Parts>,
    admitted: Admitted,
    forwarding: Forwarding,
    call: Repeatable,
) -> Result<Forward, Error> {
    let Forwarding { message, target, comment } = forwarding;
    let destination = destination(parts, &admitted.acting, target).await?;
    let parts = parts.clone();
    let db = parts.db.clone();
    db.write(move |tx| {
        Box::pin(async move {
            let job = Job { parts: &parts, admitted: &admitted, message, comment };
            job.run(tx, destination, &call).await
        })
    })
    .await
}

/// Who is meant. Before the transaction: a miss is counted even though the call is refused (A2).
async fn destination(parts: &Arc<Parts>, acting: &Acting, target: Target) -> Result<Destination, Error> {
    Ok(match target {
        Target::Email(address) => Destination::Email(address),
        Target::OwnMailbox => Destination::Mailbox(acting.actor, "own_mailbox"),
        Target::Person(particulars) => {
            Destination::Mailbox(name_person::run(parts, acting.actor, particulars).await?, "person")
        }
        Target::Recipient(list, id) => {
            let own = acting.actor;
            if !list.is(own) {
                return Err(Error::NotFound);
            }
            let found = parts.db.read(move |tx| Box::pin(async move { store::recipient::get(tx, own, id).await }));
            Destination::Mailbox(found.await?.ok_or(Error::NotFound)?.person, "recipient")
        }
    })
}

struct Job<'p> {
    parts: &'p Parts,
    admitted: &'p Admitted,
    message: MessageId,
    comment: String,
}

impl Job<'_> {
    async fn run(self, tx: &mut Tx, destination: Destination, call: &Repeatable) -> Result<Forward, Error> {
        let Admitted { acting, key, .. } = self.admitted;
        if let Some(first) = call.before(tx).await? {
            let first = store::forward::get(tx, acting.mailbox, ForwardId::from(first), key).await?;
            return first.ok_or(Error::NotFound);
        }
        self.count(tx).await?;
        let (owner, recipient) = self.lock(tx, &destination).await?;
        let Some(mut letter) = store::message::get(tx, acting, self.message, key).await? else {
            return Err(missing(tx, acting, self.message, Act::Forward).await?);
        };
        match service(acting, letter.summary.service) {
            Service::Withheld => return Err(Error::ServiceAcknowledgementRequired(acting.mailbox, self.message)),
            // Forwarding opens it (M8).
            Service::ServesOwner => {
                serve::serve(self.parts, tx, acting, &owner, (&letter.summary, letter.sender_uuid)).await?;
            }
            Service::Free => {}
        }
        let forward = self.forward(tx, &letter, &destination).await?;
        store::forward::insert(tx, &forward, key, &*self.parts.random).await?;
        match recipient {
            None => {
                self.fits_into_email(&letter)?;
                let payload = crate::outgoing::forward_requested(&forward);
                self.parts.emitter.emit(tx, ServiceName::Notification, payload).await?;
            }
            // Whoever is exempt takes what they forward themselves, and nobody else's public post (X3).
            Some(recipient) if !self.takes(&recipient, &letter) => return Err(Error::PersonNotMatched),
            Some(recipient) => self.copy(tx, &forward, &mut letter, &recipient).await?,
        }
        call.made(tx, forward.id.as_uuid()).await?;
        let (mark, actor) = (forward.mark, Actor::of(acting, Some(forward.mark)));
        let forwarded = Entry::about_letter(Kind::Forwarded, actor, mark, forward.message);
        self.parts.log(tx, acting.mailbox, key, [forwarded]).await?;
        Ok(forward)
    }

    /// Counts the forwarding among the forwarder's, if there may be another. Nobody else counts theirs until the transaction ends,
    /// so the limits hold exactly.
    async fn count(&self, tx: &mut Tx) -> Result<(), Error> {
        let parts = self.parts;
        let subject = parts.keys.lookup.hash("forward/person", &[self.admitted.acting.actor.as_uuid().as_bytes()]);
        sql::turn::take(tx, &[*subject.as_bytes()]).await?;
        if let Some(wait) = tally::wait(tx, &subject, &parts.config.forward_limits()).await? {
            return Err(Error::ForwardLimit(wait));
        }
        Ok(tally::count(tx, &subject, &*parts.random).await?)
    }

    /// Locks the letter's mailbox and the one it goes to, always in the order of their ids, so that two that forward to each
    /// other don't wait for each other. Somebody who takes no post gets the answer of A2.
    async fn lock(&self, tx: &mut Tx, destination: &Destination) -> Result<(PersonRow, Option<PersonRow>), Error> {
        let from = self.admitted.acting.mailbox;
        let Destination::Mailbox(to, field) = destination else {
            return Ok((store::person::lock(tx, from).await?.ok_or(Error::NotFound)?, None));
        };
        if *to == from {
            return Err(Error::InvalidField(field, "must not be where the letter lies already"));
        }
        let mut rows = Vec::with_capacity(2);
        for mailbox in [from.min(*to), from.max(*to)] {
            rows.push(store::person::lock(tx, mailbox).await?.ok_or(Error::NotFound)?);
        }
        if rows[0].id != from {
            rows.reverse();
        }
        let (recipient, owner) = (rows.pop(), rows.pop());
        let owner = owner.ok_or(Error::NotFound)?;
        let recipient = recipient.ok_or(Error::NotFound)?;
        if recipient.close_time.is_some() {
            return Err(Error::PersonNotMatched);
        }
        Ok((owner, Some(recipient)))
    }

    fn takes(&self, recipient: &PersonRow, letter: &Content) -> bool {
        recipient.id == self.admitted.acting.actor || recipient.recipient().takes(letter.summary.mark, false).is_ok()
    }

    async fn forward(&self, tx: &mut Tx, letter: &Content, destination: &Destination) -> Result<Forward, Error> {
        let acting = &self.admitted.acting;
        let accept_time = tx.now().await?;
        let (state, address) = match destination {
            Destination::Email(address) => (State::Due, Some(address.clone())),
            Destination::Mailbox(..) => (State::Delivered, None),
        };
        Ok(Forward {
            mailbox: acting.mailbox,
            id: ForwardId::new(accept_time, &*self.parts.random),
            message: self.message,
            mark: letter.summary.mark,
            forwarded_by: acting.actor,
            state,
            address,
            comment: self.comment.clone(),
            accept_time,
        })
    }

    fn fits_into_email(&self, letter: &Content) -> Result<(), Error> {
        let limit = self.parts.config.max_forward_bytes;
        let text = i64::try_from(letter.body.len()).unwrap_or(i64::MAX);
        if letter.summary.files_size.saturating_add(text) > limit { Err(Error::ForwardTooLarge(limit)) } else { Ok(()) }
    }

    /// Puts a copy into the recipient's mailbox, in the forwarder's name, with the original's mark (P5). Its files are the same
    /// ones, each with its key wrapped once more.
    async fn copy(
        &self,
        tx: &mut Tx,
        forward: &Forward,
        letter: &mut Content,
        recipient: &PersonRow,
    ) -> Result<(), Error> {
        let (parts, key) = (self.parts, recipient.key(&self.parts.keys.keyring)?);
        let forwarder = store::person::get(tx, forward.forwarded_by).await?.ok_or(Error::NotFound)?;
        let forwarder = forwarder.name(&forwarder.key(&parts.keys.keyring)?)?.full();
        let summary = &letter.summary;
        let origin = Origin {
            mailbox: forward.mailbox,
            message: forward.message,
            sender: summary.sender.clone(),
            available_time: summary.available_time,
            forwarded_by: forwarder.clone(),
            comment: forward.comment.clone(),
        };
        let copy = NewMessage {
            id: MessageId::new(forward.accept_time, &*parts.random),
            mailbox: recipient.id,
            mark: summary.mark,
            sender: Sender::person(forwarder),
            sender_uuid: None,
            subject: summary.subject.clone(),
            body: std::mem::take(&mut letter.body),
            link: letter.link.take(),
            legal_basis: None,
            for_service: false,
            origin: Some(origin),
            reply_to: None,
            answers: None,
            sent_to: None,
            file_count: summary.file_count,
            files_size: summary.files_size,
            is_ahead: false,
            available_time: forward.accept_time,
        };
        let own = &self.admitted.key;
        let files = store::message_file::all_with_keys(tx, forward.mailbox, forward.message, own).await?;
        let (mailbox, message) = (copy.mailbox, copy.id);
        let copies = (0..).zip(&files).map(|(ordinal, (file, file_key))| {
            let file = file.clone();
            NewFile { mailbox, message, ordinal, file, file_key, key: &key }
        });
        store::message_file::insert_many(tx, copies.collect(), &*parts.random).await?;
        parts.put(tx, &[(copy, key)]).await
    }
}
