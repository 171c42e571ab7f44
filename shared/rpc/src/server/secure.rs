//! Connections by TLS, each with the certificates that lie there when it is made.

use super::TlsConfig;
use crate::tls::{self, Files, Renewed, TlsError};
use futures::{Stream, StreamExt as _};
use std::io;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tonic::transport::server::TcpIncoming;

/// How long a handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(5);
/// The pause after a connection that could not be taken.
const PAUSE: Duration = Duration::from_millis(50);
/// The most handshakes at once; further connections wait.
const MOST_HANDSHAKES: usize = 1_024;

/// The connections whose handshake succeeds. One that fails is its caller's, who hears of it.
pub(super) fn incoming(
    incoming: TcpIncoming,
    config: TlsConfig,
) -> Result<impl Stream<Item = io::Result<TlsStream<TcpStream>>>, TlsError> {
    let files =
        Files { identity: Some((config.certificate_file, config.key_file)), authority: config.client_authority_file };
    let certificates = Renewed::new("server", files, tls::server)?;
    let handshake = move |connected: io::Result<TcpStream>| {
        let certificates = certificates.clone();
        // In a task of its own: its arithmetic holds up no other's.
        tokio::spawn(async move {
            let Ok(stream) = connected else {
                // Too many open files, say: as soon as some are closed it goes on.
                tokio::time::sleep(PAUSE).await;
                return None;
            };
            let accepting = TlsAcceptor::from(certificates.current()).accept(stream);
            tokio::time::timeout(HANDSHAKE, accepting).await.ok()?.ok()
        })
    };
    let done = incoming.map(handshake).buffer_unordered(MOST_HANDSHAKES);
    Ok(done.filter_map(async |stream| stream.ok().flatten().map(Ok)).boxed())
}
