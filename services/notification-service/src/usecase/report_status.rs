//! Take in what a mail server tells of an e-mail after it had taken it (N5, N9).

use crate::domain::bounce::{self, Bounce};
use crate::domain::delivery_status::{Action, DeliveryStatus, Reported};
use crate::domain::forward::ForwardName;
use crate::domain::ledger::{Kind, State};
use crate::domain::subscription::Subscription;
use crate::error::Error;
use crate::outgoing;
use crate::service::Service;
use crate::store::returned::{self, Returned};
use crate::store::{ledger, subscription};
use crate::usecase::claim::queue_of;
use crate::usecase::count_letters::owe_letters;
use crate::usecase::settle::bounced;
use kernel::ForwardId;
use sql::once::Repeat;
use sql::{Error as SqlError, Once, Tx, queue};
use uuid::Uuid;

/// An e-mail, and what was said of it; nothing where it is none of ours, or nothing that can be read.
pub type About = Option<(Uuid, DeliveryStatus)>;

/// Takes in what was said of an e-mail. A failure for good ends its subscription and is told to the subscriber, or to
/// the forwarder of a letter; the second time it changes nothing.
pub async fn report_status(service: &Service, about: About, once: Once) -> Result<Reported, Error> {
    let service = service.clone();
    service.db.clone().write(move |tx| Box::pin(async move { run(tx, &service, about, once).await })).await
}

async fn run(tx: &mut Tx, service: &Service, about: About, once: Once) -> Result<Reported, Error> {
    match once.seen_answer(tx).await? {
        Repeat::First => {}
        Repeat::Of(word) => {
            return Reported::from_word(&word)
                .ok_or_else(|| SqlError::corrupt("request.result", "unknown word").into());
        }
        Repeat::Reused => return Err(Error::RequestIdReused),
    }
    let reported = match about {
        Some((id, said)) => take(tx, service, id, said).await?,
        None => Reported::Ignored,
    };
    once.answered(tx, reported.as_str().as_bytes()).await?;
    Ok(reported)
}

async fn take(tx: &mut Tx, service: &Service, id: Uuid, said: DeliveryStatus) -> Result<Reported, Error> {
    let Some(found) = returned::find(tx, id).await? else { return Ok(Reported::Ignored) };
    // The subscription first, then the queue, then the ledger: the order of every transaction here.
    let opened = match found.subscription {
        Some(id) => subscription::lock(tx, &service.keys.keyring, found.mailbox, id).await?,
        None => None,
    };
    let Some(email) = returned::lock(tx, id).await? else { return Ok(Reported::Ignored) };
    let fails = match email.kind {
        Kind::Forward => said.action == Action::Failed,
        _ => said.gives_address_up(),
    };
    match email.state {
        State::Failed => return Ok(if fails { Reported::Failed } else { Reported::Noted }),
        State::Dropped => return Ok(Reported::Noted),
        State::Owed | State::Sending | State::Sent | State::Parked => {}
    }
    if !fails {
        note(id, email, said);
        returned::note(tx, id, &said.status.to_string()).await?;
        return Ok(Reported::Noted);
    }
    fail(tx, id, email, said).await?;
    if let Some(opened) = opened {
        follow(tx, service, id, email, &opened.subscription).await?;
    } else {
        let name = ForwardName { mailbox: email.mailbox, id: ForwardId::from(id) };
        outgoing::forward_completed(tx, &service.emitter, name, false).await?;
    }
    Ok(Reported::Failed)
}

/// What follows for the subscription. Letters that were told of at a former address are told of at the one in force by an
/// e-mail of its own: this one's return path stays the former's.
async fn follow(
    tx: &mut Tx,
    service: &Service,
    id: Uuid,
    email: Returned,
    subscription: &Subscription,
) -> Result<(), Error> {
    let address = subscription.address.as_ref().map(|address| service.recipient_hash(address));
    let in_force = address.is_some() && address == email.recipient;
    match bounce::follows(email.kind, id, in_force, subscription) {
        Bounce::ToldElsewhere => owe_letters(tx, service, subscription, email.letter_count).await,
        bounce => bounced(tx, service, bounce, subscription).await,
    }
}

/// An e-mail that has come back is not sent once more, should that still be owed.
async fn fail(tx: &mut Tx, id: Uuid, email: Returned, said: DeliveryStatus) -> Result<(), Error> {
    queue::cancel(tx, queue_of(email.kind), id).await?;
    let now = tx.now().await?;
    Ok(ledger::set_state(tx, id, State::Failed, &said.status.to_string(), now).await?)
}

/// What failed and does not give the address up is most likely our own fault: rather one alarm too many.
fn note(id: Uuid, email: Returned, said: DeliveryStatus) {
    let (kind, status) = (email.kind.as_str(), said.status);
    if said.action == Action::Failed {
        metrics::counter!("emails_returned_total", "kind" => kind).increment(1);
        tracing::error!(email = %id, kind, %status, "an e-mail came back for a reason that is not the recipient's");
    } else {
        tracing::info!(email = %id, kind, %status, "told of an e-mail");
    }
}
