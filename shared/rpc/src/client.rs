//! Calls from one service to another.

mod secure;
mod spread;

use crate::call::Call;
use crate::layer::auth::ON_BEHALF_OF;
use crate::refusal::Refusal;
use crate::tls::TlsError;
use crate::trace;
use http::uri::InvalidUri;
use identity::ServiceTokens;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::time::Instant;
use tonic::metadata::MetadataValue;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Request, Status};
use tonic_types::StatusExt as _;

/// How another service is reached: a `[peers.<service>]` section of a service's configuration.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ClientConfig {
    /// `https://host:port`, or `http://` where a mesh encrypts.
    pub url: String,
    /// How many connections, 1 to 64. Where the host has several addresses, as a headless service of Kubernetes has, each connection
    /// takes another of them, and goes to the next when nobody answers there; calls take them in turns.
    #[serde(default = "one")]
    pub connections: u16,
    /// The authority that signed the other's certificate, PEM; without it the public ones are trusted.
    #[serde(default)]
    pub authority_file: Option<PathBuf>,
    /// Our client certificate, PEM, for mutual TLS.
    #[serde(default)]
    pub certificate_file: Option<PathBuf>,
    /// Its private key, PEM.
    #[serde(default)]
    pub key_file: Option<PathBuf>,
}

fn one() -> u16 {
    1
}

/// The most connections to another service.
const MOST_CONNECTIONS: u16 = 64;
/// How long a connection attempt may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// How long a call waits when its own caller did not say.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(5);
/// What is kept back from the caller's deadline to answer them with.
const KEPT_BACK: Duration = Duration::from_millis(50);

/// Why a client can't be made.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The URL is none.
    #[error("peers: not a URL")]
    Url(#[from] InvalidUri),
    /// A certificate or key can't be used.
    #[error("peers")]
    Certificate(#[from] TlsError),
    /// The URL's host is no name that a certificate could have.
    #[error("peers: no name of a host")]
    Name(#[from] rustls::pki_types::InvalidDnsNameError),
    /// None, or too many.
    #[error("peers: connections must be 1 to {MOST_CONNECTIONS}")]
    Connections,
    /// The transport refuses the settings.
    #[error("peers")]
    Transport(#[from] tonic::transport::Error),
}

/// The connections to another service, each made when it is first needed and again when it breaks.
#[derive(Clone)]
pub struct Client {
    channels: Arc<[Channel]>,
    turn: Arc<AtomicUsize>,
    tokens: ServiceTokens,
    peer: &'static str,
}

impl Client {
    /// A client of the service `peer`.
    pub fn new(peer: kernel::ServiceName, config: &ClientConfig, tokens: ServiceTokens) -> Result<Self, ClientError> {
        let (endpoint, secure) = (endpoint(config)?, secure::Tls::of(config)?);
        if !(1..=MOST_CONNECTIONS).contains(&config.connections) {
            return Err(ClientError::Connections);
        }
        let places = spread::places(config.connections);
        let channels = places.map(|place| endpoint.connect_with_connector_lazy(secure.clone().at(place)));
        Ok(Self { channels: channels.collect(), turn: Arc::default(), tokens, peer: peer.as_str() })
    }

    /// What a generated client talks through: for one call, since the next one takes the next connection.
    pub fn channel(&self) -> Channel {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        self.channels[turn % self.channels.len()].clone()
    }

    /// A request of our own, for nobody.
    pub fn request<T>(&self, message: T) -> Result<Request<T>, Refusal> {
        let mut request = Request::new(message);
        let token = self.tokens.token().map_err(Refusal::internal)?;
        request.metadata_mut().insert("authorization", header(&token)?);
        if let Some(trace) = trace::text().and_then(|trace| trace.parse().ok()) {
            request.metadata_mut().insert(trace::HEADER, trace);
        }
        request.set_timeout(DEFAULT_TIMEOUT);
        Ok(request)
    }

    /// A request on behalf of the citizen of `call`, who does not wait longer than they said.
    pub fn request_for<T>(&self, message: T, call: &Call) -> Result<Request<T>, Refusal> {
        let mut request = self.request(message)?;
        let token = call.user_token.as_deref().ok_or_else(|| Refusal::internal("no citizen to act for"))?;
        request.metadata_mut().insert(ON_BEHALF_OF, header(token)?);
        if let Some(deadline) = call.deadline {
            let left = deadline.saturating_duration_since(Instant::now()).saturating_sub(KEPT_BACK);
            request.set_timeout(left);
        }
        Ok(request)
    }

    /// What a failed call means for ours: the other's refusal of what the citizen may not do is ours too; all else
    /// is the other being away.
    pub fn failed(&self, status: Status) -> Refusal {
        let info = status.get_details_error_info();
        let reason = info.as_ref().and_then(|info| reason(&info.reason));
        match (status.code(), reason) {
            // Our peers give a reason for each of their refusals. What is internal without one comes from the transport: the
            // connection broke, as it does when the peer is stopped.
            (Code::Internal, None) => Refusal::unavailable(self.peer, status),
            (Code::InvalidArgument | Code::PermissionDenied | Code::Unauthenticated | Code::Internal, _) => {
                Refusal::internal(status)
            }
            (Code::FailedPrecondition | Code::NotFound | Code::ResourceExhausted, Some(reason)) => {
                // With the metadata that the reason promises, as the other stated it.
                let stated = info.map(|info| info.metadata).unwrap_or_default();
                let keys = api::reason(reason).map_or(&[][..], |info| info.metadata);
                let refusal = keys.iter().fold(Refusal::new(reason), |refusal, key| {
                    refusal.with(key, stated.get(*key).map_or("", String::as_str))
                });
                match status.get_details_retry_info().and_then(|info| info.retry_delay) {
                    Some(delay) => refusal.retry_after(delay),
                    None => refusal,
                }
            }
            _ => Refusal::unavailable(self.peer, status),
        }
    }
}

/// A connection to what is no service of ours, on which nothing takes longer than `patience`.
pub fn channel(config: &ClientConfig, patience: Duration) -> Result<Channel, ClientError> {
    let secure = secure::Tls::of(config)?;
    Ok(endpoint(config)?.timeout(patience).connect_with_connector_lazy(secure.at(spread::place())))
}

/// In tonic's eyes all are in the clear: what encrypts is the connector.
fn endpoint(config: &ClientConfig) -> Result<Endpoint, ClientError> {
    let url = config.url.parse()?;
    Ok(Endpoint::from_shared(config.url.replacen("https://", "http://", 1))?
        .origin(url)
        .connect_timeout(CONNECT_TIMEOUT)
        .http2_keep_alive_interval(Duration::from_secs(20))
        .keep_alive_while_idle(true))
}

fn reason(name: &str) -> Option<api::error::v1::ErrorReason> {
    api::error::v1::ErrorReason::from_str_name(&format!("ERROR_REASON_{name}"))
}

fn header(token: &str) -> Result<MetadataValue<tonic::metadata::Ascii>, Refusal> {
    let mut value: MetadataValue<_> =
        format!("Bearer {token}").parse().map_err(|_| Refusal::internal("a token that is no header"))?;
    value.set_sensitive(true);
    Ok(value)
}
