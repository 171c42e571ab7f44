//! Certificates: replaced as files while calls run, and whose connections they let through.

mod connecting;
mod ending;
mod replacing;

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
use std::time::Duration;
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tonic::Status;
use tonic::service::Routes;
use tonic::transport::Channel;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

const PATIENCE: Duration = Duration::from_secs(10);
/// A year that no test lives to see.
const FAR: i32 = 4096;

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

    /// A certificate of `localhost` that ends when this year begins.
    fn signs(&self, usage: ExtendedKeyUsagePurpose, ends: i32) -> anyhow::Result<Identity> {
        let (key, mut params) = (KeyPair::generate()?, CertificateParams::new(["localhost".to_owned()])?);
        params.extended_key_usages = vec![usage];
        params.not_after = rcgen::date_time_ymd(ends, 1, 1);
        Ok((params.signed_by(&key, &self.issuer)?.pem(), key.serialize_pem()))
    }

    fn server(&self) -> anyhow::Result<Identity> {
        self.signs(ExtendedKeyUsagePurpose::ServerAuth, FAR)
    }

    fn client(&self) -> anyhow::Result<Identity> {
        self.signs(ExtendedKeyUsagePurpose::ClientAuth, FAR)
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

    /// How a caller connects who has all of them.
    fn config(&self, address: SocketAddr) -> ClientConfig {
        ClientConfig {
            url: format!("https://localhost:{}", address.port()),
            connections: 1,
            authority_file: Some(self.path("authority")),
            certificate_file: Some(self.path("client")),
            key_file: Some(self.path("client.key")),
        }
    }

    /// A connection that is not made yet.
    fn channel(&self, address: SocketAddr) -> anyhow::Result<Channel> {
        Ok(client::channel(&self.config(address), PATIENCE)?)
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
