//! A service on a database of its own, with a clock that the test drives.

use crate::mailer::Recorder;
use engines::Engine;
use events::{Emitter, Handler as _, New};
use kernel::{AccessId, EmailAddress, ManualClock, PersonId, ServiceName, SystemRandom, Timestamp};
use notification_service::config::ServiceConfig;
use notification_service::domain::code::Code;
use notification_service::domain::ledger::{Kind, Lane, Standing, State};
use notification_service::domain::places::Places;
use notification_service::domain::return_path::ReturnPaths;
use notification_service::domain::subscription::Subscription;
use notification_service::email::{Composer, Rendered};
use notification_service::error::Error;
use notification_service::incoming::{Events, Incoming};
use notification_service::job::Delivery;
use notification_service::service::Service;
use notification_service::store;
use notification_service::usecase::claim::{Due, claim};
use notification_service::usecase::confirm::{Confirm, confirm};
use notification_service::usecase::prepare::Candidate;
use notification_service::usecase::start::{Start, start};
use notification_service::usecase::{Target, overview, resend};
use rpc::trace::Span;
use sql::{DatabaseConfig, Db, Once, TimeSource};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

/// 2026-11-22T12:00:00Z.
const START: Timestamp = Timestamp::from_micros(1_795_348_800_000_000);
const KEYS: &str = r#"{"active": "k1", "keys": {"k1": "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="},
                       "lookup": "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI="}"#;

pub(crate) struct World {
    pub(crate) service: Service,
    pub(crate) clock: ManualClock,
    pub(crate) mailer: Arc<Recorder>,
    pub(crate) folder: TempDir,
    database: DatabaseConfig,
}

/// Runs `test` on each engine.
pub(crate) async fn on_each_engine(test: impl AsyncFn(World)) {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let folder = tempfile::tempdir().expect("a folder");
        let database =
            engine.migrated_database(folder.path(), "notification", store::MIGRATIONS).await.expect("a database");
        test(World::new(database, folder).await).await;
    }
}

impl World {
    async fn new(database: DatabaseConfig, folder: TempDir) -> Self {
        Self::on(database, folder, ManualClock::new(START), Arc::new(Recorder::default())).await
    }

    /// Another replica: a service of its own on the same database, beside this one.
    pub(crate) async fn twin(&self) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self::on(self.database.clone(), folder, self.clock.clone(), self.mailer.clone()).await
    }

    async fn on(database: DatabaseConfig, folder: TempDir, clock: ManualClock, mailer: Arc<Recorder>) -> Self {
        let time = TimeSource::Injected(Arc::new(clock.clone()));
        let config = DatabaseConfig { max_connections: 16, ..database.clone() };
        let random = Arc::new(SystemRandom);
        let keys = crypto::Keys::parse(KEYS).expect("keys");
        let service = Service {
            db: Db::open(&config, store::MIGRATIONS, time).await.expect("a database"),
            random: random.clone(),
            emitter: Emitter::new(ServiceName::Notification, random),
            composer: Arc::new(Composer::new(&ServiceConfig::default()).expect("a composer")),
            return_paths: ReturnPaths::new(keys.lookup.clone(), "digitalpost.example"),
            keys,
            window: Duration::from_secs(10),
        };
        Self { service, clock, mailer, folder, database }
    }

    pub(crate) fn pass(&self, duration: Duration) {
        self.clock.advance(duration);
    }

    pub(crate) fn delivery(&self) -> Delivery {
        Delivery { service: self.service.clone(), mailer: self.mailer.clone() }
    }

    /// Sends all that is due, with the same answer of the other services for all.
    pub(crate) async fn send_due(&self, standing: &Standing) {
        loop {
            let mut claimed = 0;
            for lane in Lane::ALL {
                let due = claim(&self.service, lane, 16).await.expect("claimed");
                claimed += due.len();
                self.deliver(due, standing).await;
            }
            if claimed == 0 {
                return;
            }
        }
    }

    /// Does what the worker does that is there for what somebody waits for.
    pub(crate) async fn send_one_batch_of_what_is_awaited(&self) {
        let due = claim(&self.service, Lane::Awaited, 4).await.expect("claimed");
        self.deliver(due, &Standing::Unknown).await;
    }

    pub(crate) async fn deliver(&self, due: Vec<Due>, standing: &Standing) {
        let (delivery, places) = (self.delivery(), Places::new(100));
        let candidates = due.into_iter().map(|due| Candidate { due, standing: standing.clone() }).collect();
        let ready = delivery.prepare(candidates, places).await.ready;
        let sending = ready.into_iter().map(|ready| delivery.send(ready));
        delivery.settle(futures::future::join_all(sending).await).await;
    }

    /// Takes an event in.
    pub(crate) async fn take(&self, incoming: Incoming) {
        self.take_all(vec![incoming]).await;
    }

    /// Takes the events of a batch in.
    pub(crate) async fn take_all(&self, batch: Vec<Incoming>) {
        let service = self.service.clone();
        let new = batch.into_iter().map(|incoming| New { incoming, span: Span::default() }).collect();
        let taken = self.service.db.write(move |tx| Box::pin(async move { Events(service).take_all(tx, new).await }));
        taken.await.expect("taken in");
    }

    pub(crate) async fn start(&self, who: &Who, address: &str) -> Result<Subscription, Error> {
        self.start_once(who, address, Once::new([0; 32], "Start", "", [0; 32])).await
    }

    pub(crate) async fn start_once(&self, who: &Who, address: &str, once: Once) -> Result<Subscription, Error> {
        let Who { person, mailbox, access } = *who;
        start(&self.service, Start { person, mailbox, access, address: email(address), errand: once.into() }).await
    }

    pub(crate) async fn confirm(&self, target: Target, code: &Code) -> Result<Subscription, Error> {
        let once = Once::new([0; 32], "Confirm", "", [0; 32]);
        confirm(&self.service, Confirm { target, code: code.clone(), errand: once.into() }).await
    }

    pub(crate) async fn resend(&self, target: Target) -> Result<Subscription, Error> {
        resend::resend(&self.service, target, Once::new([0; 32], "Resend", "", [0; 32]).into()).await
    }

    /// Starts a subscription and confirms its address.
    pub(crate) async fn subscribed(&self, who: &Who, address: &str) -> Target {
        let target = target(&self.start(who, address).await.expect("started"));
        self.confirm(target, &self.code().await).await.expect("confirmed");
        target
    }

    /// Sends what is due and reads the code in the last e-mail.
    pub(crate) async fn code(&self) -> Code {
        self.send_due(&Standing::Unknown).await;
        let taken = self.mailer.take();
        code_in(&taken.last().expect("an e-mail").1)
    }

    /// Sends what somebody waits for and reads the code in the last e-mail; news is left alone.
    pub(crate) async fn code_alone(&self) -> Code {
        self.send_one_batch_of_what_is_awaited().await;
        code_in(&self.mailer.take().last().expect("an e-mail").1)
    }

    pub(crate) async fn get(&self, target: Target) -> Subscription {
        notification_service::usecase::list::get(&self.service, target).await.expect("found")
    }

    /// How many e-mails of `kind` are in `state`.
    pub(crate) async fn count(&self, state: State, kind: Kind) -> i64 {
        let counts = overview::summary(&self.service).await.expect("a summary").counts;
        counts.iter().find(|(s, k, _)| (*s, *k) == (state, kind)).map_or(0, |(_, _, count)| *count)
    }

    /// How many events are on their way to mailbox-service.
    pub(crate) async fn events_out(&self) -> i64 {
        let sql = "SELECT CAST(COUNT(*) AS BIGINT) AS many FROM outbox";
        let read = self.service.db.read(|tx| Box::pin(tx.one(sql, sql::args![], |row| row.get("many"))));
        read.await.map_err(|error: sql::Error| error).expect("counted")
    }
}

/// A person, and what they subscribe to.
#[derive(Clone, Copy)]
pub(crate) struct Who {
    pub(crate) person: PersonId,
    pub(crate) mailbox: PersonId,
    pub(crate) access: Option<AccessId>,
}

impl Who {
    /// The reader of a new mailbox.
    pub(crate) fn reader() -> Self {
        Self::reads(PersonId::new(START, &SystemRandom))
    }

    /// A new reader of `mailbox`.
    pub(crate) fn reads(mailbox: PersonId) -> Self {
        let access = Some(AccessId::new(START, &SystemRandom));
        Self { person: PersonId::new(START, &SystemRandom), mailbox, access }
    }

    /// A letter in the mailbox.
    pub(crate) fn letter(&self) -> Incoming {
        Incoming::PostArrived { mailbox: self.mailbox, owner_only: false }
    }

    /// The same person, as the reader of a further mailbox.
    pub(crate) fn elsewhere(self) -> Self {
        Self { person: self.person, ..Self::reader() }
    }
}

pub(crate) fn target(subscription: &Subscription) -> Target {
    Target { person: subscription.subscriber, mailbox: subscription.mailbox, id: subscription.id }
}

pub(crate) fn email(text: &str) -> EmailAddress {
    EmailAddress::parse(text).expect("an address")
}

pub(crate) fn entitled() -> Standing {
    Standing::Entitled { owner: "Karen Nørgaard".to_owned() }
}

pub(crate) fn code_in(email: &Rendered) -> Code {
    let text = String::from_utf8_lossy(&email.message).into_owned();
    let (_, after) = text.split_once("Din kode er: ").expect("a code");
    Code::parse(&after[..6]).expect("six digits")
}

/// A code that is not `code`.
pub(crate) fn other_than(code: &Code) -> Code {
    Code::parse(if code.digits() == "000000" { "000001" } else { "000000" }).expect("a code")
}
