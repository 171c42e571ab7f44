//! What is measured: the processes, and accesses in plenty.

use access_service::domain::{Access, Change, Expiry, Party, Scope, State};
use access_service::store::{access, known_person};
use access_service::usecase::recognise::cpr_hash;
use anyhow::Context as _;
use crypto::Keys;
use engines::{Engine, postgres};
use harness::{Person, Processes, Settings};
use kernel::{AccessId, Clock as _, CprNumber, PersonId, ServiceName, SystemClock, SystemRandom, Timestamp};
use notification_service::config::MailConfig;
use sql::{DatabaseConfig, Db, TimeSource, Tx};
use sqlx::{Connection as _, PgConnection};
use std::sync::Arc;
use std::time::Duration;

/// How many accesses are written in one transaction.
pub(crate) const BATCH: usize = 1_000;
const LAPSE: Duration = Duration::from_hours(60 * 24);

/// A running suite.
pub(crate) struct Stage {
    pub(crate) engine: Engine,
    pub(crate) processes: Processes,
}

/// An active access that was put into the database.
#[derive(Clone)]
pub(crate) struct Filled {
    pub(crate) id: AccessId,
    pub(crate) owner: PersonId,
    pub(crate) reader: PersonId,
    /// Who the reader's token says they are.
    pub(crate) person: Person,
}

impl Stage {
    pub(crate) async fn start(engine: Engine) -> anyhow::Result<Self> {
        postgres::as_in_production();
        Ok(Self { engine, processes: Processes::start(engine).await? })
    }

    /// The same, and e-mail leaves as `mail` says.
    pub(crate) async fn start_with_mail(engine: Engine, mail: MailConfig) -> anyhow::Result<Self> {
        postgres::as_in_production();
        let settings = Settings { mail: Some(mail), ..Settings::default() };
        Ok(Self { engine, processes: Processes::start_with(engine, 1, settings).await? })
    }

    /// Puts `number` active accesses into access-service's database, through its own store: each of one reader to one
    /// owner's public post, by persons that mailbox-service has not heard of.
    pub(crate) async fn fill_accesses(&self, number: u32) -> anyhow::Result<Vec<Filled>> {
        self.write_accesses((0..number).map(|number| fresh(id(), number)).collect()).await
    }

    /// The same for the post of each of `owners`.
    pub(crate) async fn fill_accesses_to(&self, owners: &[PersonId]) -> anyhow::Result<Vec<Filled>> {
        self.write_accesses(owners.iter().zip(0..).map(|(owner, number)| fresh(*owner, number)).collect()).await
    }

    async fn write_accesses(&self, all: Vec<Filled>) -> anyhow::Result<Vec<Filled>> {
        let url = self.processes.database_url(ServiceName::Access);
        let clock = TimeSource::Engine(Arc::new(SystemClock));
        let db = Db::open(&DatabaseConfig::at(url), access_service::MIGRATIONS, clock).await?;
        let keys = std::fs::read_to_string(self.processes.suite().secrets().layout().keys(ServiceName::Access))?;
        let keys = Arc::new(Keys::parse(&keys)?);
        for batch in all.chunks(BATCH) {
            let (batch, keys) = (batch.to_vec(), keys.clone());
            let written = db.write(move |tx| {
                Box::pin(async move {
                    for filled in &batch {
                        write(tx, &keys, filled).await?;
                    }
                    Ok::<_, sql::Error>(())
                })
            });
            written.await?;
        }
        db.close().await;
        self.vacuum(ServiceName::Access).await?;
        Ok(all)
    }

    /// Does what autovacuum does by itself some minutes later.
    pub(crate) async fn vacuum(&self, service: ServiceName) -> anyhow::Result<()> {
        if self.engine == Engine::Postgres {
            let mut connection = PgConnection::connect(self.processes.database_url(service)).await?;
            sqlx::query("VACUUM ANALYZE").execute(&mut connection).await?;
            connection.close().await?;
        }
        Ok(())
    }
}

/// The tables of mailbox-service in an empty database.
pub(crate) async fn schema(url: &str) -> anyhow::Result<()> {
    let clock = TimeSource::Engine(Arc::new(SystemClock));
    let db = Db::open(&DatabaseConfig::at(url), mailbox_service::MIGRATIONS, clock).await?;
    db.close().await;
    Ok(())
}

fn fresh(owner: PersonId, number: u32) -> Filled {
    let access = AccessId::new(SystemClock.now(), &SystemRandom);
    Filled { id: access, owner, reader: id(), person: Person::of_crowd(number) }
}

fn id() -> PersonId {
    PersonId::new(SystemClock.now(), &SystemRandom)
}

async fn write(tx: &mut Tx, keys: &Keys, filled: &Filled) -> Result<(), sql::Error> {
    let now = tx.now().await?;
    let offered = offered(filled, now);
    access::insert(tx, &offered).await?;
    let approved = offered.after(Change::Approve(Party::Reader), now);
    access::update(tx, &approved.map_err(|_| sql::Error::corrupt("access", "an offer that can't be approved"))?)
        .await?;
    let cpr = CprNumber::parse(&filled.person.cpr_number);
    let cpr = cpr.map_err(|_| sql::Error::corrupt("person", "no CPR number"))?;
    known_person::remember(tx, &cpr_hash(&keys.lookup, &cpr), filled.reader).await
}

fn offered(filled: &Filled, now: Timestamp) -> Access {
    Access {
        id: filled.id,
        owner: filled.owner,
        reader: filled.reader,
        scope: Scope::PublicPost,
        version: 1,
        state: State::Offered,
        expiry: Expiry::Never,
        guardianship: None,
        create_time: now,
        lapse_time: now.plus(LAPSE),
        approve_time: None,
        end_time: None,
    }
}

/// So many of `all`, evenly spread.
pub(crate) fn spread<T: Clone>(all: &[T], number: usize) -> anyhow::Result<Vec<T>> {
    let step = all.len().checked_div(number).filter(|step| *step > 0).context("fewer accesses than sessions")?;
    Ok(all.iter().step_by(step).take(number).cloned().collect())
}
