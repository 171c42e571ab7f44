//! Make a code and owe the e-mail that brings it (N2, N8). A part of the actions that need one.

use crate::domain::code::{self, Code};
use crate::domain::ledger::Kind;
use crate::domain::limit::{self, ADDRESS, GAP, PERSON, TARGET, TARGET_HOUR};
use crate::domain::subscription::Subscription;
use crate::error::Error;
use crate::service::Service;
use crate::store::subscription::{Opened, waiting_place};
use crate::store::waiting_address::{self, Put};
use crate::store::{code_made, ledger, subscription};
use crate::usecase::claim::queue_of;
use crate::usecase::end::drop_unsent;
use crypto::LookupHash;
use kernel::limit::wait;
use kernel::{AccessId, EmailAddress, PersonId, Timestamp, id};
use rpc::trace;
use sql::{Tx, queue, turn};

/// Refuses a code that comes too soon after the last one of the subscription.
pub fn check_gap(subscription: &Subscription, now: Timestamp) -> Result<(), Error> {
    match subscription.code_time.map(|last| last.plus(GAP)) {
        Some(free) if now < free => Err(Error::CodeTooSoon { retry_after: free.since(now) }),
        _ => Ok(()),
    }
}

/// Lets only one transaction at a time start or count for `person`.
pub async fn gate(tx: &mut Tx, service: &Service, person: PersonId) -> Result<(), Error> {
    Ok(turn::take(tx, &[*person_subject(service, person).as_bytes()]).await?)
}

fn person_subject(service: &Service, person: PersonId) -> LookupHash {
    service.keys.lookup.hash("code-limit/person", &[&person.as_uuid().into_bytes()])
}

/// Makes a code for `address`, lets the address wait for it in the place of any other, and owes the e-mail. Refused
/// when a limit is reached; then nothing is counted.
pub async fn issue_code(tx: &mut Tx, service: &Service, opened: &Opened, address: &EmailAddress) -> Result<(), Error> {
    let now = tx.now().await?;
    let subscription = &opened.subscription;
    let email = id::new_uuid(now, &*service.random);
    let subjects = Subjects::of(service, subscription, address);
    let next_code_time = count(tx, &subjects, email, now).await?;

    let code = Code::draw(&*service.random);
    let rendered = service.composer.code(email, address, &code, now)?;
    // The code before is dead, and so is its e-mail if it has not left.
    drop_unsent(tx, subscription.id, Some(Kind::Code)).await?;
    let seal = |place: &str, plain: &[u8]| opened.key.seal(place, plain, &*service.random);
    let put = Put {
        subscription: subscription.id,
        address: seal(&waiting_place(subscription.id), address.as_str().as_bytes()),
        code: code.hash(&service.keys.lookup, subscription.id, address),
        expire_time: now.plus(code::VALID_FOR),
        next_code_time,
        email,
    };
    waiting_address::put(tx, put).await?;
    subscription::set_code_time(tx, subscription.mailbox, subscription.id, now).await?;
    let new = ledger::New {
        id: email,
        mailbox: subscription.mailbox,
        subscription: subscription.id,
        kind: Kind::Code,
        content: ledger::Content::Rendered(seal(&ledger::email_place(email), &rendered.to_bytes())),
        trace: trace::text(),
    };
    ledger::insert(tx, new, now).await?;
    Ok(queue::push(tx, queue_of(Kind::Code), email, now).await?)
}

/// Whom the limits count for, by keyed hash.
struct Subjects {
    person: LookupHash,
    target: LookupHash,
    address: LookupHash,
}

impl Subjects {
    fn of(service: &Service, subscription: &Subscription, address: &EmailAddress) -> Self {
        let hash = |purpose, parts: &[&[u8]]| service.keys.lookup.hash(purpose, parts);
        let person = subscription.subscriber.as_uuid().into_bytes();
        // Without an access the target is the mailbox itself.
        let target = subscription.access.map_or(subscription.mailbox.as_uuid(), AccessId::as_uuid).into_bytes();
        Self {
            person: person_subject(service, subscription.subscriber),
            target: hash("code-limit/target", &[&person, &target]),
            address: hash("code-limit/address", &[address.canonical().as_bytes()]),
        }
    }
}

/// Counts a code at `now`, if every limit allows it. Says when the next one may be asked for, the limits of a day not
/// counted. The gates come in one order, person before address, so that no two transactions wait for each other.
async fn count(tx: &mut Tx, subjects: &Subjects, email: uuid::Uuid, now: Timestamp) -> Result<Timestamp, Error> {
    let after = now.minus(limit::LONGEST);
    turn::take(tx, &[*subjects.person.as_bytes()]).await?;
    turn::take(tx, &[*subjects.address.as_bytes()]).await?;
    let by_person = code_made::moments(tx, subjects.person, after).await?;
    let mut by_target = code_made::moments(tx, subjects.target, after).await?;
    let by_address = code_made::moments(tx, subjects.address, after).await?;
    let waits = [wait(&by_target, &TARGET, now), wait(&by_address, &ADDRESS, now), wait(&by_person, &PERSON, now)];
    if let Some(retry_after) = waits.into_iter().flatten().max() {
        return Err(Error::TooManyCodes { retry_after });
    }
    for subject in [subjects.person, subjects.target, subjects.address] {
        code_made::add(tx, subject, email, now).await?;
    }
    by_target.insert(0, now);
    Ok(now.plus(wait(&by_target, &[TARGET_HOUR], now).unwrap_or_default().max(GAP)))
}
