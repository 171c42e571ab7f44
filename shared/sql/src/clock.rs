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

/// The query for the present alone.
pub(crate) const GLIMPSE: Sql =
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
    taken: Option<Taken>,
}

/// The present that a transaction has taken.
#[derive(Clone, Copy)]
struct Taken {
    now: Timestamp,
    /// Whether the floor that was seen lags so far behind it that it is to be raised.
    lags: bool,
}

impl Present {
    pub(crate) fn new(source: TimeSource) -> Self {
        Self { source, latest: Arc::new(AtomicI64::new(i64::MIN)), taken: None }
    }

    /// The present of this transaction, if it has taken one.
    pub(crate) fn taken(&self) -> Option<Timestamp> {
        self.taken.map(|taken| taken.now)
    }

    /// Takes the present after a query that saw `glimpse`, unless there is one already.
    pub(crate) fn take(&mut self, glimpse: Glimpse) -> Timestamp {
        self.taken().unwrap_or_else(|| {
            let now = self.after(glimpse);
            self.taken = Some(Taken { now, lags: glimpse.floor < now.minus(FLOOR_LAG) });
            now
        })
    }

    /// A clock that is handed in is read here: after the query.
    fn after(&self, glimpse: Glimpse) -> Timestamp {
        let now = match (&self.source, glimpse.clock) {
            (TimeSource::Engine(_), Some(clock)) => clock,
            (TimeSource::Engine(clock) | TimeSource::Injected(clock), _) => clock.now(),
        };
        let now = now.max(glimpse.floor);
        let seen = self.latest.fetch_max(now.as_micros(), Ordering::SeqCst);
        now.max(Timestamp::from_micros(seen))
    }

    /// Raises the stored floor to this transaction's present, if it lags: it may have been raised since it was seen, and is
    /// never lowered.
    pub(crate) async fn store(&self, tx: &mut Tx) -> Result<(), Error> {
        if let Some(Taken { now, lags: true }) = self.taken {
            let sql = "UPDATE clock_floor SET latest = $1 WHERE latest < $2";
            tx.execute(sql, args![now, now.minus(FLOOR_LAG)]).await?;
        }
        Ok(())
    }
}
