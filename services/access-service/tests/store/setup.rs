//! What a service needs before it runs: a database, keys, whom it trusts.

use access_service::config::ServiceConfig;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use identity::config::Algorithm;
use identity::{CallerKind, IdentityConfig, IssuerConfig};
use kernel::ManualClock;
use rcgen::KeyPair;
use rpc::ClientConfig;
use runtime::{Config, Job, Outside};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;
use tonic::Status;
use tonic::transport::Channel;

pub(crate) const KEYS: &str = r#"{"active": "k", "keys": {"k": "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="}, "lookup": "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI="}"#;

pub(crate) fn write(folder: &Path, name: &str, content: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, content).unwrap();
    path
}

pub(crate) fn identity_config(folder: &Path, key: &KeyPair) -> IdentityConfig {
    let x = URL_SAFE_NO_PAD.encode(key.public_key_raw());
    let jwks = format!(
        r#"{{"keys":[{{"kty":"OKP","crv":"Ed25519","alg":"EdDSA","use":"sig","kid":"development-key","x":"{x}"}}]}}"#
    );
    let file = write(folder, "jwks.json", &jwks);
    let issuer = |name: &str, kind, service: Option<&str>| IssuerConfig {
        issuer: name.to_owned(),
        jwks_file: Some(file.clone()),
        jwks_url: None,
        algorithms: vec![Algorithm::EdDsa],
        kinds: vec![kind],
        service: service.map(str::to_owned),
    };
    let service = |name: &str| issuer(name, CallerKind::Service, Some(name));
    IdentityConfig {
        audience: "digitalpost".to_owned(),
        issuers: vec![
            issuer("citizens", CallerKind::Citizen, None),
            issuer("caseworkers", CallerKind::Caseworker, None),
            service("mailbox-service"),
            service("notification-service"),
        ],
        production: false,
    }
}

pub(crate) fn client(url: &str) -> ClientConfig {
    ClientConfig { url: url.to_owned(), connections: 1, authority_file: None, certificate_file: None, key_file: None }
}

/// The status of a call that must not succeed. Messages have no `Debug`, so `unwrap_err` can't say it.
pub(crate) trait Refused {
    fn refused(self) -> Status;
}

impl<T> Refused for Result<T, Status> {
    fn refused(self) -> Status {
        self.err().expect("refused")
    }
}

/// A running process of the service until `stop`: where it is reached, and what it would do by itself.
pub(crate) async fn start(
    config: Config<ServiceConfig>,
    clock: &ManualClock,
    stop: &CancellationToken,
) -> (Channel, Vec<Arc<dyn Job>>) {
    let app = access_service::build(config, Outside::driven(Arc::new(clock.clone()))).await.unwrap();
    let channel = Channel::from_shared(format!("http://{}", app.address())).unwrap().connect_lazy();
    let jobs = app.jobs();
    tokio::spawn(app.serve_only(stop.clone()));
    (channel, jobs)
}
