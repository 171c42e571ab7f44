//! Subscriptions, their addresses sealed.

use crate::domain::subscription::{End, EndReason, Subscription, Waiting};
use crypto::{DataKey, Keyring, WrappedKey};
use kernel::{AccessId, EmailAddress, MailboxId, PersonId, SubscriptionId, Timestamp};
use sql::{Error, Glimpse, Row, Sql, Tx, args, present_columns};
use uuid::Uuid;

/// A subscription with the key that seals what belongs to it.
#[derive(Clone)]
pub struct Opened {
    /// The subscription.
    pub subscription: Subscription,
    /// Its key.
    pub key: DataKey,
}

macro_rules! select {
    ($which:literal) => {
        concat!(
            "SELECT s.id, s.mailbox, s.subscriber, s.access, s.key_id, s.wrapped_key, s.address, s.code_time, \
             s.confirm_time, s.create_time, s.end_reason, s.end_time, w.address AS waiting_address, \
             w.expire_time AS waiting_expire_time, w.next_code_time AS waiting_next_code_time, \
             w.email AS waiting_email \
             FROM subscription s LEFT JOIN waiting_address w ON w.subscription = s.id WHERE ",
            $which
        )
    };
}

const LOCK: Sql = Sql::each(
    "SELECT id FROM subscription WHERE mailbox = $1 AND id = $2",
    "SELECT id FROM subscription WHERE mailbox = $1 AND id = $2 FOR UPDATE",
);

const LOCK_FREE: Sql = Sql::each(
    concat!(
        "SELECT id, ",
        present_columns!(sqlite),
        " FROM subscription WHERE id IN (SELECT unhex(value) FROM json_each($1))"
    ),
    concat!("SELECT id, ", present_columns!(postgres), " FROM subscription WHERE id = ANY($1) FOR UPDATE SKIP LOCKED"),
);

const FIND_ALL: Sql = Sql::each(select!("s.id IN (SELECT unhex(value) FROM json_each($1))"), select!("s.id = ANY($1)"));

const IN_FORCE_BESIDE: Sql = Sql::each(
    select!(
        "NOT s.ended AND s.address IS NOT NULL AND (s.mailbox, s.subscriber) IN (SELECT mailbox, subscriber \
         FROM subscription WHERE id IN (SELECT unhex(value) FROM json_each($1)))"
    ),
    select!(
        "NOT s.ended AND s.address IS NOT NULL AND (s.mailbox, s.subscriber) IN (SELECT mailbox, subscriber \
         FROM subscription WHERE id = ANY($1))"
    ),
);

const ACTIVE_OF_MAILBOXES: Sql = Sql::each(
    "SELECT mailbox, id, access FROM subscription \
     WHERE mailbox IN (SELECT unhex(value) FROM json_each($1)) AND NOT ended AND address IS NOT NULL",
    "SELECT mailbox, id, access FROM subscription WHERE mailbox = ANY($1) AND NOT ended AND address IS NOT NULL",
);

/// The place of a subscription's key.
pub(super) fn key_place(id: Uuid) -> String {
    format!("subscription.wrapped_key/{id}")
}

/// The place of the address in force.
pub fn address_place(id: SubscriptionId) -> String {
    format!("subscription.address/{id}")
}

/// The place of the address that waits.
pub fn waiting_place(id: SubscriptionId) -> String {
    format!("waiting_address.address/{id}")
}

/// Adds a new subscription without an address, and its key.
pub async fn insert(tx: &mut Tx, keyring: &Keyring, opened: &Opened, random: &dyn kernel::Random) -> Result<(), Error> {
    let Subscription { id, mailbox, subscriber, access, create_time, .. } = opened.subscription;
    let wrapped = keyring.wrap(&key_place(id.as_uuid()), &opened.key, random);
    let sql = "INSERT INTO subscription (mailbox, id, subscriber, access, key_id, wrapped_key, create_time, ended) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, FALSE)";
    let args = args![mailbox, id, subscriber, access, wrapped.key_id, wrapped.bytes, create_time];
    tx.execute(sql, args).await.map(|_| ())
}

/// The subscription of this name.
pub async fn find(
    tx: &mut Tx,
    keyring: &Keyring,
    mailbox: MailboxId,
    id: SubscriptionId,
) -> Result<Option<Opened>, Error> {
    tx.optional(select!("s.mailbox = $1 AND s.id = $2"), args![mailbox, id], |row| open(row, keyring)).await
}

/// The subscription of this name, kept from changing until the transaction ends. It is locked first and read then, so
/// that what is read is what it became while the lock was waited for.
pub async fn lock(
    tx: &mut Tx,
    keyring: &Keyring,
    mailbox: MailboxId,
    id: SubscriptionId,
) -> Result<Option<Opened>, Error> {
    match tx.optional(LOCK, args![mailbox, id], |row| row.get::<SubscriptionId>("id")).await? {
        Some(_) => find(tx, keyring, mailbox, id).await,
        None => Ok(None),
    }
}

/// Keeps those of `ids` from changing until the transaction ends that nobody else keeps just now; which those are. It waits
/// for nobody, and so never in a circle. It brings the present along: while sent e-mails wait to be noted, a crash has them come
/// twice.
pub async fn lock_free(tx: &mut Tx, ids: Vec<Uuid>) -> Result<Vec<Uuid>, Error> {
    let locked = tx.all(LOCK_FREE, args![ids], |row| Ok((row.get("id")?, Glimpse::read(row)?))).await?;
    if let Some((_, glimpse)) = locked.first() {
        tx.now_from(*glimpse);
    }
    Ok(locked.into_iter().map(|(id, _)| id).collect())
}

/// Those of `ids`.
pub async fn find_all(tx: &mut Tx, keyring: &Keyring, ids: Vec<Uuid>) -> Result<Vec<Opened>, Error> {
    tx.all(FIND_ALL, args![ids], |row| open(row, keyring)).await
}

/// The live subscription of `subscriber` to e-mail about `mailbox` by `access`, or about their own mailbox.
pub async fn live(
    tx: &mut Tx,
    subscriber: PersonId,
    mailbox: MailboxId,
    access: Option<AccessId>,
) -> Result<Option<SubscriptionId>, Error> {
    let read = |row: &Row| row.get("id");
    let Some(access) = access else {
        let sql = "SELECT id FROM subscription WHERE mailbox = $1 AND access IS NULL AND NOT ended";
        return tx.optional(sql, args![mailbox], read).await;
    };
    let sql = "SELECT id FROM subscription WHERE access = $1 AND mailbox = $2 AND subscriber = $3 AND NOT ended";
    tx.optional(sql, args![access, mailbox, subscriber], read).await
}

/// The live subscription that belongs to `access`.
pub async fn live_of_access(tx: &mut Tx, access: AccessId) -> Result<Option<(MailboxId, SubscriptionId)>, Error> {
    let sql = "SELECT mailbox, id FROM subscription WHERE access = $1 AND NOT ended";
    tx.optional(sql, args![access], name).await
}

/// The live subscriptions about `person`'s mailbox, and those that `person` has.
pub async fn live_of_person(tx: &mut Tx, person: PersonId) -> Result<Vec<(MailboxId, SubscriptionId)>, Error> {
    let sql = "SELECT mailbox, id FROM subscription WHERE mailbox = $1 AND NOT ended \
               UNION SELECT mailbox, id FROM subscription WHERE subscriber = $1 AND NOT ended";
    tx.all(sql, args![person], name).await
}

/// The subscriptions about `mailboxes` that have an address in force: about which, its id, and whether it is the owner's own.
pub async fn active_of_mailboxes(
    tx: &mut Tx,
    mailboxes: Vec<Uuid>,
) -> Result<Vec<(MailboxId, SubscriptionId, bool)>, Error> {
    let active =
        |row: &Row| Ok((row.get("mailbox")?, row.get("id")?, row.get::<Option<AccessId>>("access")?.is_none()));
    tx.all(ACTIVE_OF_MAILBOXES, args![mailboxes], active).await
}

/// The subscriptions in force of those, to post in the same mailboxes, who have the subscriptions `ids`.
pub async fn in_force_beside(tx: &mut Tx, keyring: &Keyring, ids: Vec<Uuid>) -> Result<Vec<Subscription>, Error> {
    let opened: Vec<Opened> = tx.all(IN_FORCE_BESIDE, args![ids], |row| open(row, keyring)).await?;
    Ok(opened.into_iter().map(|opened| opened.subscription).collect())
}

/// Notes when the last code was made.
pub async fn set_code_time(tx: &mut Tx, mailbox: MailboxId, id: SubscriptionId, now: Timestamp) -> Result<(), Error> {
    let sql = "UPDATE subscription SET code_time = $3 WHERE mailbox = $1 AND id = $2";
    tx.execute(sql, args![mailbox, id, now]).await.map(|_| ())
}

/// Puts a sealed address into force.
pub async fn confirm(
    tx: &mut Tx,
    mailbox: MailboxId,
    id: SubscriptionId,
    address: Vec<u8>,
    now: Timestamp,
) -> Result<(), Error> {
    let sql = "UPDATE subscription SET address = $3, confirm_time = $4 WHERE mailbox = $1 AND id = $2 AND NOT ended";
    tx.execute(sql, args![mailbox, id, address, now]).await.map(|_| ())
}

/// Ends a live subscription and forgets its address.
pub async fn end(tx: &mut Tx, mailbox: MailboxId, id: SubscriptionId, end: End) -> Result<(), Error> {
    let sql = "UPDATE subscription SET ended = TRUE, end_reason = $3, end_time = $4, address = NULL \
               WHERE mailbox = $1 AND id = $2 AND NOT ended";
    tx.execute(sql, args![mailbox, id, end.reason.as_str(), end.time]).await.map(|_| ())
}

/// Where a page of a subscriber's list begins: after the subscription it names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cursor {
    /// Whether that one has ended: ended ones stand last.
    pub ended: bool,
    /// When it was started.
    pub create_time: Timestamp,
    /// Which it is.
    pub id: SubscriptionId,
}

impl Cursor {
    /// Before the first: 9999-12-31, later than anything that is started.
    pub fn start() -> Self {
        /// What no timestamp of ours reaches, and both engines can compare with.
        const LATEST: Timestamp = Timestamp::from_micros(253_402_214_400_000_000);
        Self { ended: false, create_time: LATEST, id: SubscriptionId::from(Uuid::max()) }
    }
}

/// What a subscriber's list holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Filter {
    /// Whose.
    pub subscriber: PersonId,
    /// Only those that belong to this access.
    pub access: Option<AccessId>,
    /// Ended ones too.
    pub ended_too: bool,
}

/// Up to `limit` subscriptions after `cursor`: live ones first, the newest first.
pub async fn page(
    tx: &mut Tx,
    keyring: &Keyring,
    filter: Filter,
    cursor: Cursor,
    limit: i64,
) -> Result<Vec<Opened>, Error> {
    let sql = select!(
        "s.subscriber = $1 AND ($2 OR NOT s.ended) AND ($3 IS NULL OR s.access = $3) AND (s.ended > $4 OR (s.ended = $4 \
         AND (s.create_time < $5 OR (s.create_time = $5 AND s.id < $6)))) \
         ORDER BY s.ended, s.create_time DESC, s.id DESC LIMIT $7"
    );
    let Filter { subscriber, access, ended_too } = filter;
    let args = args![subscriber, ended_too, access, cursor.ended, cursor.create_time, cursor.id, limit];
    tx.all(sql, args, |row| open(row, keyring)).await
}

fn name(row: &Row) -> Result<(MailboxId, SubscriptionId), Error> {
    Ok((row.get("mailbox")?, row.get("id")?))
}

fn open(row: &Row, keyring: &Keyring) -> Result<Opened, Error> {
    let id: SubscriptionId = row.get("id")?;
    let wrapped = WrappedKey { key_id: row.get("key_id")?, bytes: row.get("wrapped_key")? };
    let closed = |_| Error::corrupt("subscription.wrapped_key", "does not open");
    let key = keyring.unwrap(&key_place(id.as_uuid()), &wrapped).map_err(closed)?;
    let address = row.get::<Option<Vec<u8>>>("address")?;
    let subscription = Subscription {
        id,
        mailbox: row.get("mailbox")?,
        subscriber: row.get("subscriber")?,
        access: row.get("access")?,
        address: address.map(|sealed| open_address(&key, &address_place(id), &sealed)).transpose()?,
        waiting: waiting(row, id, &key)?,
        code_time: row.get("code_time")?,
        confirm_time: row.get("confirm_time")?,
        create_time: row.get("create_time")?,
        end: end_of(row)?,
    };
    Ok(Opened { subscription, key })
}

fn waiting(row: &Row, id: SubscriptionId, key: &DataKey) -> Result<Option<Waiting>, Error> {
    let Some(sealed) = row.get::<Option<Vec<u8>>>("waiting_address")? else { return Ok(None) };
    Ok(Some(Waiting {
        address: open_address(key, &waiting_place(id), &sealed)?,
        expire_time: row.get("waiting_expire_time")?,
        next_code_time: row.get("waiting_next_code_time")?,
        email: row.get("waiting_email")?,
    }))
}

fn end_of(row: &Row) -> Result<Option<End>, Error> {
    let Some(time) = row.get("end_time")? else { return Ok(None) };
    let word: String = row.get("end_reason")?;
    let reason =
        EndReason::from_word(&word).ok_or_else(|| Error::corrupt("subscription.end_reason", "unknown word"))?;
    Ok(Some(End { time, reason }))
}

/// An address that was sealed at `place`.
pub fn open_address(key: &DataKey, place: &str, sealed: &[u8]) -> Result<EmailAddress, Error> {
    let text = key.open_text(place, sealed).map_err(|_| Error::corrupt("address", "does not open"))?;
    EmailAddress::parse(&text).map_err(|_| Error::corrupt("address", "no e-mail address"))
}
