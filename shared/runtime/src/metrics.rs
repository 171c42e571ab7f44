//! Every metric of the suite with what it means, and those that a process sets of itself.
//!
//! Whoever adds one adds it here: alerts and dashboards name only what stands in [`ALL`], and a test compares it with what the
//! code sets.

use crate::worker::Job;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use kernel::ServiceName;
use metrics::{describe_counter, describe_gauge, describe_histogram, gauge};
use sql::Db;
use std::time::Duration;

/// What a metric does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// It only grows.
    Counter,
    /// It goes up and down.
    Gauge,
    /// Durations, in buckets: `_bucket`, `_sum` and `_count`.
    Histogram,
}

/// Every metric: its kind, its name, and what it means.
pub const ALL: [(Kind, &str, &str); 17] = [
    (Kind::Counter, "grpc_server_calls_total", "Calls that have ended, by method and gRPC code"),
    (
        Kind::Histogram,
        "grpc_server_call_duration_seconds",
        "How long calls took, by method; of a stream, until it began",
    ),
    (Kind::Gauge, "grpc_server_in_flight_calls", "Calls that run or wait for their turn"),
    (
        Kind::Gauge,
        "process_ready",
        "1 while the process is ready, 0 while its database takes no writes or it is ending",
    ),
    (
        Kind::Gauge,
        "tls_certificate_expiry_timestamp_seconds",
        "When the certificate in force ends, in seconds since 1970, by role: server, client",
    ),
    (
        Kind::Gauge,
        "database_connections",
        "Connections to the database, by state: in_use, idle, and the most there can be",
    ),
    (
        Kind::Gauge,
        "outbox_events",
        "Events that wait to be handed over, by destination; counted up to 10,000. All replicas say the same",
    ),
    (
        Kind::Gauge,
        "outbox_oldest_seconds",
        "For how long the oldest event has waited, by destination. All replicas say the same",
    ),
    (
        Kind::Counter,
        "outbox_failures_total",
        "Hand-overs of events that failed and will be tried again, by destination",
    ),
    (Kind::Counter, "outbox_parked_total", "Events that were set aside since they can't be read, by queue"),
    (
        Kind::Counter,
        "job_failures_total",
        "Runs of work in the background that failed and will be tried again, by name",
    ),
    (Kind::Gauge, "ledger_entries", "E-mails that are owed, by state and kind. All replicas say the same"),
    (
        Kind::Gauge,
        "ledger_oldest_owed_seconds",
        "For how long the oldest e-mail has been owed. All replicas say the same",
    ),
    (Kind::Counter, "emails_total", "E-mails that the mail server took or refused, by kind and outcome"),
    (
        Kind::Counter,
        "emails_returned_total",
        "E-mails that came back for a reason that is not the recipient's, by kind",
    ),
    (Kind::Counter, "email_errors_total", "E-mails of which it could not be noted what became of them"),
    (Kind::Counter, "email_waits_total", "E-mails that wait for another service, by service"),
];

/// Tells the exporter what each is.
pub(crate) fn describe() {
    for (kind, name, meaning) in ALL {
        match kind {
            Kind::Counter => describe_counter!(name, meaning),
            Kind::Gauge => describe_gauge!(name, meaning),
            Kind::Histogram => describe_histogram!(name, meaning),
        }
    }
}

/// Sets the gauges of the database and of the events that wait.
pub(crate) struct Measure {
    pub(crate) db: Db,
    pub(crate) destinations: Vec<ServiceName>,
}

impl Job for Measure {
    fn name(&self) -> &'static str {
        "measure-process"
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
        let connections = self.db.connections();
        for (state, number) in [("in_use", connections.in_use), ("idle", connections.idle), ("most", connections.most)]
        {
            gauge!("database_connections", "state" => state).set(number);
        }
        for &destination in &self.destinations {
            let waiting = self.db.read(|tx| Box::pin(sql::measure::waiting(tx, destination)));
            let waiting = waiting.await.map_err(|error: sql::Error| error)?;
            let events = u32::try_from(waiting.events).unwrap_or(u32::MAX);
            gauge!("outbox_events", "destination" => destination.as_str()).set(events);
            gauge!("outbox_oldest_seconds", "destination" => destination.as_str()).set(waiting.oldest.as_secs_f64());
        }
        Ok(false)
    }
}
