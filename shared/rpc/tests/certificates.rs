//! Certificates that are replaced as files, while calls run.

use futures::FutureExt as _;
use identity::{IdentityConfig, Verifier};
use kernel::{ManualClock, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};
use rpc::health::{LIVE, Probe};
use rpc::layer::auth::Auth;
use rpc::server::{ServerError, TlsConfig};
use rpc::{ClientConfig, Server, ServerConfig, client};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tonic::Status;
use tonic::service::Routes;
use tonic::transport::Channel;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

const PATIENCE: Duration = Duration::from_secs(10);

struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

/// A certificate and its key, PEM.
type Identity = (String, String);

impl Authority {
    fn new(name: &str) -> anyhow::Result<Self> {
        let (key, mut params) = (KeyPair::generate()?, CertificateParams::default());
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let pem = params.self_signed(&key)?.pem();
        Ok(Self { issuer: Issuer::new(params, key), pem })
    }

    fn signs(&self, usage: ExtendedKeyUsagePurpose) -> anyhow::Result<Identity> {
        let (key, mut params) = (KeyPair::generate()?, CertificateParams::new(["localhost".to_owned()])?);
        params.extended_key_usages = vec![usage];
        Ok((params.signed_by(&key, &self.issuer)?.pem(), key.serialize_pem()))
    }

    fn server(&self) -> anyhow::Result<Identity> {
        self.signs(ExtendedKeyUsagePurpose::ServerAuth)
    }

    fn client(&self) -> anyhow::Result<Identity> {
        self.signs(ExtendedKeyUsagePurpose::ClientAuth)
    }
}

/// The files of a server and of who calls it.
struct Files(TempDir);

impl Files {
    fn of(authority: &Authority) -> anyhow::Result<Self> {
        let files = Self(TempDir::new()?);
        files.put("authority", &authority.pem)?;
        files.put_identity("server", &authority.server()?)?;
        files.put_identity("client", &authority.client()?)?;
        Ok(files)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn put(&self, name: &str, text: &str) -> anyhow::Result<()> {
        Ok(std::fs::write(self.path(name), text)?)
    }

    fn put_identity(&self, name: &str, (certificate, key): &Identity) -> anyhow::Result<()> {
        self.put(name, certificate)?;
        self.put(&format!("{name}.key"), key)
    }

    /// A connection that is not made yet.
    fn channel(&self, address: SocketAddr) -> anyhow::Result<Channel> {
        let config = ClientConfig {
            url: format!("https://localhost:{}", address.port()),
            connections: 1,
            authority_file: Some(self.path("authority")),
            certificate_file: Some(self.path("client")),
            key_file: Some(self.path("client.key")),
        };
        Ok(client::channel(&config, PATIENCE)?)
    }

    async fn serve(&self, listen: SocketAddr) -> anyhow::Result<Serving> {
        rustls::crypto::ring::default_provider().install_default().ok();
        let tls = TlsConfig {
            certificate_file: self.path("server"),
            key_file: self.path("server.key"),
            client_authority_file: Some(self.path("authority")),
        };
        let server = Server::bind(ServerConfig { listen, tls: Some(tls), drain_seconds: 0, ..ServerConfig::default() });
        let server = server.await?;
        let clock = Arc::new(ManualClock::new(Timestamp::from_micros(0)));
        let verifier = Verifier::new(&IdentityConfig::default(), clock).await?;
        let auth = Auth { verifier, services_need_certificates: true };
        let (address, stopping) = (server.address(), CancellationToken::new());
        let probe: Probe = Box::new(|| std::future::ready(true).boxed());
        let ending = tokio::spawn(server.serve(Routes::builder(), Vec::new(), auth, probe, stopping.clone()));
        Ok(Serving { address, stopping, ending })
    }
}

struct Serving {
    address: SocketAddr,
    stopping: CancellationToken,
    ending: JoinHandle<Result<(), ServerError>>,
}

impl Serving {
    async fn ends(self) -> anyhow::Result<SocketAddr> {
        self.stopping.cancel();
        self.ending.await??;
        Ok(self.address)
    }
}

fn anywhere() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

async fn ask(channel: &Channel) -> Result<(), Status> {
    let request = HealthCheckRequest { service: LIVE.to_owned() };
    HealthClient::new(channel.clone()).check(request).await.map(|_| ())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_authority_follows_another_and_no_call_fails() -> anyhow::Result<()> {
    let (old, new) = (Authority::new("old")?, Authority::new("new")?);
    let files = Files::of(&old)?;
    let server = files.serve(anywhere()).await?;
    let long = files.channel(server.address)?;
    ask(&long).await?;
    let stop = CancellationToken::new();
    let calls = tokio::spawn(calls(long.clone(), stop.clone()));

    files.put("authority", &format!("{}{}", old.pem, new.pem))?;
    ask(&files.channel(server.address)?).await?;
    files.put_identity("server", &new.server()?)?;
    ask(&files.channel(server.address)?).await?;
    files.put_identity("client", &new.client()?)?;
    ask(&files.channel(server.address)?).await?;
    files.put("authority", &new.pem)?;
    ask(&files.channel(server.address)?).await?;
    stop.cancel();
    let (answered, failed) = calls.await?;
    assert!(answered > 0 && failed.is_empty(), "{answered} calls, {failed:?}");

    // Who still has the old ones is neither trusted nor trusts.
    let left_behind = Files::of(&old)?;
    assert!(ask(&left_behind.channel(server.address)?).await.is_err());
    left_behind.put("authority", &new.pem)?;
    assert!(ask(&left_behind.channel(server.address)?).await.is_err());
    // What has been there from the beginning connects with what is there now.
    let address = server.ends().await?;
    let _server = files.serve(address).await?;
    let began = Instant::now();
    while let Err(status) = ask(&long).await {
        anyhow::ensure!(began.elapsed() < PATIENCE, "{status}");
    }
    Ok(())
}

/// Calls until `stop`; how many were answered, and what went wrong.
async fn calls(channel: Channel, stop: CancellationToken) -> (u32, Vec<Status>) {
    let (mut answered, mut failed) = (0, Vec::new());
    while !stop.is_cancelled() {
        match ask(&channel).await {
            Ok(()) => answered += 1,
            Err(status) => failed.push(status),
        }
    }
    (answered, failed)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_can_not_be_read_leaves_in_force_what_was() -> anyhow::Result<()> {
    let (old, new) = (Authority::new("old")?, Authority::new("new")?);
    let files = Files::of(&old)?;
    let server = files.serve(anywhere()).await?;
    let renewed = new.server()?;
    // An answer: what it began with has been read.
    ask(&files.channel(server.address)?).await?;
    // Half of a replacement; nonsense; nothing at all.
    files.put("server", &renewed.0)?;
    ask(&files.channel(server.address)?).await?;
    files.put("server", "nonsense")?;
    ask(&files.channel(server.address)?).await?;
    std::fs::remove_file(files.path("server"))?;
    ask(&files.channel(server.address)?).await?;

    files.put_identity("server", &renewed)?;
    assert!(ask(&files.channel(server.address)?).await.is_err(), "the new one is shown, which nobody trusts yet");
    let trusting = Files::of(&old)?;
    trusting.put("authority", &new.pem)?;
    Ok(ask(&trusting.channel(server.address)?).await?)
}

#[tokio::test]
async fn what_can_not_be_read_at_the_start_is_refused() -> anyhow::Result<()> {
    let files = Files::of(&Authority::new("old")?)?;
    files.put("server.key", "nonsense")?;
    assert!(matches!(
        files.serve(anywhere()).await?.ends().await.map_err(anyhow::Error::downcast),
        Err(Ok(ServerError::Certificate(_)))
    ));
    files.put("authority", "nonsense")?;
    assert!(files.channel(anywhere()).is_err());
    Ok(())
}
