//! Two suites on one database a service, with clocks that go differently.

use super::start::{self, Plan, Servers, secrets};
use super::{NOON, Suite};
use engines::{DrivenDatabase, Engine, folder};
use kernel::{ManualClock, ServiceName, Timestamp};
use runtime::Outside;
use sql::{DatabaseConfig, TimeSource};
use std::sync::Arc;
use std::time::Duration;

/// How far the clock of the second suite goes ahead of the first's.
const AHEAD: Duration = Duration::from_secs(2);

/// Two replicas of everything on PostgreSQL. Storage takes its present from the database, as in production; the test drives
/// the clock of access-service's, and the clock of each suite.
pub struct TwoSuites {
    /// Right.
    pub first: Suite,
    /// Two seconds ahead.
    pub second: Suite,
    /// access-service's.
    pub database: DrivenDatabase,
}

impl TwoSuites {
    /// Both, at noon.
    ///
    /// # Panics
    /// When they do not start.
    pub async fn start() -> Self {
        begin().await.expect("two suites start")
    }

    /// Sets the database's clock and the first suite's to `instant`, and the second's two seconds ahead.
    ///
    /// # Panics
    /// When the database is gone.
    pub async fn set(&self, instant: Timestamp) {
        self.database.set(instant).await.expect("a database");
        self.first.clock().set(instant);
        self.second.clock().set(instant.plus(AHEAD));
    }
}

async fn begin() -> anyhow::Result<TwoSuites> {
    let folder = folder::quick()?;
    let secrets = secrets(&folder)?;
    let database = DrivenDatabase::fresh(NOON).await?;
    let mut databases = Vec::new();
    for &service in ServiceName::ALL {
        let of_its_own = service != ServiceName::Access;
        let config = if of_its_own {
            start::database(Engine::Postgres, folder.path(), service).await?
        } else {
            DatabaseConfig::at(database.url())
        };
        databases.push((service, config));
    }
    let folder = Arc::new(folder);
    let start = async |clock: ManualClock| {
        let time = TimeSource::Engine(Arc::new(clock.clone()));
        let outside = Outside { time, ..Outside::driven(Arc::new(clock.clone())) };
        let plan = Plan { databases: &databases, secrets: &secrets, outside, servers: Servers::default() };
        plan.start(&clock, folder.clone()).await
    };
    let first = start(ManualClock::new(NOON)).await?;
    let second = start(ManualClock::new(NOON.plus(AHEAD))).await?;
    Ok(TwoSuites { first, second, database })
}
