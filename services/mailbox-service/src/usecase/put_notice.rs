//! A message of the suite in a person's Digital Post, names filled in (A4, A7, A21).

use super::Parts;
use crate::domain::message::NewMessage;
use crate::domain::notice::Notice;
use crate::domain::post::{Mark, Sender};
use crate::error::Error;
use crate::store;
use kernel::{MailboxId, MessageId, PersonId, Timestamp};
use sql::Tx;
use std::collections::HashMap;

/// Puts the notice into the recipient's inbox, in the transaction that takes in the event. A closed mailbox gets none.
pub async fn run(parts: &Parts, tx: &mut Tx, notice: Notice) -> Result<(), Error> {
    let owner = store::person::lock(tx, notice.recipient).await?.ok_or(Error::NotFound)?;
    if owner.close_time.is_some() {
        return Ok(());
    }
    let names = names(parts, tx, &notice).await?;
    let now = tx.now().await?;
    let text = (notice.subject(&names), notice.body(&names));
    let message = NewMessage { link: notice.link, ..message(parts, owner.id, notice.mark, text, now) };
    let key = owner.key(&parts.keys.keyring)?;
    parts.put(tx, &[(message, key)]).await
}

/// A message of the suite, without a link: subject and body.
pub(crate) fn message(
    parts: &Parts,
    mailbox: MailboxId,
    mark: Mark,
    (subject, body): (String, String),
    now: Timestamp,
) -> NewMessage {
    NewMessage {
        id: MessageId::new(now, &*parts.random),
        mailbox,
        mark,
        sender: Sender::digital_post(),
        sender_uuid: None,
        subject,
        body,
        link: None,
        legal_basis: None,
        for_service: false,
        origin: None,
        reply_to: None,
        answers: None,
        sent_to: None,
        file_count: 0,
        files_size: 0,
        available_time: now,
        is_ahead: false,
    }
}

/// The full names of those mentioned, every one of whom must be known.
async fn names(parts: &Parts, tx: &mut Tx, notice: &Notice) -> Result<HashMap<PersonId, String>, Error> {
    let mentioned: Vec<PersonId> = notice.mentions.iter().map(|(_, person)| *person).collect();
    let mut names = HashMap::new();
    for row in store::person::get_many(tx, &mentioned).await? {
        names.insert(row.id, row.name(&row.key(&parts.keys.keyring)?)?.full());
    }
    if mentioned.iter().all(|person| names.contains_key(person)) { Ok(names) } else { Err(Error::NotFound) }
}
