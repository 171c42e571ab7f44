//! Connections by TLS, each with the certificates that lie there when it is made.

use super::spread::Place;
use super::{ClientConfig, ClientError};
use crate::tls::{self, ALPN, Files, Renewed};
use http::Uri;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;
use tower::Service;

/// A connection, encrypted or in the clear.
pub(super) trait Io: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

/// How connections to a URL are encrypted, if they are.
#[derive(Clone)]
pub(super) struct Tls {
    url: Uri,
    encrypted: Option<(Arc<Renewed<rustls::ClientConfig>>, ServerName<'static>)>,
}

impl Tls {
    /// As the URL says. The files are read now, and again for each connection.
    pub(super) fn of(config: &ClientConfig) -> Result<Self, ClientError> {
        let url: Uri = config.url.parse()?;
        if url.scheme_str() != Some("https") {
            return Ok(Self { url, encrypted: None });
        }
        let name = url.host().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let identity = config.certificate_file.clone().zip(config.key_file.clone());
        let files = Files { identity, authority: config.authority_file.clone() };
        let certificates = Renewed::new("client", files, tls::client)?;
        Ok(Self { url, encrypted: Some((certificates, ServerName::try_from(name)?)) })
    }

    /// What connects the connection of this place.
    pub(super) fn at(self, place: Place) -> Secure {
        Secure { place, tls: self }
    }
}

/// Connects one connection, and again when it breaks.
#[derive(Clone)]
pub(super) struct Secure {
    place: Place,
    tls: Tls,
}

impl Service<Uri> for Secure {
    type Response = TokioIo<Box<dyn Io>>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        let Self { mut place, tls } = self.clone();
        Box::pin(async move {
            let stream = place.call(tls.url).await?.into_inner();
            let Some((certificates, name)) = tls.encrypted else {
                let stream: Box<dyn Io> = Box::new(stream);
                return Ok(TokioIo::new(stream));
            };
            let stream = TlsConnector::from(certificates.current()).connect(name, stream).await?;
            if stream.get_ref().1.alpn_protocol() != Some(ALPN) {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "the other does not speak HTTP/2"));
            }
            let stream: Box<dyn Io> = Box::new(stream);
            Ok(TokioIo::new(stream))
        })
    }
}
