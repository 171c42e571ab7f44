//! The present, as storage sees it.
//!
//! On PostgreSQL it is the database's clock, one for all replicas; on SQLite, and wherever a test drives time, it
//! is the clock that is handed in. It is never earlier than the latest present that an earlier transaction stored
//! or this process has seen: a clock that steps back brings no ended access to life (rule A9).

use crate::args;
use crate::error::Error;
use crate::tx::{Sql, Tx};
use crate::value::Row;
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

/// The columns by which a query brings along what [`Tx::now_from`] makes the present from, so that a decision and its
/// moment cost one statement: `Sql::each(concat!("SELECT ", present_columns!(sqlite), ...), ...)`. Read by
/// [`Glimpse::read`]. PostgreSQL reads its clock after it has fixed which rows the query sees: what ends while the
/// query looks has ended.
#[macro_export]
macro_rules! present_columns {
    (sqlite) => {
        "(SELECT latest FROM clock_floor) AS present_floor"
    };
    (postgres) => {
        "(SELECT latest FROM clock_floor) AS present_floor, (SELECT clock_timestamp()) AS present_clock"
    };
}

const GLIMPSE: Sql =
    Sql::each(concat!("SELECT ", present_columns!(sqlite)), concat!("SELECT ", present_columns!(postgres)));

/// What a query saw of the present.
#[derive(Clone, Copy, Debug)]
pub struct Glimpse {
    floor: Timestamp,
    /// The engine's own clock, if it has one.
    clock: Option<Timestamp>,
}

impl Glimpse {
    /// From a row of a query with `present_columns!`.
    pub fn read(row: &Row) -> Result<Self, Error> {
        let clock = match row {
            Row::Sqlite(_) => None,
            Row::Postgres(_) => Some(row.get("present_clock")?),
        };
        Ok(Self { floor: row.get("present_floor")?, clock })
    }
}

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
        Ok(self.of(tx.one(GLIMPSE, args![], Glimpse::read).await?))
    }

    /// The present after a query that saw `glimpse`. A clock that is handed in is read here: after the query.
    pub(crate) fn of(&self, glimpse: Glimpse) -> Timestamp {
        let now = match (&self.source, glimpse.clock) {
            (TimeSource::Engine(_), Some(clock)) => clock,
            (TimeSource::Engine(clock) | TimeSource::Injected(clock), _) => clock.now(),
        };
        let now = now.max(glimpse.floor);
        let seen = self.latest.fetch_max(now.as_micros(), Ordering::SeqCst);
        now.max(Timestamp::from_micros(seen))
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
