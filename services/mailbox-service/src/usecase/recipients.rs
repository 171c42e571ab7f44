//! The owner's Digital Post recipients (M9).

use super::admit::Admitted;
use super::{Parts, Repeatable, name_person};
use crate::domain::activity::{Actor, Entry, Kind};
use crate::domain::recipients::{After, ListedRecipient, MAX_RECIPIENTS};
use crate::error::Error;
use crate::store;
use kernel::{PageSize, Particulars, PersonId, RecipientId};
use sql::Tx;
use std::collections::HashMap;
use std::sync::Arc;

/// A recipient, and their full name as the register has it now.
pub struct View {
    /// The recipient.
    pub recipient: ListedRecipient,
    /// The name.
    pub name: String,
}

/// A page of recipients, newest first, and the last of it if there are more.
pub async fn list(
    parts: &Arc<Parts>,
    admitted: Admitted,
    after: Option<After>,
    size: PageSize,
) -> Result<(Vec<View>, Option<ListedRecipient>), Error> {
    let parts = parts.clone();
    let db = parts.db.clone();
    let mailbox = admitted.acting.mailbox;
    db.read(move |tx| {
        Box::pin(async move {
            let mut page = store::recipient::list(tx, mailbox, after, size.limit_and_one()).await?;
            let last = size.cut(&mut page).copied();
            Ok((named(&parts, tx, page).await?, last))
        })
    })
    .await
}

/// Registers the person as a recipient, or finds that they are one.
pub async fn add(
    parts: &Arc<Parts>,
    admitted: Admitted,
    particulars: Particulars,
    call: Repeatable,
) -> Result<View, Error> {
    let mailbox = admitted.acting.mailbox;
    let person = name_person::run(parts, mailbox, particulars).await?;
    if person == mailbox {
        return Err(Error::InvalidField("person", "must be another person"));
    }
    let parts = parts.clone();
    let db = parts.db.clone();
    db.write(move |tx| Box::pin(async move { register(&parts, tx, &admitted, person, &call).await })).await
}

async fn register(
    parts: &Parts,
    tx: &mut Tx,
    admitted: &Admitted,
    person: PersonId,
    call: &Repeatable,
) -> Result<View, Error> {
    let mailbox = admitted.acting.mailbox;
    store::person::lock(tx, mailbox).await?.ok_or(Error::NotFound)?;
    let repeated = call.before(tx).await?.is_some();
    let recipient = match store::recipient::of_person(tx, mailbox, person).await? {
        Some(recipient) => recipient,
        // Removed again since the first call.
        None if repeated => return Err(Error::NotFound),
        None if store::recipient::count(tx, mailbox).await? >= MAX_RECIPIENTS => return Err(Error::TooManyRecipients),
        None => {
            let create_time = tx.now().await?;
            let recipient = ListedRecipient { id: RecipientId::new(create_time, &*parts.random), person, create_time };
            store::recipient::insert(tx, mailbox, &recipient).await?;
            let added = Entry::about_mailbox(Kind::RecipientAdded, Actor::of(&admitted.acting, None));
            parts.log(tx, mailbox, &admitted.key, [added]).await?;
            recipient
        }
    };
    if !repeated {
        call.made(tx, recipient.id.as_uuid()).await?;
    }
    named(parts, tx, vec![recipient]).await?.pop().ok_or(Error::NotFound)
}

/// Removes a recipient; what was forwarded to them stays theirs.
pub async fn remove(parts: &Arc<Parts>, admitted: Admitted, id: RecipientId, call: Repeatable) -> Result<(), Error> {
    let (mailbox, parts) = (admitted.acting.mailbox, parts.clone());
    let db = parts.db.clone();
    let removed = db.write(move |tx| {
        Box::pin(async move {
            store::person::lock(tx, mailbox).await?.ok_or(Error::NotFound)?;
            if call.before(tx).await?.is_some() {
                return Ok(());
            }
            if !store::recipient::delete(tx, mailbox, id).await? {
                return Err(Error::NotFound);
            }
            call.made(tx, id.as_uuid()).await?;
            let removed = Entry::about_mailbox(Kind::RecipientRemoved, Actor::of(&admitted.acting, None));
            parts.log(tx, mailbox, &admitted.key, [removed]).await
        })
    });
    removed.await
}

/// With the names, looked up together.
async fn named(parts: &Parts, tx: &mut Tx, recipients: Vec<ListedRecipient>) -> Result<Vec<View>, Error> {
    let persons: Vec<PersonId> = recipients.iter().map(|recipient| recipient.person).collect();
    let mut names = HashMap::new();
    for row in store::person::get_many(tx, &persons).await? {
        names.insert(row.id, row.name(&row.key(&parts.keys.keyring)?)?.full());
    }
    let view = |recipient: ListedRecipient| {
        let name = names.get(&recipient.person).cloned().ok_or(Error::NotFound)?;
        Ok(View { recipient, name })
    };
    recipients.into_iter().map(view).collect()
}
