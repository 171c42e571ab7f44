//! grpc.health.v1, telling the truth: the empty service name is readiness, and it serves only while the database
//! takes writes and the process isn't on its way out. The name [`LIVE`] is liveness: whoever can answer lives. A database that
//! is away must not have all processes started anew.

use futures::future::BoxFuture;
use std::net::SocketAddr;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tonic::transport::Endpoint;
use tonic_health::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_health::pb::{HealthCheckRequest, health_check_response};
use tonic_health::server::HealthReporter;

/// The name under which the process is alive for as long as it can say so.
pub const LIVE: &str = "live";

/// How long the asking of [`ask`] may take.
const ASKING: Duration = Duration::from_secs(2);

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

/// Asks the port for probes at `address` whether the process is ready, as Kubernetes would.
pub async fn ask(address: SocketAddr) -> Result<bool, tonic::Status> {
    let asked = async {
        let channel = Endpoint::from_shared(format!("http://{address}"))
            .map_err(|_| tonic::Status::internal("no address"))?
            .connect_timeout(ASKING)
            .connect_lazy();
        let answer = HealthClient::new(channel).check(HealthCheckRequest::default()).await?;
        Ok(answer.into_inner().status() == health_check_response::ServingStatus::Serving)
    };
    tokio::time::timeout(ASKING, asked).await.unwrap_or(Ok(false))
}

/// Sets the status of the process and of each of its services.
pub async fn report(reporter: &HealthReporter, services: &[&'static str], ready: bool) {
    metrics::gauge!("process_ready").set(u8::from(ready));
    let status = if ready { ServingStatus::Serving } else { ServingStatus::NotServing };
    for service in [""].iter().chain(services) {
        reporter.set_service_status(*service, status).await;
    }
}
