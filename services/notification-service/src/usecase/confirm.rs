//! Enter the code: the waiting address comes into force (N2, N8).
//!
//! Two transactions. The first counts the try and commits, whatever comes of it; then the code is compared; the second
//! uses it up. So no crash, and no crowd of calls at once, gets a try for nothing.

use crate::domain::code::{Code, TRIES};
use crate::domain::ledger::Kind;
use crate::domain::subscription::{State, Subscription};
use crate::error::Error;
use crate::service::Service;
use crate::store::subscription::{self, Opened, address_place};
use crate::store::{ledger, waiting_address};
use crate::usecase::claim::queue_of;
use crate::usecase::{Errand, Target, made_before};
use crypto::LookupHash;
use kernel::{EmailAddress, id};
use rpc::trace;
use sql::once::Repeat;
use sql::{Once, Tx, args, queue};

/// A code that was entered.
#[derive(Clone, Debug)]
pub struct Confirm {
    /// For which subscription.
    pub target: Target,
    /// The code.
    pub code: Code,
    /// The call.
    pub errand: Errand,
}

/// What the first transaction found.
enum Found {
    /// The same call succeeded before.
    DoneBefore(Subscription),
    /// A try was counted; this is what to compare with.
    Counted { address: EmailAddress, expected: LookupHash },
    /// No code can be tried: none waits, or it is expired or used up.
    NoCode,
}

/// Compares the code, and puts the address into force if it is right.
pub async fn confirm(service: &Service, confirm: Confirm) -> Result<Subscription, Error> {
    let Confirm { target, code, errand } = confirm;
    let (counting, counting_once) = (service.clone(), errand.once.clone());
    let found =
        service.db.write(move |tx| Box::pin(async move { count_try(tx, &counting, target, &counting_once).await }));
    let (address, expected) = match found.await? {
        Found::DoneBefore(subscription) => return Ok(subscription),
        Found::Counted { address, expected } => (address, expected),
        Found::NoCode => return Err(Error::CodeRefused),
    };
    // Compares in constant time.
    if code.hash(&service.keys.lookup, target.id, &address) != expected {
        return Err(Error::CodeRefused);
    }
    let service = service.clone();
    service
        .db
        .clone()
        .write(move |tx| Box::pin(async move { succeed(tx, &service, target, expected, errand).await }))
        .await
}

async fn count_try(tx: &mut Tx, service: &Service, target: Target, once: &Once) -> Result<Found, Error> {
    if let Some(subscription) = done_before(tx, service, target, once).await? {
        return Ok(Found::DoneBefore(subscription));
    }
    let subscription = target.lock(tx, service).await?.subscription;
    if subscription.state() == State::Ended {
        return Err(Error::Ended);
    }
    let Some(waiting) = subscription.waiting else { return Ok(Found::NoCode) };
    let now = tx.now().await?;
    Ok(match waiting_address::count_try(tx, target.id, TRIES, now).await? {
        Some(expected) => Found::Counted { address: waiting.address, expected },
        None => Found::NoCode,
    })
}

/// Looks whether the call was made before, and forgets the look: a try that fails is not remembered under its id.
async fn done_before(
    tx: &mut Tx,
    service: &Service,
    target: Target,
    once: &Once,
) -> Result<Option<Subscription>, Error> {
    tx.execute("SAVEPOINT look", args![]).await?;
    let repeat = once.seen(tx).await?;
    if repeat == Repeat::First {
        tx.execute("ROLLBACK TO SAVEPOINT look", args![]).await?;
    }
    match made_before(repeat)? {
        Some(_) => Ok(Some(target.find(tx, service).await?.subscription)),
        None => Ok(None),
    }
}

async fn succeed(
    tx: &mut Tx,
    service: &Service,
    target: Target,
    expected: LookupHash,
    errand: Errand,
) -> Result<Subscription, Error> {
    if made_before(errand.once.seen(tx).await?)?.is_some() {
        return Ok(target.find(tx, service).await?.subscription);
    }
    let opened = target.lock(tx, service).await?;
    let now = tx.now().await?;
    let Some(waiting) = opened.subscription.waiting.clone() else { return Err(Error::CodeRefused) };
    if !waiting_address::consume(tx, target.id, expected, now).await? {
        return Err(Error::CodeRefused);
    }
    let sealed = opened.key.seal(&address_place(target.id), waiting.address.as_str().as_bytes(), &*service.random);
    subscription::confirm(tx, target.mailbox, target.id, sealed, now).await?;
    tell_old_address(tx, service, &opened, &waiting.address).await?;
    errand.done(tx, service, target).await?;
    Ok(target.find(tx, service).await?.subscription)
}

/// Owes an e-mail to the address that was in force before, if there was another one.
async fn tell_old_address(tx: &mut Tx, service: &Service, opened: &Opened, new: &EmailAddress) -> Result<(), Error> {
    let Subscription { id: subscription, mailbox, address: Some(old), .. } = &opened.subscription else {
        return Ok(());
    };
    if old.canonical() == new.canonical() {
        return Ok(());
    }
    let now = tx.now().await?;
    let email = id::new_uuid(now, &*service.random);
    let rendered = service.composer.address_changed(email, old, now)?;
    let sealed = opened.key.seal(&ledger::email_place(email), &rendered.to_bytes(), &*service.random);
    let new = ledger::New {
        id: email,
        mailbox: *mailbox,
        subscription: *subscription,
        kind: Kind::AddressChanged,
        content: ledger::Content::Rendered(sealed),
        trace: trace::text(),
    };
    ledger::insert(tx, new, now).await?;
    Ok(queue::push(tx, queue_of(Kind::AddressChanged), email, now).await?)
}
