//! Subscriptions in plenty, and e-mails that are owed to all of them, put into notification-service's database through its own
//! store.

use crate::sink::DEAD;
use crate::stage::{BATCH, Filled, Stage};
use crypto::{DataKey, Keys};
use kernel::{Clock as _, PersonId, ServiceName, SubscriptionId, SystemClock, SystemRandom, id};
use notification_service::domain::ledger::Kind;
use notification_service::domain::subscription::Subscription;
use notification_service::store::ledger::{self, Count};
use notification_service::store::subscription;
use notification_service::usecase::claim::queue_of;
use sql::{DatabaseConfig, Db, TimeSource, Tx, queue};
use std::sync::Arc;
use std::time::Duration;

/// How many domains the addresses are at.
const DOMAINS: u32 = 100;

/// How many e-mails are not sent yet.
const UNSENT: &str = "SELECT CAST(COUNT(*) AS BIGINT) AS number FROM ledger WHERE state IN ('owed', 'sending')";

/// Subscriptions, and the database that they are in.
pub(crate) struct Subscribers {
    db: Db,
    all: Vec<(PersonId, SubscriptionId)>,
}

/// The persons that mailbox-service has registered.
pub(crate) async fn registered(stage: &Stage) -> anyhow::Result<Vec<PersonId>> {
    let db = open(stage, ServiceName::Mailbox, mailbox_service::MIGRATIONS).await?;
    let persons =
        db.read(|tx| Box::pin(tx.all("SELECT id FROM person ORDER BY id", sql::args![], |row| row.get("id"))));
    let persons = persons.await.map_err(|error: sql::Error| error)?;
    db.close().await;
    Ok(persons)
}

async fn open(stage: &Stage, service: ServiceName, migrations: sql::Migrations) -> anyhow::Result<Db> {
    let clock = TimeSource::Engine(Arc::new(SystemClock));
    Ok(Db::open(&DatabaseConfig::at(stage.processes.database_url(service)), migrations, clock).await?)
}

impl Subscribers {
    /// A subscription with a confirmed address for each of `accesses`; the first `dead` of them at a domain whose mail stalls.
    pub(crate) async fn fill(stage: &Stage, accesses: &[Filled], dead: u32) -> anyhow::Result<Self> {
        let db = open(stage, ServiceName::Notification, notification_service::store::MIGRATIONS).await?;
        let keys = std::fs::read_to_string(stage.processes.suite().secrets().layout().keys(ServiceName::Notification))?;
        let keys = Arc::new(Keys::parse(&keys)?);
        let numbered: Vec<(u32, Filled)> = (0..).zip(accesses.iter().cloned()).collect();
        let mut all = Vec::new();
        for batch in numbered.chunks(BATCH) {
            let (batch, keys) = (batch.to_vec(), keys.clone());
            let written = db.write(move |tx| {
                Box::pin(async move {
                    let mut written = Vec::new();
                    for (number, access) in &batch {
                        let domain =
                            if *number < dead { DEAD.to_owned() } else { format!("d{}.example.dk", number % DOMAINS) };
                        written.push(write(tx, &keys, access, &format!("p{number}@{domain}")).await?);
                    }
                    Ok::<_, sql::Error>(written)
                })
            });
            all.extend(written.await?);
        }
        stage.vacuum(ServiceName::Notification).await?;
        Ok(Self { db, all })
    }

    /// Owes each of them an e-mail about one new letter, due at once and in their order.
    pub(crate) async fn are_owed(&self) -> anyhow::Result<()> {
        for batch in self.all.chunks(BATCH) {
            let batch = batch.to_vec();
            let owed = self.db.write(move |tx| {
                Box::pin(async move {
                    let now = tx.now().await?;
                    let count = |(mailbox, subscription)| {
                        let id = id::new_uuid(now, &SystemRandom);
                        Count { id, mailbox, subscription, letters: 1, traces: Vec::new() }
                    };
                    // A letter may join an e-mail that still waits.
                    let opened = ledger::count_letters(tx, batch.into_iter().map(count).collect(), now).await?;
                    queue::push_all(tx, queue_of(Kind::NewPost), opened, now).await
                })
            });
            owed.await?;
        }
        Ok(())
    }

    /// Waits until so many e-mails are noted to have been sent.
    pub(crate) async fn are_sent(&self, number: i64) -> anyhow::Result<()> {
        while self.sent().await? < number {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    }

    /// Waits until mailbox-service has told of every letter, and every e-mail about one was sent.
    pub(crate) async fn are_all_told(&self, stage: &Stage) -> anyhow::Result<()> {
        let mailboxes = open(stage, ServiceName::Mailbox, mailbox_service::MIGRATIONS).await?;
        // An event is taken out after its e-mail is owed.
        while number(&mailboxes, "SELECT CAST(COUNT(*) AS BIGINT) AS number FROM outbox").await? > 0
            || number(&self.db, UNSENT).await? > 0
        {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        mailboxes.close().await;
        Ok(())
    }

    async fn sent(&self) -> anyhow::Result<i64> {
        number(&self.db, "SELECT CAST(COUNT(*) AS BIGINT) AS number FROM ledger WHERE state = 'sent'").await
    }
}

async fn number(db: &Db, sql: &'static str) -> anyhow::Result<i64> {
    let number = db.read(move |tx| Box::pin(tx.one(sql, sql::args![], |row| row.get("number"))));
    Ok(number.await.map_err(|error: sql::Error| error)?)
}

async fn write(
    tx: &mut Tx,
    keys: &Keys,
    access: &Filled,
    address: &str,
) -> Result<(PersonId, SubscriptionId), sql::Error> {
    let (now, id) = (tx.now().await?, SubscriptionId::new(SystemClock.now(), &SystemRandom));
    let (mailbox, key) = (access.owner, DataKey::generate(&SystemRandom));
    let address = key.seal(&subscription::address_place(id), address.as_bytes(), &SystemRandom);
    let subscription = Subscription {
        id,
        mailbox,
        subscriber: access.reader,
        access: Some(access.id),
        address: None,
        waiting: None,
        code_time: None,
        confirm_time: None,
        create_time: now,
        end: None,
    };
    subscription::insert(tx, &keys.keyring, &subscription::Opened { subscription, key }, &SystemRandom).await?;
    subscription::confirm(tx, mailbox, id, address, now).await?;
    Ok((mailbox, id))
}
