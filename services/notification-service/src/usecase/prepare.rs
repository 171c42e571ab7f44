//! Decide again which claimed e-mails are owed, and render those (N5, N9).

use crate::domain::ledger::{Decision, Kind, Standing, State, decide};
use crate::domain::places::{Asked, Places};
use crate::domain::subscription::Subscription;
use crate::email::{RenderError, Rendered};
use crate::error::Error;
use crate::service::Service;
use crate::store::ledger::{self, Attempt, Entry, address_place, email_place};
use crate::store::subscription::{self, Opened, open_address};
use crate::usecase::claim::{Due, LEASE, queue_of};
use crate::usecase::settle::put_back;
use kernel::{EmailAddress, Timestamp, random};
use sql::queue::{self, Claim, Held};
use sql::{Error as SqlError, Tx};
use std::collections::{HashMap, HashSet};
use std::time::Duration;
use uuid::Uuid;

/// A claimed e-mail, and what the other services said of its subscriber just now.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The e-mail.
    pub due: Due,
    /// What they said.
    pub standing: Standing,
}

/// An e-mail that is owed, with its bytes for good. It has a place, and is to be sent at once.
#[derive(Clone, Debug)]
pub struct Ready {
    /// The e-mail.
    pub due: Due,
    /// To whom, and the bytes.
    pub email: Rendered,
    /// Within this long, or not at all: the rest of a code's life.
    pub within: Option<Duration>,
}

/// What came of candidates. Of those that are in neither list nothing is to be sent now: they are not owed, are put back,
/// or somebody else has them.
#[derive(Clone, Debug, Default)]
pub struct Prepared {
    /// What is to be sent.
    pub ready: Vec<Ready>,
    /// Somebody else is changing their subscriptions just now: they are to be decided on each by itself.
    pub undecided: Vec<Candidate>,
    /// Whether some were put back because too much that goes to their domain is slow.
    pub crowded: bool,
    /// Whether some were put back, due as before, because no place is left.
    pub full: bool,
}

/// The longest pause before the other services are asked again.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);
/// The longest pause before what was put back because its domain is crowded asks for a place again: a domain with ten thousand
/// e-mails to wait for is not gone through all the time.
const LONGEST_CROWDED: Duration = Duration::from_secs(16);

/// Decides on claimed e-mails, takes a place for each that is to be sent, and makes its bytes if it has none. They are
/// committed before they are sent, so that every try sends the same.
pub async fn prepare(service: &Service, candidates: Vec<Candidate>, places: Places) -> Result<Prepared, Error> {
    let service = service.clone();
    service.db.clone().write(move |tx| Box::pin(async move { run(tx, &service, candidates, places).await })).await
}

async fn run(
    tx: &mut Tx,
    service: &Service,
    candidates: Vec<Candidate>,
    mut places: Places,
) -> Result<Prepared, Error> {
    let opened = lock(tx, service, &candidates).await?;
    let now = tx.now().await?;
    let is_opened = |candidate: &Candidate| opened.contains_key(&candidate.due.email.subscription.as_uuid());
    let (known, undecided): (Vec<Candidate>, Vec<Candidate>) = candidates.into_iter().partition(is_opened);
    let (mut prepared, mut attempts) = (Prepared { undecided, ..Prepared::default() }, Vec::new());
    let held = hold(tx, &known, now).await?;
    let entries: HashMap<Uuid, Entry> = ledger::lock_all(tx, held.clone()).await?.into_iter().collect();
    let held: HashSet<Uuid> = held.into_iter().collect();
    let others = others(tx, service, &known, &entries).await?;
    for Candidate { due, standing } in known.iter().filter(|candidate| held.contains(&candidate.due.claim.id)) {
        let id = due.claim.id;
        let entry = entries.get(&id).ok_or_else(|| SqlError::corrupt("ledger.id", "missing"))?;
        let opened = &opened[&due.email.subscription.as_uuid()];
        let step = Step { service, due, entry, opened, standing, now };
        let told_again = step.is_told_again(&others)?;
        match decide(entry.kind, id, &opened.subscription, standing, told_again, now) {
            Decision::Drop => step.drop(tx).await?,
            Decision::Later => step.ask_later(tx).await?,
            Decision::Send => match step.send(tx, &mut places, &mut attempts).await? {
                Sending::Ready(ready) => prepared.ready.push(ready),
                Sending::PutOff(asked) => {
                    prepared.crowded |= asked == Asked::DomainFull;
                    prepared.full |= asked == Asked::NoneFree;
                }
                Sending::Nothing => {}
            },
        }
    }
    ledger::begin_attempts(tx, &attempts, now).await?;
    Ok(prepared)
}

/// Holds on to claims of one lane for another lease; those that still held.
async fn hold(tx: &mut Tx, candidates: &[Candidate], now: Timestamp) -> Result<Vec<Uuid>, SqlError> {
    let Some(first) = candidates.first() else { return Ok(Vec::new()) };
    let claims: Vec<Claim> = candidates.iter().map(|candidate| candidate.due.claim).collect();
    queue::postpone_all(tx, queue_of(first.due.email.kind), &claims, now.plus(LEASE)).await
}

/// The subscriptions, kept from changing until the transaction ends. One alone is waited for; of many those are left out that
/// somebody else keeps, so that two with many wait for each other never.
async fn lock(tx: &mut Tx, service: &Service, candidates: &[Candidate]) -> Result<HashMap<Uuid, Opened>, Error> {
    let opened = if let [only] = candidates {
        let email = &only.due.email;
        let opened = subscription::lock(tx, &service.keys.keyring, email.mailbox, email.subscription).await?;
        vec![opened.ok_or_else(|| SqlError::corrupt("ledger.subscription", "missing"))?]
    } else {
        let ids = candidates.iter().map(|candidate| candidate.due.email.subscription.as_uuid()).collect();
        let free = subscription::lock_free(tx, ids).await?;
        subscription::find_all(tx, &service.keys.keyring, free).await?
    };
    Ok(opened.into_iter().map(|opened| (opened.subscription.id.as_uuid(), opened)).collect())
}

/// What is in force beside the subscriptions whose addresses are to be told of their end.
async fn others(
    tx: &mut Tx,
    service: &Service,
    candidates: &[Candidate],
    entries: &HashMap<Uuid, Entry>,
) -> Result<Vec<Subscription>, SqlError> {
    let is_addressed = |due: &Due| entries.get(&due.claim.id).is_some_and(|entry| entry.address.is_some());
    let ended = candidates.iter().map(|candidate| &candidate.due).filter(|due| is_addressed(due));
    let ended: Vec<Uuid> = ended.map(|due| due.email.subscription.as_uuid()).collect();
    if ended.is_empty() {
        return Ok(Vec::new());
    }
    subscription::in_force_beside(tx, &service.keys.keyring, ended).await
}

/// One candidate, and all there is to know about it.
struct Step<'a> {
    service: &'a Service,
    due: &'a Due,
    entry: &'a Entry,
    opened: &'a Opened,
    standing: &'a Standing,
    now: Timestamp,
}

/// What became of an e-mail that is owed.
enum Sending {
    Ready(Ready),
    /// There is no place for it now.
    PutOff(Asked),
    /// It can't be rendered, and is put back.
    Nothing,
}

impl Step<'_> {
    async fn drop(&self, tx: &mut Tx) -> Result<(), Error> {
        let id = self.due.claim.id;
        queue::cancel(tx, queue_of(self.entry.kind), id).await?;
        Ok(ledger::set_state(tx, id, State::Dropped, "", self.now).await?)
    }

    async fn ask_later(&self, tx: &mut Tx) -> Result<(), Error> {
        let [spread] = random::bytes::<1>(&*self.service.random);
        let again = self.now.plus(queue::backoff(self.due.claim.attempt, LONGEST_PAUSE, spread));
        if queue::postpone(tx, queue_of(self.entry.kind), self.due.claim, again).await? == Held::Yes {
            ledger::set_state(tx, self.due.claim.id, State::Owed, "connection", self.now).await?;
        }
        Ok(())
    }

    /// What is to be noted before it is sent joins `attempts`.
    async fn send(&self, tx: &mut Tx, places: &mut Places, attempts: &mut Vec<Attempt>) -> Result<Sending, Error> {
        let id = self.due.claim.id;
        let (stored, addressed) = (self.stored()?, self.addressed()?);
        let in_force = self.opened.subscription.address.as_ref();
        let recipient = stored.as_ref().map(|email| &email.recipient).or(addressed.as_ref()).or(in_force);
        let domain = recipient.map(|recipient| recipient.domain().to_owned()).unwrap_or_default();
        let asked = places.take(&domain);
        if asked != Asked::Granted {
            let _held = queue::postpone(tx, queue_of(self.entry.kind), self.due.claim, self.after(asked)).await?;
            return Ok(Sending::PutOff(asked));
        }
        let email = match (stored, self.standing) {
            (Some(email), _) => email,
            (None, Standing::Entitled { owner }) => match self.render(addressed.as_ref(), owner) {
                Ok(email) => email,
                Err(error) => {
                    tracing::error!(email = %id, %error, "an e-mail can't be rendered");
                    places.give_back(&domain, places.now());
                    put_back(tx, self.service, self.due.claim, self.entry, "render").await?;
                    return Ok(Sending::Nothing);
                }
            },
            (None, _) => return Err(SqlError::corrupt("ledger.email", "missing").into()),
        };
        let sealed = self.opened.key.seal(&email_place(id), &email.to_bytes(), &*self.service.random);
        attempts.push(Attempt { id, email: sealed, recipient: self.service.recipient_hash(&email.recipient) });
        let code = self.opened.subscription.waiting.as_ref().filter(|_| self.entry.kind == Kind::Code);
        let within = code.map(|waiting| waiting.expire_time.since(self.now));
        Ok(Sending::Ready(Ready { due: self.due.clone(), email, within }))
    }

    /// When an e-mail comes again that got no place.
    fn after(&self, asked: Asked) -> Timestamp {
        match asked {
            Asked::Granted | Asked::NoneFree => self.now,
            Asked::DomainFull => {
                let [spread] = random::bytes::<1>(&*self.service.random);
                self.now.plus(queue::backoff(self.due.claim.attempt, LONGEST_CROWDED, spread))
            }
        }
    }

    /// The bytes that were rendered before; none if there are none, or if news of post would go to an address that is no
    /// longer the one in force.
    fn stored(&self) -> Result<Option<Rendered>, SqlError> {
        let Some(sealed) = &self.entry.email else { return Ok(None) };
        let bytes = self.opened.key.open(&email_place(self.due.claim.id), sealed);
        let bytes = bytes.map_err(|_| SqlError::corrupt("ledger.email", "does not open"))?;
        let email = Rendered::from_bytes(&bytes).map_err(|_| SqlError::corrupt("ledger.email", "no e-mail"))?;
        let in_force = self.opened.subscription.address.as_ref();
        let outdated = self.entry.kind == Kind::NewPost && in_force != Some(&email.recipient);
        Ok((!outdated).then_some(email))
    }

    /// Whether the address that is to be told of an end is in force again, by one of `others`: the subscriber has got the access
    /// anew, say, and entered another code. At a new address of theirs the old one is told all the same, of which it stays
    /// true.
    fn is_told_again(&self, others: &[Subscription]) -> Result<bool, SqlError> {
        let Some(address) = self.addressed()? else { return Ok(false) };
        let Subscription { mailbox, subscriber, .. } = self.opened.subscription;
        let theirs = others.iter().filter(|other| other.mailbox == mailbox && other.subscriber == subscriber);
        let mut in_force = theirs.filter_map(|other| other.address.as_ref());
        Ok(in_force.any(|other| other.canonical() == address.canonical()))
    }

    /// To whom an e-mail goes whose subscription has forgotten the address.
    fn addressed(&self) -> Result<Option<EmailAddress>, SqlError> {
        let place = address_place(self.due.claim.id);
        let sealed = self.entry.address.as_ref();
        sealed.map(|sealed| open_address(&self.opened.key, &place, sealed)).transpose()
    }

    /// What needs the owner's name is rendered at sending; news of post also counts letters until then.
    fn render(&self, addressed: Option<&EmailAddress>, owner: &str) -> Result<Rendered, RenderError> {
        let (id, composer) = (self.due.claim.id, &self.service.composer);
        if self.entry.kind == Kind::SubscriptionEnded {
            return composer.subscription_ended(id, addressed.ok_or(RenderError::Address)?, owner, self.now);
        }
        let address = self.opened.subscription.address.as_ref().ok_or(RenderError::Address)?;
        composer.new_post(id, address, owner, self.entry.letter_count, self.now)
    }
}
