//! Who connects, and to whom.

use crate::{Authority, Files, PATIENCE, anywhere, ask};
use rpc::{ClientConfig, client};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// Citizens have none; that services do is asked where it is known who calls.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_has_no_certificate_connects_all_the_same() -> anyhow::Result<()> {
    let files = Files::of(&Authority::new("ours")?)?;
    let server = files.serve(anywhere()).await?;
    let bare = ClientConfig { certificate_file: None, key_file: None, ..files.config(server.address) };
    Ok(ask(&client::channel(&bare, PATIENCE)?).await?)
}

/// What another host may show, signed by the same authority, is not good for this one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_of_another_name_is_not_trusted() -> anyhow::Result<()> {
    let files = Files::of(&Authority::new("ours")?)?;
    let server = files.serve(anywhere()).await?;
    ask(&files.channel(server.address)?).await?;
    let by_number = ClientConfig { url: format!("https://{}", server.address), ..files.config(server.address) };
    let refused = ask(&client::channel(&by_number, PATIENCE)?).await.unwrap_err();
    assert!(format!("{refused:?}").contains("NotValidForName"), "{refused:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_an_authority_the_public_ones_are_trusted_and_no_others() -> anyhow::Result<()> {
    let files = Files::of(&Authority::new("ours")?)?;
    let server = files.serve(anywhere()).await?;
    let trusting = ClientConfig { authority_file: None, ..files.config(server.address) };
    let refused = ask(&client::channel(&trusting, PATIENCE)?).await.unwrap_err();
    assert!(format!("{refused:?}").contains("UnknownIssuer"), "{refused:?}");
    Ok(())
}

/// A handshake is between two; the others don't wait for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_connects_and_says_nothing_holds_nobody_up() -> anyhow::Result<()> {
    let files = Files::of(&Authority::new("ours")?)?;
    let server = files.serve(anywhere()).await?;
    let silent = TcpStream::connect(server.address).await?;
    ask(&files.channel(server.address)?).await?;
    let still_there = silent.try_read(&mut [0]).map_err(|error| error.kind());
    assert_eq!(still_there, Err(ErrorKind::WouldBlock), "the others were answered only when it was hung up on");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn who_connects_and_says_nothing_is_hung_up_on() -> anyhow::Result<()> {
    let files = Files::of(&Authority::new("ours")?)?;
    let server = files.serve(anywhere()).await?;
    let mut silent = TcpStream::connect(server.address).await?;
    // Time passes as soon as there is nothing else to do.
    let told = tokio::time::timeout(Duration::from_mins(1), silent.read(&mut [0])).await?;
    assert_eq!(told?, 0);
    Ok(())
}

/// What answers there is something else: it is told nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_does_not_agree_to_http2_hears_nothing() -> anyhow::Result<()> {
    let files = Files::of(&Authority::new("ours")?)?;
    rustls::crypto::ring::default_provider().install_default().ok();
    let certificate = CertificateDer::from_pem_file(files.path("server"))?;
    let key = PrivateKeyDer::from_pem_file(files.path("server.key"))?;
    let other = ServerConfig::builder().with_no_client_auth().with_single_cert(vec![certificate], key)?;
    let listener = TcpListener::bind(anywhere()).await?;
    let channel = files.channel(listener.local_addr()?)?;
    let asking = tokio::spawn(async move { ask(&channel).await });
    let (connected, _) = listener.accept().await?;
    let mut stream = TlsAcceptor::from(Arc::new(other)).accept(connected).await?;
    let mut heard = [0; 3];
    let length = stream.read(&mut heard).await.unwrap_or(0);
    assert_eq!(&heard[..length], b"");
    assert!(asking.await?.is_err());
    Ok(())
}
