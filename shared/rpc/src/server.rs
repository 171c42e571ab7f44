//! A process's gRPC server: sockets early, work late, an orderly end.

mod probes;
mod secure;

use crate::health::{self, Probe};
use crate::layer::auth::Auth;
use crate::layer::limit::Limit;
use crate::layer::wrap;
use crate::tls::TlsError;
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tonic::codec::CompressionEncoding;
use tonic::service::{Routes, RoutesBuilder};
use tonic::transport::server::TcpIncoming;
use tonic_health::ServingStatus;

/// The `[server]` section of a service's configuration.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServerConfig {
    /// Address and port to listen on.
    pub listen: SocketAddr,
    /// Where health alone is told, in the clear and to everybody; nowhere if left out. Probes of Kubernetes speak neither
    /// TLS nor with a token.
    pub health_listen: Option<SocketAddr>,
    /// TLS. Left out only where a mesh does it, or in tests.
    pub tls: Option<TlsConfig>,
    /// Offer reflection, so that grpcurl works without proto files.
    pub reflection: bool,
    /// Accept gRPC-web over HTTP/1.
    pub grpc_web: bool,
    /// The most calls that run at once.
    pub in_flight: usize,
    /// The most calls that wait for their turn; more are shed.
    pub waiting: usize,
    /// The most streams on one connection.
    pub streams_per_connection: u32,
    /// After how many seconds a connection is to be made anew, so that callers find processes that came later; calls on it
    /// finish first, however long they take. 0 for never.
    pub connection_age_seconds: u64,
    /// Seconds between "not serving" and the first refused connection when the process is stopped: the time load
    /// balancers need to notice.
    pub drain_seconds: u64,
    /// Seconds that calls in flight get to finish after that.
    pub grace_seconds: u64,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            health_listen: None,
            tls: None,
            reflection: false,
            grpc_web: false,
            in_flight: 64,
            waiting: 128,
            streams_per_connection: 128,
            connection_age_seconds: 600,
            drain_seconds: 5,
            grace_seconds: 20,
        }
    }
}

/// Certificates.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct TlsConfig {
    /// The server's certificate chain, PEM.
    pub certificate_file: PathBuf,
    /// Its private key, PEM.
    pub key_file: PathBuf,
    /// The authority whose client certificates services must present (mutual TLS). Others may call without one.
    #[serde(default)]
    pub client_authority_file: Option<PathBuf>,
}

/// Header list of one request, in bytes.
const MAX_HEADER_BYTES: u32 = 8 * 1024;
/// The health service's full name, for reflection to list.
const HEALTH: &str = "grpc.health.v1.Health";
/// Pings on quiet connections, and how long their answer may take.
const KEEPALIVE: (Duration, Duration) = (Duration::from_secs(30), Duration::from_secs(10));

/// Why a server does not start, or ends badly.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// A certificate or key can't be used.
    #[error("server.tls")]
    Certificate(#[from] TlsError),
    /// The address can't be listened on.
    #[error("{0}: can't listen on {1}")]
    Listen(&'static str, SocketAddr, #[source] std::io::Error),
    /// The transport refuses the settings, or failed.
    #[error("the gRPC server failed")]
    Transport(#[from] tonic::transport::Error),
    /// The descriptors can't be read: a build that is broken.
    #[error("reflection")]
    Reflection(#[from] tonic_reflection::server::Error),
}

/// A server that listens and does not yet serve.
pub struct Server {
    config: ServerConfig,
    listener: TcpListener,
    for_probes: Option<TcpListener>,
    address: SocketAddr,
    limit: Limit,
}

impl Server {
    /// Takes the sockets.
    pub async fn bind(config: ServerConfig) -> Result<Self, ServerError> {
        let failed = |error| ServerError::Listen("server.listen", config.listen, error);
        let listener = TcpListener::bind(config.listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let for_probes = match config.health_listen {
            Some(listen) => Some(
                TcpListener::bind(listen)
                    .await
                    .map_err(|error| ServerError::Listen("server.health_listen", listen, error))?,
            ),
            None => None,
        };
        let limit = Limit::new(config.in_flight, config.waiting);
        Ok(Self { config, listener, for_probes, address, limit })
    }

    /// The bounds on what it lets in.
    pub fn limit(&self) -> &Limit {
        &self.limit
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it answers probes.
    pub fn health_address(&self) -> Option<SocketAddr> {
        self.for_probes.as_ref()?.local_addr().ok()
    }

    /// Serves `services` (their full names stand in `names`) until `stopping`: then says so to probes, waits for
    /// load balancers to notice, lets calls finish, and cuts what hangs.
    pub async fn serve(
        mut self,
        mut services: RoutesBuilder,
        names: Vec<&'static str>,
        auth: Auth,
        probe: Probe,
        stopping: CancellationToken,
    ) -> Result<(), ServerError> {
        let (reporter, health_service) = tonic_health::server::health_reporter();
        // tonic calls the empty name SERVING from the start; we do when it is true.
        health::report(&reporter, &names, false).await;
        reporter.set_service_status(health::LIVE, ServingStatus::Serving).await;
        // Told as long as there is anything to tell, the orderly end included.
        let probes =
            self.for_probes.take().map(|listener| tokio::spawn(probes::serve(listener, health_service.clone())));
        services.add_service(
            health_service.accept_compressed(CompressionEncoding::Gzip).send_compressed(CompressionEncoding::Gzip),
        );
        if self.config.reflection {
            add_reflection(&mut services, &names)?;
        }
        let routes = Routes::from(wrap(services.routes().into_axum_router(), auth, self.limit.clone()));

        let no_new_calls = CancellationToken::new();
        let cut = CancellationToken::new();
        let readiness = tokio::spawn(health::watch(reporter, names, probe, stopping.clone()));
        let drain = tokio::spawn(drain(self.config.clone(), stopping, no_new_calls.clone(), cut.clone()));
        let serving = self.run(routes, no_new_calls);
        let ended = tokio::select! {
            ended = serving => ended,
            () = cut.cancelled() => {
                tracing::warn!("calls that did not finish in time were cut");
                Ok(())
            }
        };
        readiness.abort();
        drain.abort();
        if let Some(probes) = probes {
            probes.abort();
        }
        ended
    }

    async fn run(self, routes: Routes, no_new_calls: CancellationToken) -> Result<(), ServerError> {
        let mut server = tonic::transport::Server::builder()
            .max_concurrent_streams(self.config.streams_per_connection)
            .http2_max_header_list_size(MAX_HEADER_BYTES)
            .http2_keepalive_interval(Some(KEEPALIVE.0))
            .http2_keepalive_timeout(Some(KEEPALIVE.1))
            .accept_http1(self.config.grpc_web);
        if self.config.connection_age_seconds > 0 {
            server = server.max_connection_age(Duration::from_secs(self.config.connection_age_seconds));
        }
        let incoming = TcpIncoming::from(self.listener).with_nodelay(Some(true));
        let stopped = no_new_calls.cancelled_owned();
        match (self.config.tls, self.config.grpc_web) {
            (Some(tls), true) => {
                let routes = server.layer(tonic_web::GrpcWebLayer::new()).add_routes(routes);
                routes.serve_with_incoming_shutdown(secure::incoming(incoming, tls)?, stopped).await?;
            }
            (Some(tls), false) => {
                let routes = server.add_routes(routes);
                routes.serve_with_incoming_shutdown(secure::incoming(incoming, tls)?, stopped).await?;
            }
            (None, true) => {
                let routes = server.layer(tonic_web::GrpcWebLayer::new()).add_routes(routes);
                routes.serve_with_incoming_shutdown(incoming, stopped).await?;
            }
            (None, false) => server.add_routes(routes).serve_with_incoming_shutdown(incoming, stopped).await?,
        }
        Ok(())
    }
}

/// The steps of an orderly end.
async fn drain(
    config: ServerConfig,
    stopping: CancellationToken,
    no_new_calls: CancellationToken,
    cut: CancellationToken,
) {
    stopping.cancelled().await;
    tokio::time::sleep(Duration::from_secs(config.drain_seconds)).await;
    no_new_calls.cancel();
    tokio::time::sleep(Duration::from_secs(config.grace_seconds)).await;
    cut.cancel();
}

/// Both versions of the protocol: grpcurl and Python still ask for v1alpha. Lists what this process serves, and describes
/// all of the API. Compressed requests are understood.
fn add_reflection(services: &mut RoutesBuilder, names: &[&'static str]) -> Result<(), ServerError> {
    let describe = || {
        let described = tonic_reflection::server::Builder::configure();
        let listed =
            names.iter().chain(&[HEALTH]).fold(described, |described, name| described.with_service_name(*name));
        listed
            .register_encoded_file_descriptor_set(api::FILE_DESCRIPTOR_SET)
            .register_encoded_file_descriptor_set(tonic_types::pb::FILE_DESCRIPTOR_SET)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
    };
    services.add_service(describe().build_v1()?.accept_compressed(CompressionEncoding::Gzip));
    services.add_service(describe().build_v1alpha()?.accept_compressed(CompressionEncoding::Gzip));
    Ok(())
}
