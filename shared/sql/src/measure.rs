//! What there is to be measured of a database, for whoever watches.

use crate::args;
use crate::db::Db;
use crate::error::Error;
use crate::tx::Tx;
use kernel::ServiceName;
use std::time::Duration;

/// The most waiting events that are counted: to look must stay cheap when they are many.
const MOST_COUNTED: i64 = 10_000;

/// The events that wait for one process.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Waiting {
    /// How many, 10,000 at the most.
    pub events: i64,
    /// For how long the oldest has.
    pub oldest: Duration,
}

/// How the connections are used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Connections {
    /// Those that somebody works with.
    pub in_use: u32,
    /// Those that are open and wait for work.
    pub idle: u32,
    /// The most there can be.
    pub most: u32,
}

/// The events that wait to be handed over to `destination`. Ids of events ascend with their time, so that the oldest is the
/// first by its key.
pub async fn waiting(tx: &mut Tx, destination: ServiceName) -> Result<Waiting, Error> {
    let now = tx.now().await?;
    let oldest = tx
        .optional(
            "SELECT create_time FROM outbox WHERE destination = $1 ORDER BY id LIMIT 1",
            args![destination.as_str()],
            |row| row.get("create_time"),
        )
        .await?;
    let Some(oldest) = oldest else { return Ok(Waiting { events: 0, oldest: Duration::ZERO }) };
    let events = tx
        .one(
            "SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM outbox WHERE destination = $1 LIMIT $2) AS counted",
            args![destination.as_str(), MOST_COUNTED],
            |row| row.get("n"),
        )
        .await?;
    Ok(Waiting { events, oldest: now.since(oldest) })
}

impl Db {
    /// How the connections are used at this moment.
    pub fn connections(&self) -> Connections {
        let (open, idle, most) = self.pool_sizes();
        let idle = u32::try_from(idle).unwrap_or(u32::MAX).min(open);
        Connections { in_use: open - idle, idle, most }
    }
}
