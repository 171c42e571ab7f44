//! The present, as storage sees it.
//!
//! On PostgreSQL it is the database's clock, one for all replicas; on SQLite, and wherever a test drives time, it
//! is the clock that is handed in. It is never earlier than the latest present that an earlier transaction stored
//! or this process has seen: a clock that steps back brings no ended access to life (rule A9).

use crate::args;
use crate::engine::Engine;
use crate::error::Error;
use crate::tx::{Sql, Tx};
use kernel::{Clock, Timestamp};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// Where the present comes from.
#[derive(Clone)]
pub enum TimeSource {
    /// PostgreSQL's own clock; on SQLite the given one. What the shipped programs use.
    Engine(Arc<dyn Clock>),
    /// The given clock on both engines. What tests use.
    Injected(Arc<dyn Clock>),
}

/// How far the stored floor may lag behind, so that not every write touches its one row. Within one process
/// the floor is exact.
const FLOOR_LAG: Duration = Duration::from_secs(1);

const READ_DATABASE_CLOCK: Sql = Sql::each(
    "SELECT latest AS present FROM clock_floor",
    "SELECT GREATEST(clock_timestamp(), latest) AS present FROM clock_floor",
);

/// The present of one transaction, and the latest one this process has seen.
#[derive(Clone)]
pub(crate) struct Present {
    source: TimeSource,
    latest: Arc<AtomicI64>,
    taken: Option<Timestamp>,
}

impl Present {
    pub(crate) fn new(source: TimeSource) -> Self {
        Self { source, latest: Arc::new(AtomicI64::new(i64::MIN)), taken: None }
    }

    pub(crate) fn taken(&self) -> Option<Timestamp> {
        self.taken
    }

    pub(crate) fn take(&mut self, now: Timestamp) {
        self.taken = Some(now);
    }

    pub(crate) async fn read(&self, tx: &mut Tx) -> Result<Timestamp, Error> {
        let stored = |row: &crate::Row| row.get::<Timestamp>("present");
        let now = match (&self.source, tx.engine()) {
            (TimeSource::Engine(_), Engine::Postgres) => tx.one(READ_DATABASE_CLOCK, args![], stored).await?,
            (TimeSource::Engine(clock) | TimeSource::Injected(clock), _) => {
                let floor = tx.one("SELECT latest AS present FROM clock_floor", args![], stored).await?;
                clock.now().max(floor)
            }
        };
        let seen = self.latest.fetch_max(now.as_micros(), Ordering::SeqCst);
        Ok(now.max(Timestamp::from_micros(seen)))
    }

    /// Raises the stored floor to this transaction's present, if it lags.
    pub(crate) async fn store(&self, tx: &mut Tx) -> Result<(), Error> {
        if let Some(now) = self.taken {
            let sql = "UPDATE clock_floor SET latest = $1 WHERE latest < $2";
            tx.execute(sql, args![now, now.minus(FLOOR_LAG)]).await?;
        }
        Ok(())
    }
}
