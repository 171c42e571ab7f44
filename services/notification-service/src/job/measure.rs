//! How much is owed, for whoever watches (N9).

use crate::domain::ledger::{Kind, State};
use crate::service::Service;
use crate::store::ledger::overview;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use runtime::Job;
use std::time::Duration;

/// Sets the gauges of what is owed: `ledger_entries`, by state and kind, and `ledger_oldest_owed_seconds`. What is over is
/// counted by `emails_total` when it happens. Every replica says the same.
pub struct Measure(pub Service);

impl Job for Measure {
    fn name(&self) -> &'static str {
        "measure-ledger"
    }

    fn pause(&self) -> Duration {
        Duration::from_secs(15)
    }

    fn wakes_on_work(&self) -> bool {
        false
    }

    fn run_once(&self) -> BoxFuture<'_, anyhow::Result<bool>> {
        self.measure().boxed()
    }
}

impl Measure {
    async fn measure(&self) -> anyhow::Result<bool> {
        let owed = self.0.db.read(|tx| Box::pin(overview::owed(tx)));
        let owed = owed.await.map_err(|error: sql::Error| error)?;
        // Those too of which there are none any more.
        for state in State::ALL.into_iter().filter(|state| state.is_owed()) {
            for kind in Kind::ALL {
                let count =
                    owed.counts.iter().find(|(s, k, _)| (*s, *k) == (state, kind)).map_or(0, |(.., count)| *count);
                let count = u32::try_from(count).unwrap_or(u32::MAX);
                metrics::gauge!("ledger_entries", "state" => state.as_str(), "kind" => kind.as_str()).set(count);
            }
        }
        let age = owed.oldest_owed.map_or(Duration::ZERO, |(_, age)| age);
        metrics::gauge!("ledger_oldest_owed_seconds").set(age.as_secs_f64());
        Ok(false)
    }
}
