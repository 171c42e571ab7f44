//! Connections that are spread over the addresses of a name.
//!
//! A name that stands for several processes resolves to all of their addresses, in an order that the resolver of this
//! process sorts alike each time: left to it, all connections would end at one of them. So each connection has a place in the
//! row of addresses, and goes on to the next where nobody answers.

use http::Uri;
use hyper_util::rt::TokioIo;
use kernel::{Random as _, SystemRandom};
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::net::{TcpStream, lookup_host};
use tower::Service;

/// How long one address may take to answer: a node that is gone says nothing.
const EACH: Duration = Duration::from_millis(500);

/// So many places, beginning anywhere: processes must not all begin at the same address.
pub(super) fn places(number: u16) -> impl Iterator<Item = Place> {
    let Place(first) = place();
    (first..).take(usize::from(number)).map(Place)
}

/// Any place.
pub(super) fn place() -> Place {
    let mut bytes = [0; 2];
    SystemRandom.fill(&mut bytes);
    Place(usize::from(u16::from_le_bytes(bytes)))
}

/// The place of one connection in the row of addresses.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place(usize);

impl Service<Uri> for Place {
    type Response = TokioIo<TcpStream>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<TokioIo<TcpStream>>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let place = *self;
        Box::pin(async move {
            let default = if uri.scheme_str() == Some("http") { 80 } else { 443 };
            let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
            let mut row: Vec<SocketAddr> = lookup_host((host, uri.port_u16().unwrap_or(default))).await?.collect();
            row.sort_unstable();
            row.dedup();
            place.connect(&row).await
        })
    }
}

impl Place {
    async fn connect(self, row: &[SocketAddr]) -> io::Result<TokioIo<TcpStream>> {
        let mut failed = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
        for step in 0..row.len() {
            let address = row[(self.0 + step) % row.len()];
            match tokio::time::timeout(EACH, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => {
                    stream.set_nodelay(true)?;
                    return Ok(TokioIo::new(stream));
                }
                Ok(Err(error)) => failed = error,
                Err(_) => failed = io::ErrorKind::TimedOut.into(),
            }
        }
        Err(failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

    async fn listeners(number: usize) -> io::Result<Vec<TcpListener>> {
        let mut all = Vec::new();
        for _ in 0..number {
            all.push(TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).await?);
        }
        Ok(all)
    }

    fn row(listeners: &[TcpListener]) -> io::Result<Vec<SocketAddr>> {
        listeners.iter().map(TcpListener::local_addr).collect()
    }

    #[tokio::test]
    async fn as_many_connections_as_addresses_reach_them_all() -> io::Result<()> {
        let listeners = listeners(3).await?;
        let row = row(&listeners)?;
        let mut reached = Vec::new();
        for place in places(3) {
            reached.push(place.connect(&row).await?.inner().peer_addr()?);
        }
        reached.sort_unstable();
        let mut all = row.clone();
        all.sort_unstable();
        assert_eq!(reached, all);
        Ok(())
    }

    #[tokio::test]
    async fn an_address_where_nobody_answers_is_passed_over() -> io::Result<()> {
        let mut listeners = listeners(3).await?;
        let row = row(&listeners)?;
        drop(listeners.remove(1));
        for place in places(6) {
            assert_ne!(place.connect(&row).await?.inner().peer_addr()?, row[1]);
        }
        listeners.clear();
        assert!(Place(0).connect(&row).await.is_err());
        assert!(Place(0).connect(&[]).await.is_err());
        Ok(())
    }
}
