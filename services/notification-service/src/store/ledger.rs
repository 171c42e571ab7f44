//! The ledger of e-mails (N5, N9).

pub mod overview;

use crate::domain::ledger::{Kind, State};
use crypto::LookupHash;
use kernel::hex;
use kernel::{AccessId, MailboxId, PersonId, SubscriptionId, Timestamp};
use serde_json::json;
use sql::{Error, Row, Sql, Tx, args};
use std::collections::HashSet;
use uuid::Uuid;

/// An e-mail that is not rendered, or not sent, yet.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What for.
    pub kind: Kind,
    /// For NEW_POST: how many letters.
    pub letter_count: i64,
    /// The sealed e-mail, once it is rendered.
    pub email: Option<Vec<u8>>,
    /// For SUBSCRIPTION_ENDED: to whom, sealed.
    pub address: Option<Vec<u8>>,
    /// How often it was tried to be sent, since `tries_since`.
    pub tries: i64,
    /// Since when it is owed, or was set going again by an operator.
    pub tries_since: Timestamp,
}

/// A new e-mail.
#[derive(Clone, Debug)]
pub struct New {
    /// Its id; its Message-ID is made from it.
    pub id: Uuid,
    /// The mailbox that the subscription is about.
    pub mailbox: MailboxId,
    /// For whose subscription.
    pub subscription: SubscriptionId,
    /// What for.
    pub kind: Kind,
    /// As much of it as there is.
    pub content: Content,
    /// The call that led to it, if that is known.
    pub trace: Option<String>,
}

/// What there is of an e-mail when it becomes owed, sealed.
#[derive(Clone, Debug)]
pub enum Content {
    /// All of it.
    Rendered(Vec<u8>),
    /// To whom; it is rendered at sending.
    Addressed(Vec<u8>),
}

/// Letters that a subscriber is to be told of.
#[derive(Clone, Debug)]
pub struct Count {
    /// The e-mail that tells of them, if none is open that they can join.
    pub id: Uuid,
    /// In which mailbox they are.
    pub mailbox: MailboxId,
    /// For whose subscription.
    pub subscription: SubscriptionId,
    /// How many.
    pub letters: i64,
    /// Which calls led to them: their `traceparent`s.
    pub traces: Vec<String>,
}

/// An e-mail that is about to be sent.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// Which.
    pub id: Uuid,
    /// All of it, sealed.
    pub email: Vec<u8>,
    /// To whom, by keyed hash.
    pub recipient: LookupHash,
}

/// What is known of an e-mail when it is claimed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Claimed {
    /// Which.
    pub id: Uuid,
    /// What for.
    pub kind: Kind,
    /// The mailbox that the subscription is about.
    pub mailbox: MailboxId,
    /// For whose subscription.
    pub subscription: SubscriptionId,
    /// Who subscribes.
    pub subscriber: PersonId,
    /// The access that the subscription belongs to.
    pub access: Option<AccessId>,
    /// Which calls led to it, as far as that is known: their `traceparent`s, separated by spaces.
    pub traces: String,
}

/// The place of a rendered e-mail.
pub fn email_place(id: Uuid) -> String {
    format!("ledger.email/{id}")
}

/// The place of the address of an e-mail that is not rendered yet.
pub fn address_place(id: Uuid) -> String {
    format!("ledger.address/{id}")
}

// In the order in which letters are counted, so that nobody waits in a circle.
const LOCK: Sql = Sql::each(
    "SELECT id, kind, letter_count, email, address, tries, tries_since FROM ledger \
     WHERE id IN (SELECT unhex(value) FROM json_each($1))",
    "SELECT id, kind, letter_count, email, address, tries, tries_since FROM ledger WHERE id = ANY($1) \
     ORDER BY mailbox, subscription, id FOR UPDATE",
);

const CLAIMED: Sql = Sql::each(
    "SELECT l.id, l.kind, l.mailbox, l.subscription, s.subscriber, s.access, l.traces FROM ledger l \
     JOIN subscription s ON s.mailbox = l.mailbox AND s.id = l.subscription \
     WHERE l.id IN (SELECT unhex(value) FROM json_each($1))",
    "SELECT l.id, l.kind, l.mailbox, l.subscription, s.subscriber, s.access, l.traces FROM ledger l \
     JOIN subscription s ON s.mailbox = l.mailbox AND s.id = l.subscription WHERE l.id = ANY($1)",
);

const SENT: Sql = Sql::each(
    "UPDATE ledger SET state = 'sent', last_result = $3, state_time = $2, email = NULL, address = NULL, open = FALSE \
     WHERE id IN (SELECT unhex(value) FROM json_each($1))",
    "UPDATE ledger SET state = 'sent', last_result = $3, state_time = $2, email = NULL, address = NULL, open = FALSE \
     WHERE id = ANY($1)",
);

const OWE_AGAIN: Sql = Sql::each(
    "UPDATE ledger SET state = 'owed', state_time = $2, tries = 0, tries_since = $2 \
     WHERE id IN (SELECT unhex(value) FROM json_each($1))",
    "UPDATE ledger SET state = 'owed', state_time = $2, tries = 0, tries_since = $2 WHERE id = ANY($1)",
);

const BEGIN_ATTEMPTS: Sql = Sql::each(
    "UPDATE ledger SET state = 'sending', state_time = $2, email = unhex(r.value ->> 'email'), \
     recipient = unhex(r.value ->> 'recipient'), open = FALSE, attempt_count = attempt_count + 1, tries = tries + 1 \
     FROM json_each($1) AS r WHERE ledger.id = unhex(r.value ->> 'id')",
    "UPDATE ledger SET state = 'sending', state_time = $2, email = decode(r.email, 'hex'), \
     recipient = decode(r.recipient, 'hex'), open = FALSE, attempt_count = attempt_count + 1, tries = tries + 1 \
     FROM json_to_recordset($1::json) AS r(id UUID, email TEXT, recipient TEXT) WHERE ledger.id = r.id",
);

/// The rows of `COUNT`, opened or joined. Of the calls the first 16 are kept, which is 895 characters with the spaces between.
macro_rules! count {
    ($rows:literal) => {
        concat!(
            "INSERT INTO ledger (id, mailbox, subscription, kind, state, letter_count, open, attempt_count, \
             tries, tries_since, last_result, create_time, state_time, traces) ",
            $rows,
            " ON CONFLICT (subscription) WHERE open DO UPDATE SET letter_count = ledger.letter_count + excluded.letter_count, \
             traces = CASE WHEN excluded.traces IS NULL THEN ledger.traces \
             ELSE substr(COALESCE(ledger.traces || ' ', '') || excluded.traces, 1, 895) END RETURNING id"
        )
    };
}

const COUNT: Sql = Sql::each(
    count!(
        "SELECT unhex(r.value ->> 'id'), unhex(r.value ->> 'mailbox'), unhex(r.value ->> 'subscription'), 'new_post', 'owed', \
         r.value ->> 'letters', TRUE, 0, 0, $2, '', $2, $2, substr(r.value ->> 'traces', 1, 895) \
         FROM json_each($1) AS r WHERE TRUE"
    ),
    count!(
        "SELECT r.id, r.mailbox, r.subscription, 'new_post', 'owed', r.letters, TRUE, 0, 0, $2, '', $2, $2, \
         substr(r.traces, 1, 895) \
         FROM json_to_recordset($1::json) AS r(id UUID, mailbox UUID, subscription UUID, letters BIGINT, traces TEXT)"
    ),
);

/// Adds an e-mail that no letter joins.
pub async fn insert(tx: &mut Tx, new: New, now: Timestamp) -> Result<(), Error> {
    let sql = "INSERT INTO ledger (id, mailbox, subscription, kind, state, letter_count, open, email, address, attempt_count, \
               tries, tries_since, last_result, create_time, state_time, traces) \
               VALUES ($1, $2, $3, $4, 'owed', 0, FALSE, $5, $6, 0, 0, $7, '', $7, $7, $8)";
    let (email, address) = match new.content {
        Content::Rendered(email) => (Some(email), None),
        Content::Addressed(address) => (None, Some(address)),
    };
    let args = args![new.id, new.mailbox, new.subscription, new.kind.as_str(), email, address, now, new.trace];
    tx.execute(sql, args).await.map(|_| ())
}

/// Counts letters, no subscription twice and in the order in which e-mails are locked: they join the e-mail that is still open, or
/// open one. The ids of those that were opened.
pub async fn count_letters(tx: &mut Tx, counts: Vec<Count>, now: Timestamp) -> Result<Vec<Uuid>, Error> {
    let row = |count: &Count| {
        let id = |id: Uuid| id.simple().to_string();
        let traces = (!count.traces.is_empty()).then(|| count.traces.join(" "));
        let (mailbox, subscription) = (id(count.mailbox.as_uuid()), id(count.subscription.as_uuid()));
        json!({"id": id(count.id), "mailbox": mailbox, "subscription": subscription, "letters": count.letters, "traces": traces})
    };
    let rows = json!(counts.iter().map(row).collect::<Vec<_>>()).to_string();
    let told_by: Vec<Uuid> = tx.all(COUNT, args![rows, now], |row| row.get("id")).await?;
    let own: HashSet<Uuid> = counts.iter().map(|count| count.id).collect();
    Ok(told_by.into_iter().filter(|id| own.contains(id)).collect())
}

/// What e-mails that were claimed are about.
pub async fn claimed(tx: &mut Tx, ids: Vec<Uuid>) -> Result<Vec<Claimed>, Error> {
    let read = |row: &Row| {
        Ok(Claimed {
            id: row.get("id")?,
            kind: kind(row)?,
            mailbox: row.get("mailbox")?,
            subscription: row.get("subscription")?,
            subscriber: row.get("subscriber")?,
            access: row.get("access")?,
            traces: row.get::<Option<String>>("traces")?.unwrap_or_default(),
        })
    };
    tx.all(CLAIMED, args![ids], read).await
}

/// The e-mail, kept from changing until the transaction ends.
pub async fn lock(tx: &mut Tx, id: Uuid) -> Result<Entry, Error> {
    let locked = lock_all(tx, vec![id]).await?.pop();
    locked.map(|(_, entry)| entry).ok_or_else(|| Error::corrupt("ledger.id", "missing"))
}

/// The same for many.
pub async fn lock_all(tx: &mut Tx, ids: Vec<Uuid>) -> Result<Vec<(Uuid, Entry)>, Error> {
    let read = |row: &Row| {
        let entry = Entry {
            kind: kind(row)?,
            letter_count: row.get("letter_count")?,
            email: row.get("email")?,
            address: row.get("address")?,
            tries: row.get("tries")?,
            tries_since: row.get("tries_since")?,
        };
        Ok((row.get("id")?, entry))
    };
    tx.all(LOCK, args![ids], read).await
}

/// Notes that e-mails are about to be sent; no letter joins them any more. They are locked.
pub async fn begin_attempts(tx: &mut Tx, attempts: &[Attempt], now: Timestamp) -> Result<(), Error> {
    if attempts.is_empty() {
        return Ok(());
    }
    let row = |attempt: &Attempt| {
        let (id, recipient) = (attempt.id.simple().to_string(), hex(attempt.recipient.as_bytes()));
        json!({"id": id, "email": hex(&attempt.email), "recipient": recipient})
    };
    let rows = json!(attempts.iter().map(row).collect::<Vec<_>>()).to_string();
    tx.execute(BEGIN_ATTEMPTS, args![rows, now]).await.map(|_| ())
}

/// Brings the e-mail into `state`; where nothing is owed any more its bytes and its address are erased.
pub async fn set_state(tx: &mut Tx, id: Uuid, state: State, result: &str, now: Timestamp) -> Result<(), Error> {
    let sql = match state {
        State::Owed | State::Sending | State::Parked => {
            "UPDATE ledger SET state = $2, last_result = $3, state_time = $4 WHERE id = $1"
        }
        State::Sent | State::Dropped | State::Failed => {
            "UPDATE ledger SET state = $2, last_result = $3, state_time = $4, email = NULL, address = NULL, open = FALSE \
             WHERE id = $1"
        }
    };
    tx.execute(sql, args![id, state.as_str(), result, now]).await.map(|_| ())
}

/// Notes that the mail server has taken the e-mails; their bytes and addresses are erased.
pub async fn set_sent(tx: &mut Tx, ids: Vec<Uuid>, result: &str, now: Timestamp) -> Result<(), Error> {
    tx.execute(SENT, args![ids, now, result]).await.map(|_| ())
}

/// The e-mails of `subscription` that are not sent yet, all or those of one kind.
pub async fn unsent(tx: &mut Tx, subscription: SubscriptionId, only: Option<Kind>) -> Result<Vec<(Uuid, Kind)>, Error> {
    let sql = "SELECT id, kind FROM ledger WHERE subscription = $1 AND state IN ('owed', 'sending', 'parked') \
               AND ($2 IS NULL OR kind = $2) ORDER BY id";
    tx.all(sql, args![subscription, only.map(Kind::as_str)], |row| Ok((row.get("id")?, kind(row)?))).await
}

/// Takes out up to `most` entries that have been over since before `before`; how many.
pub async fn prune(tx: &mut Tx, before: Timestamp, most: i64) -> Result<u64, Error> {
    // The index leads to those that were made before then; few of them were over later.
    let sql = "DELETE FROM ledger WHERE id IN (SELECT id FROM ledger WHERE state IN ('sent', 'dropped', 'failed') \
               AND create_time < $1 AND state_time < $1 LIMIT $2)";
    tx.execute(sql, args![before, most]).await
}

/// Notes that the e-mails are owed again, from now on and with as many tries as at first.
pub async fn owe_again(tx: &mut Tx, ids: Vec<Uuid>, now: Timestamp) -> Result<(), Error> {
    tx.execute(OWE_AGAIN, args![ids, now]).await.map(|_| ())
}

fn kind(row: &Row) -> Result<Kind, Error> {
    let word: String = row.get("kind")?;
    Kind::from_word(&word).ok_or_else(|| Error::corrupt("ledger.kind", "unknown word"))
}
