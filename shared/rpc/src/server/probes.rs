//! The port for probes: health in the clear, and nothing else.

use std::time::Duration;
use tokio::net::TcpListener;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic_health::pb::health_server::{Health, HealthServer};

/// Streams on one connection: a probe asks once.
const STREAMS: u32 = 4;
/// How long a connection may stay: a probe makes a new one each time.
const LONGEST: Duration = Duration::from_mins(1);
/// Header list of one request, in bytes.
const MAX_HEADER_BYTES: u32 = 1024;

/// Answers probes until it is dropped. Any other method is UNIMPLEMENTED: it is not there.
pub(super) async fn serve(listener: TcpListener, health: HealthServer<impl Health>) {
    let server = Server::builder()
        .max_concurrent_streams(STREAMS)
        .http2_max_header_list_size(MAX_HEADER_BYTES)
        .max_connection_age(LONGEST)
        .max_connection_age_grace(Duration::ZERO)
        .add_service(health);
    if let Err(error) = server.serve_with_incoming(TcpIncoming::from(listener)).await {
        tracing::error!(error = %error, "the port for probes failed");
    }
}
