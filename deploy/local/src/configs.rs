//! The configurations of the three services, as values and as TOML.

use crate::layout::{Issuer, Layout};
use crate::ports::Ports;
use crate::secrets::{Secrets, file};
use crate::tokens::AUDIENCE;
use anyhow::Context as _;
use identity::config::Algorithm;
use identity::{CallerKind, IdentityConfig, IssuerConfig, ServiceTokenConfig};
use kernel::ServiceName;
use rpc::server::TlsConfig;
use rpc::{ClientConfig, ServerConfig};
use runtime::{Config, LogFormat, Peers, TelemetryConfig};
use serde::Serialize;
use sql::DatabaseConfig;
use std::net::SocketAddr;

/// The first lines of a written configuration.
const HEADING: &str = "\
# Written anew by `cargo run` at every start. To try another setting, set the environment variable of the key:
# server.in_flight is DIGITALPOST_SERVER__IN_FLIGHT.
";

/// For how many seconds letters are gathered into one e-mail (N9): few, since somebody is looking on.
const WINDOW_SECONDS: u64 = 2;

/// Writes the configuration of every service into the folder.
pub fn write(secrets: &Secrets, ports: &Ports) -> anyhow::Result<()> {
    let layout = secrets.layout();
    write_one(secrets, ports, ServiceName::Access, access_service::config::ServiceConfig::default())?;
    write_one(secrets, ports, ServiceName::Mailbox, mailbox(layout))?;
    write_one(secrets, ports, ServiceName::Notification, notification(layout))
}

fn write_one<S: Serialize>(secrets: &Secrets, ports: &Ports, service: ServiceName, section: S) -> anyhow::Result<()> {
    let config = config(secrets, ports, service, section)?;
    let text = toml::to_string(&config).with_context(|| format!("the configuration of {service}"))?;
    file::replace(&secrets.layout().config(service), &format!("{HEADING}\n{text}"))
}

/// mailbox-service's own section.
fn mailbox(layout: &Layout) -> mailbox_service::config::ServiceConfig {
    mailbox_service::config::ServiceConfig {
        files_dir: layout.files(),
        activity_heads_dir: Some(layout.activity_heads()),
        ..Default::default()
    }
}

/// notification-service's own section: e-mails as files, soon.
fn notification(layout: &Layout) -> notification_service::config::ServiceConfig {
    notification_service::config::ServiceConfig {
        mail: notification_service::config::MailConfig { folder: layout.mail(), ..Default::default() },
        window_seconds: WINDOW_SECONDS,
        ..Default::default()
    }
}

/// The configuration of `service` with `section` as its own part: TLS and mutual TLS, reflection, SQLite, logs for
/// people, no wait at the end.
pub fn config<S>(secrets: &Secrets, ports: &Ports, service: ServiceName, section: S) -> anyhow::Result<Config<S>> {
    let layout = secrets.layout();
    Ok(Config {
        server: server(layout, service, ports.grpc(service)),
        database: DatabaseConfig::at(format!("sqlite:{}", layout.database(service).display())),
        identity: identity(layout),
        service_token: service_token(secrets, service)?,
        keys_file: layout.keys(service),
        peers: peers(layout, ports, service),
        telemetry: TelemetryConfig {
            format: LogFormat::Pretty,
            metrics_listen: Some(ports.metrics(service)),
            ..TelemetryConfig::default()
        },
        service: section,
    })
}

/// How `service` listens on `address`: TLS, services by certificate, reflection, no wait for a load balancer.
pub fn server(layout: &Layout, service: ServiceName, address: SocketAddr) -> ServerConfig {
    let files = layout.server_certificate(service);
    ServerConfig {
        listen: address,
        tls: Some(TlsConfig {
            certificate_file: files.certificate,
            key_file: files.key,
            client_authority_file: Some(layout.authority().certificate),
        }),
        reflection: true,
        drain_seconds: 0,
        grace_seconds: 5,
        ..ServerConfig::default()
    }
}

/// Whose tokens are accepted: those of the one issuer of persons and systems, and of each service for itself.
pub fn identity(layout: &Layout) -> IdentityConfig {
    let issuers = Issuer::ALL.map(|issuer| {
        let (kinds, service) = match issuer {
            Issuer::Persons => (PERSONS_AND_SYSTEMS.to_vec(), None),
            Issuer::Service(service) => (vec![CallerKind::Service], Some(service.to_string())),
        };
        let jwks_file = Some(layout.jwks(issuer));
        IssuerConfig {
            issuer: issuer.url(),
            jwks_file,
            jwks_url: None,
            algorithms: vec![Algorithm::EdDsa],
            kinds,
            service,
        }
    });
    IdentityConfig { audience: AUDIENCE.to_owned(), issuers: issuers.to_vec(), production: false }
}

/// The kinds of caller that the one development issuer vouches for.
const PERSONS_AND_SYSTEMS: [CallerKind; 5] = [
    CallerKind::Citizen,
    CallerKind::Caseworker,
    CallerKind::SenderSystem,
    CallerKind::RegisterSystem,
    CallerKind::Operator,
];

/// How `service` signs its own tokens.
pub fn service_token(secrets: &Secrets, service: ServiceName) -> anyhow::Result<ServiceTokenConfig> {
    let issuer = Issuer::Service(service);
    let key_id = secrets.key_id(issuer)?.to_owned();
    Ok(ServiceTokenConfig { issuer: issuer.url(), key_id, key_file: secrets.layout().token_key(issuer) })
}

/// How `service` reaches the two others.
pub fn peers(layout: &Layout, ports: &Ports, service: ServiceName) -> Peers {
    let own = layout.client_certificate(service);
    let peer = |peer: ServiceName| {
        (peer != service).then(|| ClientConfig {
            url: ports.url(peer),
            connections: 1,
            authority_file: Some(layout.authority().certificate),
            certificate_file: Some(own.certificate.clone()),
            key_file: Some(own.key.clone()),
        })
    };
    Peers {
        access: peer(ServiceName::Access),
        mailbox: peer(ServiceName::Mailbox),
        notification: peer(ServiceName::Notification),
    }
}
