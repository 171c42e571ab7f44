//! A mail server that takes everything at once, as fast as one can: STARTTLS, no checks, in memory. It acknowledges at once what
//! it has read and holds back nothing that it says, as mail servers do.

use anyhow::Context as _;
use harness::smtp::certificates;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// The domain whose mail stalls.
pub(crate) const DEAD: &str = "dead.example.dk";
const HELLO: &str = "250-localhost\r\n250-SIZE 50000000\r\n250-STARTTLS\r\n250 ENHANCEDSTATUSCODES\r\n";
const END: &[u8] = b"\r\n.\r\n";
const READ_AT_ONCE: usize = 16 * 1024;

/// An e-mail that it took.
pub(crate) struct Taken {
    pub(crate) at: Instant,
    /// The line that named the recipient.
    pub(crate) recipient: String,
    pub(crate) message: Vec<u8>,
}

/// A running one; it ends with the program.
#[derive(Clone)]
pub(crate) struct Sink {
    pub(crate) port: u16,
    pub(crate) authority_file: PathBuf,
    taken: Arc<Mutex<Vec<Taken>>>,
    took: Arc<Notify>,
}

impl Sink {
    /// Starts one whose certificate's authority lies in `folder`.
    pub(crate) async fn start(folder: &Path) -> anyhow::Result<Self> {
        let (authority, certificate, key) = certificates()?;
        let authority_file = folder.join("authority.pem");
        std::fs::write(&authority_file, authority)?;
        let chain = vec![CertificateDer::from_pem_slice(certificate.as_bytes())?];
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes())?;
        let tls = rustls::ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key)?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let sink =
            Self { port: listener.local_addr()?.port(), authority_file, taken: Arc::default(), took: Arc::default() };
        tokio::spawn(sink.clone().listen(listener, TlsAcceptor::from(Arc::new(tls))));
        Ok(sink)
    }

    /// Waits until it has taken so many that nobody has looked at, and gives them.
    pub(crate) async fn takes(&self, number: usize) -> Vec<Taken> {
        loop {
            let took = self.took.notified();
            if self.taken().len() >= number {
                return std::mem::take(&mut *self.taken());
            }
            took.await;
        }
    }

    fn taken(&self) -> MutexGuard<'_, Vec<Taken>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn listen(self, listener: TcpListener, tls: TlsAcceptor) -> anyhow::Result<()> {
        loop {
            let (stream, _) = listener.accept().await.context("no more connections")?;
            stream.set_nodelay(true)?;
            let (sink, tls) = (self.clone(), tls.clone());
            // A client that hangs up is no error.
            tokio::spawn(async move { sink.talk(stream, &tls).await.ok() });
        }
    }

    async fn talk(&self, stream: TcpStream, tls: &TlsAcceptor) -> std::io::Result<()> {
        let mut plain = Conversation { stream, read: Vec::new() };
        plain.say("220 localhost\r\n").await?;
        loop {
            match verb(&plain.line().await?) {
                b"EHLO" => plain.say(HELLO).await?,
                b"STARTTLS" => break,
                _ => return Ok(()),
            }
        }
        plain.say("220 2.0.0 go on\r\n").await?;
        let mut conversation = Conversation { stream: tls.accept(plain.stream).await?, read: Vec::new() };
        let mut recipient = String::new();
        loop {
            let line = conversation.line().await?;
            let answer = match verb(&line) {
                b"EHLO" => HELLO,
                b"RCPT" => {
                    recipient = String::from_utf8_lossy(&line).into_owned();
                    if recipient.contains(DEAD) {
                        return std::future::pending().await;
                    }
                    "250 2.1.5 fine\r\n"
                }
                b"DATA" => {
                    conversation.say("354 go on\r\n").await?;
                    let message = conversation.until(END).await?;
                    let recipient = std::mem::take(&mut recipient);
                    self.taken().push(Taken { at: Instant::now(), recipient, message });
                    self.took.notify_one();
                    "250 2.0.0 taken\r\n"
                }
                b"QUIT" => return Ok(()),
                _ => "250 2.0.0 fine\r\n",
            };
            conversation.say(answer).await?;
        }
    }
}

fn verb(line: &[u8]) -> &[u8] {
    line.split(|byte| b" \r".contains(byte)).next().unwrap_or_default()
}

struct Conversation<S> {
    stream: S,
    /// What was read and not looked at yet.
    read: Vec<u8>,
}

/// A connection that can be told to acknowledge at once.
trait Prompt: AsyncRead + AsyncWrite + Unpin {
    fn socket(&self) -> &TcpStream;
}

impl Prompt for TcpStream {
    fn socket(&self) -> &TcpStream {
        self
    }
}

impl Prompt for TlsStream<TcpStream> {
    fn socket(&self) -> &TcpStream {
        self.get_ref().0
    }
}

impl<S: Prompt> Conversation<S> {
    async fn say(&mut self, lines: &str) -> std::io::Result<()> {
        self.stream.write_all(lines.as_bytes()).await?;
        self.stream.flush().await
    }

    async fn line(&mut self) -> std::io::Result<Vec<u8>> {
        self.until(b"\r\n").await
    }

    /// All up to `end`, which is left out.
    async fn until(&mut self, end: &[u8]) -> std::io::Result<Vec<u8>> {
        let mut from = 0;
        loop {
            if let Some(at) = self.read[from..].windows(end.len()).position(|window| window == end) {
                let rest = self.read.split_off(from + at + end.len());
                let mut found = std::mem::replace(&mut self.read, rest);
                found.truncate(from + at);
                return Ok(found);
            }
            from = self.read.len().saturating_sub(end.len());
            self.read.reserve(READ_AT_ONCE);
            if self.stream.read_buf(&mut self.read).await? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            // Holds for one acknowledgement, and on Linux alone.
            #[cfg(target_os = "linux")]
            self.stream.socket().set_quickack(true)?;
        }
    }
}
