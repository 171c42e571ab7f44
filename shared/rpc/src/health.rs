//! grpc.health.v1, telling the truth: the empty service name is readiness, and it serves only while the database
//! takes writes and the process isn't on its way out.

use futures::future::BoxFuture;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;

/// How often readiness is looked at.
const INTERVAL: Duration = Duration::from_secs(1);

/// How long the look may take: a database that does not answer is one that is away.
const PATIENCE: Duration = Duration::from_secs(1);

/// Whether the process can do its work now.
pub type Probe = Box<dyn Fn() -> BoxFuture<'static, bool> + Send + Sync>;

/// Keeps `""` and every name in `services` up to date until `stopping`, then NOT_SERVING for good.
pub async fn watch(reporter: HealthReporter, services: Vec<&'static str>, probe: Probe, stopping: CancellationToken) {
    let mut ready = None;
    loop {
        let now = tokio::select! {
            () = stopping.cancelled() => false,
            now = tokio::time::timeout(PATIENCE, probe()) => now.unwrap_or(false),
        };
        if ready != Some(now) {
            report(&reporter, &services, now).await;
            tracing::info!(ready = now, "readiness changed");
            ready = Some(now);
        }
        tokio::select! {
            () = stopping.cancelled() => {
                report(&reporter, &services, false).await;
                return;
            }
            () = tokio::time::sleep(INTERVAL) => {}
        }
    }
}

/// Sets the status of the process and of each of its services.
pub async fn report(reporter: &HealthReporter, services: &[&'static str], ready: bool) {
    let status = if ready { ServingStatus::Serving } else { ServingStatus::NotServing };
    for service in [""].iter().chain(services) {
        reporter.set_service_status(*service, status).await;
    }
}
