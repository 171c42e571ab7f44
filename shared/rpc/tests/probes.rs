//! The port for probes: what it tells, while the process lives, while its database is away, and while it ends.

use api::mailbox::v1::ListMessagesRequest;
use api::mailbox::v1::mailbox_service_client::MailboxServiceClient;
use futures::FutureExt as _;
use identity::{IdentityConfig, Verifier};
use kernel::{ManualClock, Timestamp};
use rpc::health::{self, LIVE, Probe};
use rpc::layer::auth::Auth;
use rpc::{Server, ServerConfig};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tonic::Code;
use tonic::service::Routes;
use tonic::transport::{Channel, Endpoint};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

struct Process {
    probes: SocketAddr,
    database: Arc<AtomicBool>,
    stopping: CancellationToken,
    ending: JoinHandle<Result<(), rpc::server::ServerError>>,
}

async fn process() -> anyhow::Result<Process> {
    rustls::crypto::ring::default_provider().install_default().ok();
    let clock = Arc::new(ManualClock::new(Timestamp::from_micros(0)));
    let verifier = Verifier::new(&IdentityConfig::default(), clock).await?;
    let anywhere = SocketAddr::from(([127, 0, 0, 1], 0));
    let config =
        ServerConfig { health_listen: Some(anywhere), drain_seconds: 2, grace_seconds: 1, ..ServerConfig::default() };
    let server = Server::bind(config).await?;
    let probes = server.health_address().ok_or_else(|| anyhow::anyhow!("no port for probes"))?;
    let (database, stopping) = (Arc::new(AtomicBool::new(true)), CancellationToken::new());
    let looked_at = database.clone();
    let probe: Probe = Box::new(move || std::future::ready(looked_at.load(Ordering::Relaxed)).boxed());
    let auth = Auth { verifier, services_need_certificates: false };
    let ending = tokio::spawn(server.serve(Routes::builder(), Vec::new(), auth, probe, stopping.clone()));
    Ok(Process { probes, database, stopping, ending })
}

impl Process {
    async fn status(&self, service: &str) -> anyhow::Result<ServingStatus> {
        let mut client = HealthClient::new(connected(self.probes).await?);
        let answer = client.check(HealthCheckRequest { service: service.to_owned() }).await?;
        Ok(answer.into_inner().status())
    }

    async fn becomes(&self, ready: bool) -> anyhow::Result<()> {
        let began = Instant::now();
        while health::ask(self.probes).await? != ready {
            anyhow::ensure!(began.elapsed() < Duration::from_secs(10), "it does not become {ready}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }
}

async fn connected(address: SocketAddr) -> anyhow::Result<Channel> {
    Ok(Endpoint::from_shared(format!("http://{address}"))?.connect().await?)
}

#[tokio::test]
async fn a_database_that_is_away_makes_a_process_unready_and_not_dead() -> anyhow::Result<()> {
    let process = process().await?;
    process.becomes(true).await?;
    process.database.store(false, Ordering::Relaxed);
    process.becomes(false).await?;
    assert_eq!(process.status(LIVE).await?, ServingStatus::Serving);
    process.database.store(true, Ordering::Relaxed);
    process.becomes(true).await
}

#[tokio::test]
async fn probes_are_answered_until_the_orderly_end() -> anyhow::Result<()> {
    let process = process().await?;
    process.becomes(true).await?;
    process.stopping.cancel();
    process.becomes(false).await?;
    assert_eq!(process.status(LIVE).await?, ServingStatus::Serving);
    process.ending.await??;
    assert!(health::ask(process.probes).await.is_err(), "nobody answers any more");
    Ok(())
}

#[tokio::test]
async fn nothing_but_health_is_there() -> anyhow::Result<()> {
    let process = process().await?;
    let mut mailbox = MailboxServiceClient::new(connected(process.probes).await?);
    let refused = mailbox.list_messages(ListMessagesRequest::default()).await.map(|_| ());
    assert_eq!(refused.map_err(|status| status.code()), Err(Code::Unimplemented));
    Ok(())
}
