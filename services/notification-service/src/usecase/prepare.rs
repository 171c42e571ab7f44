//! Decide again whether a claimed e-mail is owed, and render it (N5, N9).

use crate::domain::ledger::{Decision, Kind, Standing, State, decide};
use crate::domain::subscription::Subscription;
use crate::email::{RenderError, Rendered};
use crate::error::Error;
use crate::service::Service;
use crate::store::ledger::{self, Entry, address_place, email_place};
use crate::store::subscription::{self, Opened, open_address};
use crate::usecase::claim::{Due, LEASE, queue_of};
use crate::usecase::settle::put_back;
use kernel::{EmailAddress, Timestamp, random};
use sql::queue::{self, Held};
use sql::{Error as SqlError, Tx};
use std::time::Duration;
use uuid::Uuid;

/// What came of it.
#[derive(Clone, Debug)]
pub enum Prepared {
    /// It is owed, and these are its bytes for good.
    Send {
        /// To whom, and the bytes.
        email: Rendered,
        /// Within this long, or not at all: the rest of a code's life.
        within: Option<Duration>,
    },
    /// Nothing is to be sent now: it is not owed, is put back, or somebody else has it.
    Nothing,
}

/// The longest pause before the other services are asked again.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// Decides on a claimed e-mail, and makes its bytes if it has none. They are committed before they are sent, so that
/// every try sends the same.
pub async fn prepare(service: &Service, due: Due, standing: Standing) -> Result<Prepared, Error> {
    let service = service.clone();
    service.db.clone().write(move |tx| Box::pin(async move { run(tx, &service, due, &standing).await })).await
}

async fn run(tx: &mut Tx, service: &Service, due: Due, standing: &Standing) -> Result<Prepared, Error> {
    let (id, queue) = (due.claim.id, queue_of(due.email.kind));
    let opened = subscription::lock(tx, &service.keys.keyring, due.email.mailbox, due.email.subscription).await?;
    let opened = opened.ok_or_else(|| SqlError::corrupt("ledger.subscription", "missing"))?;
    let now = tx.now().await?;
    if queue::postpone(tx, queue, due.claim, now.plus(LEASE)).await? == Held::No {
        return Ok(Prepared::Nothing);
    }
    let entry = ledger::lock(tx, id).await?;
    let told_again = is_told_again(tx, service, &entry, &opened, id).await?;
    match decide(entry.kind, id, &opened.subscription, standing, told_again, now) {
        Decision::Drop => {
            queue::cancel(tx, queue, id).await?;
            ledger::set_state(tx, id, State::Dropped, "", now).await?;
            Ok(Prepared::Nothing)
        }
        Decision::Later => {
            let [spread] = random::bytes::<1>(&*service.random);
            let again = now.plus(queue::backoff(due.claim.attempt, LONGEST_PAUSE, spread));
            if queue::postpone(tx, queue, due.claim, again).await? == Held::Yes {
                ledger::set_state(tx, id, State::Owed, "connection", now).await?;
            }
            Ok(Prepared::Nothing)
        }
        Decision::Send => send(tx, service, due, &entry, &opened, standing, now).await,
    }
}

async fn send(
    tx: &mut Tx,
    service: &Service,
    due: Due,
    entry: &Entry,
    opened: &Opened,
    standing: &Standing,
    now: Timestamp,
) -> Result<Prepared, Error> {
    let id = due.claim.id;
    let email = match (stored(entry, opened, id)?, standing) {
        (Some(email), _) => email,
        (None, Standing::Entitled { owner }) => match render(service, id, entry, opened, owner, now) {
            Ok(email) => email,
            Err(error) => {
                tracing::error!(email = %id, %error, "an e-mail can't be rendered");
                put_back(tx, service, due.claim, entry, "render").await?;
                return Ok(Prepared::Nothing);
            }
        },
        (None, _) => return Err(SqlError::corrupt("ledger.email", "missing").into()),
    };
    let sealed = opened.key.seal(&email_place(id), &email.to_bytes(), &*service.random);
    ledger::begin_attempt(tx, id, sealed, service.recipient_hash(&email.recipient)).await?;
    let code = opened.subscription.waiting.as_ref().filter(|_| entry.kind == Kind::Code);
    Ok(Prepared::Send { email, within: code.map(|waiting| waiting.expire_time.since(now)) })
}

/// The bytes that were rendered before; none if there are none, or if news of post would go to an address that is no
/// longer the one in force.
fn stored(entry: &Entry, opened: &Opened, id: Uuid) -> Result<Option<Rendered>, SqlError> {
    let Some(sealed) = &entry.email else { return Ok(None) };
    let bytes = opened.key.open(&email_place(id), sealed);
    let bytes = bytes.map_err(|_| SqlError::corrupt("ledger.email", "does not open"))?;
    let email = Rendered::from_bytes(&bytes).map_err(|_| SqlError::corrupt("ledger.email", "no e-mail"))?;
    let outdated = entry.kind == Kind::NewPost && opened.subscription.address.as_ref() != Some(&email.recipient);
    Ok((!outdated).then_some(email))
}

/// Whether the address that is to be told of an end is in force again: the subscriber has got the access anew, say, and entered
/// another code. At a new address of theirs the old one is told all the same, of which it stays true.
async fn is_told_again(
    tx: &mut Tx,
    service: &Service,
    entry: &Entry,
    opened: &Opened,
    id: Uuid,
) -> Result<bool, SqlError> {
    let Some(address) = addressed(entry, opened, id)? else { return Ok(false) };
    let Subscription { mailbox, subscriber, .. } = opened.subscription;
    let in_force = subscription::addresses_in_force(tx, &service.keys.keyring, mailbox, subscriber).await?;
    Ok(in_force.iter().any(|other| other.canonical() == address.canonical()))
}

/// To whom an e-mail goes whose subscription has forgotten the address.
fn addressed(entry: &Entry, opened: &Opened, id: Uuid) -> Result<Option<EmailAddress>, SqlError> {
    entry.address.as_ref().map(|sealed| open_address(&opened.key, &address_place(id), sealed)).transpose()
}

/// What needs the owner's name is rendered at sending; news of post also counts letters until then.
fn render(
    service: &Service,
    id: Uuid,
    entry: &Entry,
    opened: &Opened,
    owner: &str,
    now: Timestamp,
) -> Result<Rendered, RenderError> {
    let composer = &service.composer;
    if entry.kind == Kind::SubscriptionEnded {
        let address = addressed(entry, opened, id).ok().flatten().ok_or(RenderError::Address)?;
        return composer.subscription_ended(id, &address, owner, now);
    }
    let address = opened.subscription.address.as_ref().ok_or(RenderError::Address)?;
    composer.new_post(id, address, owner, entry.letter_count, now)
}
