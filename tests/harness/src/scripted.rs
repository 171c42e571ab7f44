//! A mail server that does as it is told: answers any verb with anything, stalls, hangs up, talks nonsense; and keeps what it
//! took, in memory. One that behaves is [`crate::SmtpServer`].

mod talk;

use crate::smtp::certificates;
use anyhow::Context as _;
use notification_service::config::{MailConfig, Security, Transport};
use notification_service::domain::return_path::ReturnPaths;
use notification_service::email::Rendered;
use notification_service::mailer::{Mailer as _, SendError, Smtp};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::net::TcpListener;
use tokio::sync::{Notify, oneshot};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

/// Keys of no suite.
const KEYS: &str = r#"{"active": "k1", "keys": {"k1": "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="},
                       "lookup": "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI="}"#;

/// When something else happens than usual.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Moment {
    /// The connection is there.
    Greeting,
    /// The client has said its name.
    Ehlo,
    /// The client asks for TLS.
    StartTls,
    /// TLS is to begin.
    Handshake,
    /// The client has said its password.
    Auth,
    /// The client has named the sender.
    Mail,
    /// The client has named the recipient.
    Rcpt,
    /// The client asks to hand over the message.
    Data,
    /// The message is there.
    Message,
}

/// What happens then.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Act {
    /// This answer, of one line or several. A positive one to a message keeps it.
    Say(&'static str),
    /// These bytes, which need be no answer.
    Babble(&'static [u8]),
    /// The line goes dead.
    HangUp,
    /// Nothing, for ever.
    Stall,
    /// The message is kept, and the line goes dead.
    KeepAndHangUp,
    /// The message is kept, and then nothing, for ever.
    KeepAndStall,
    /// As usual, but not until the test lets it go on.
    Wait,
}

/// A message that the server took.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Taken {
    /// The return path.
    pub sender: String,
    /// Everybody it goes to.
    pub recipients: Vec<String>,
    /// Headers and body.
    pub message: Vec<u8>,
}

/// What the server is told, and what it has seen.
#[derive(Default)]
struct State {
    script: Option<(Moment, Act)>,
    once: Option<(Moment, Act, oneshot::Sender<()>)>,
    dead: Option<&'static str>,
    stalled: usize,
    taken: Vec<Taken>,
    strange: Vec<String>,
    connections: usize,
    waiting: usize,
    gate: CancellationToken,
    round: CancellationToken,
}

/// A running server; it ends with the test's runtime.
#[derive(Clone)]
pub struct ScriptedServer {
    /// The port on localhost.
    pub port: u16,
    authority_file: PathBuf,
    password_file: PathBuf,
    state: Arc<Mutex<State>>,
    /// Something was taken.
    took: Arc<Notify>,
}

impl ScriptedServer {
    /// Starts one that behaves until it is told otherwise, and keeps certificates in `folder`.
    pub async fn start(folder: &Path) -> anyhow::Result<Self> {
        // Another test of this process may have done it.
        drop(rustls::crypto::ring::default_provider().install_default());
        let (authority, certificate, key) = certificates()?;
        let (authority_file, password_file) = (folder.join("authority.pem"), folder.join("password"));
        std::fs::write(&authority_file, authority)?;
        std::fs::write(&password_file, "a password of the tests")?;
        let chain = vec![CertificateDer::from_pem_slice(certificate.as_bytes())?];
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes())?;
        let tls = rustls::ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key)?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let (state, took) = (Arc::default(), Arc::default());
        let server = Self { port, authority_file, password_file, state, took };
        tokio::spawn(server.clone().listen(listener, TlsAcceptor::from(Arc::new(tls))));
        Ok(server)
    }

    /// How a service sends through it in the clear.
    pub fn config(&self) -> MailConfig {
        MailConfig {
            transport: Transport::Smtp,
            host: "127.0.0.1".to_owned(),
            port: self.port,
            security: Security::None,
            patience_seconds: 1,
            ..MailConfig::default()
        }
    }

    /// The same with STARTTLS and a password.
    pub fn config_with_tls(&self) -> MailConfig {
        MailConfig {
            host: "localhost".to_owned(),
            security: Security::Starttls,
            username: "digitalpost".to_owned(),
            password_file: Some(self.password_file.clone()),
            authority_file: Some(self.authority_file.clone()),
            ..self.config()
        }
    }

    /// Tells it what to do from now on, and ends every connection there is.
    pub fn does(&self, script: Option<(Moment, Act)>) {
        let mut state = self.state();
        state.script = script;
        state.dead = None;
        std::mem::take(&mut state.round).cancel();
    }

    /// Does something else than usual once only; says when it has come to that, and just before it does it.
    pub fn does_once(&self, moment: Moment, act: Act) -> oneshot::Receiver<()> {
        let (told, hears) = oneshot::channel();
        self.state().once = Some((moment, act, told));
        hears
    }

    /// Stalls for every recipient at `domain` or one below it, until it is told otherwise.
    pub fn stalls_for(&self, domain: &'static str) {
        self.state().dead = Some(domain);
    }

    /// How many sends it has stalled because of their recipient.
    pub fn stalled(&self) -> usize {
        self.state().stalled
    }

    /// Waits until it has taken so many that nobody has looked at.
    pub async fn has_taken(&self, number: usize) {
        loop {
            let took = self.took.notified();
            if self.state().taken.len() >= number {
                return;
            }
            took.await;
        }
    }

    /// How many clients wait until it goes on.
    pub fn waiting(&self) -> usize {
        self.state().waiting
    }

    /// Goes on with those that wait now.
    pub fn goes_on(&self) {
        let mut state = self.state();
        state.waiting = 0;
        std::mem::take(&mut state.gate).cancel();
    }

    /// What it took since the last look.
    pub fn takes(&self) -> Vec<Taken> {
        std::mem::take(&mut self.state().taken)
    }

    /// What clients said that is no command of SMTP.
    pub fn strange(&self) -> Vec<String> {
        self.state().strange.clone()
    }

    /// How many connections there were.
    pub fn connections(&self) -> usize {
        self.state().connections
    }

    /// What a mailer of `config` makes of its behaviour.
    pub async fn verdict(&self, config: &MailConfig) -> anyhow::Result<Result<(), SendError>> {
        let keys = crypto::Keys::parse(KEYS)?;
        let return_paths = ReturnPaths::new(keys.lookup, "digitalpost.example");
        let recipient = kernel::EmailAddress::parse("niels@example.dk")?;
        let email = Rendered { recipient, message: b"Subject: a\r\n\r\n.dot\r\nend\r\n".to_vec() };
        Ok(Smtp::open(config, return_paths)?.send(uuid::Uuid::nil(), &email).await)
    }

    /// What ends the wait of one more client.
    fn gate(&self) -> CancellationToken {
        let mut state = self.state();
        state.waiting += 1;
        state.gate.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn act(&self, moment: Moment) -> Option<Act> {
        let mut state = self.state();
        if let Some((_, act, told)) = state.once.take_if(|(at, ..)| *at == moment) {
            // Whoever wanted to know may have gone.
            let _ = told.send(());
            return Some(act);
        }
        state.script.filter(|(at, _)| *at == moment).map(|(_, act)| act)
    }

    /// What happens when the client names `recipient`.
    fn act_on(&self, recipient: &str) -> Option<Act> {
        let mut state = self.state();
        let dead = state.dead.is_some_and(|domain| {
            let rest = recipient.trim_end_matches('>').strip_suffix(domain);
            rest.is_some_and(|rest| rest.ends_with(['@', '.']))
        });
        state.stalled += usize::from(dead);
        drop(state);
        if dead { Some(Act::Stall) } else { self.act(Moment::Rcpt) }
    }

    async fn listen(self, listener: TcpListener, tls: TlsAcceptor) -> anyhow::Result<()> {
        loop {
            let (stream, _) = listener.accept().await.context("no more connections")?;
            let round = {
                let mut state = self.state();
                state.connections += 1;
                state.round.clone()
            };
            let (server, tls) = (self.clone(), tls.clone());
            tokio::spawn(async move { round.run_until_cancelled(talk::talk(&server, stream, &tls)).await });
        }
    }
}
