//! A connection to the mail server: opened, encrypted, authenticated; and one e-mail over it.

use super::verdict::{Stage, no_connection, too_slow, verdict};
use crate::config::{MailConfig, Security};
use crate::email::Rendered;
use crate::email::wire_address;
use crate::mailer::{Fault, SendError};
use anyhow::Context as _;
use lettre::Address;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use std::time::Duration;
use tokio::net::TcpStream;

/// How long the server may take to accept the connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How the mail server is reached.
pub(super) struct Server {
    host: String,
    port: u16,
    security: Security,
    tls: TlsParameters,
    credentials: Option<Credentials>,
    greeting: ClientId,
}

impl Server {
    pub(super) fn new(config: &MailConfig) -> anyhow::Result<Self> {
        let mut tls = TlsParameters::builder(config.host.clone());
        if let Some(file) = &config.authority_file {
            let pem = std::fs::read(file).context("service.mail.authority_file: can't be read")?;
            let authority = Certificate::from_pem(&pem).context("service.mail.authority_file: not PEM")?;
            // It alone is trusted.
            tls = tls.certificate_store(CertificateStore::None).add_root_certificate(authority);
        }
        let password = config.password()?;
        Ok(Self {
            host: config.host.clone(),
            port: config.port,
            security: config.security,
            tls: tls.build_rustls().context("service.mail: TLS")?,
            credentials: password.map(|password| Credentials::new(config.username.clone(), password)),
            greeting: ClientId::Domain(config.domain.clone()),
        })
    }

    /// A connection that is ready for e-mail. Nothing is told to the server before it is encrypted, if it is to be.
    pub(super) async fn connect(&self) -> Result<AsyncSmtpConnection, SendError> {
        let failed = |error| verdict(Stage::Connect, &error);
        let at = (self.host.as_str(), self.port);
        let connected = if self.security == Security::Tls {
            // lettre alone makes such a connection, and gives no way to its socket.
            let tls = Some(self.tls.clone());
            AsyncSmtpConnection::connect_tokio1(at, Some(CONNECT_TIMEOUT), &self.greeting, tls, None).await
        } else {
            AsyncSmtpConnection::connect_with_transport(Box::new(socket(at).await?), &self.greeting).await
        };
        let mut connection = connected.map_err(failed)?;
        if self.security == Security::Starttls {
            connection.starttls(self.tls.clone(), &self.greeting).await.map_err(failed)?;
        }
        if let Some(credentials) = &self.credentials {
            let mechanisms = [Mechanism::Plain, Mechanism::Login];
            let failed = |error| verdict(Stage::Authenticate, &error);
            connection.auth(&mechanisms, credentials).await.map_err(failed)?;
        }
        Ok(connection)
    }
}

/// A socket that sends what it is given at once. lettre gives it the end of a message by itself, and the system would keep that
/// back until the server has acknowledged what went before, which servers take their time for: 40 ms for each e-mail.
async fn socket(at: (&str, u16)) -> Result<TcpStream, SendError> {
    let connecting = tokio::time::timeout(CONNECT_TIMEOUT, TcpStream::connect(at)).await.map_err(|_| too_slow())?;
    let socket = connecting.map_err(|_| no_connection())?;
    socket.set_nodelay(true).map_err(|_| no_connection())?;
    Ok(socket)
}

/// Hands one e-mail over. The message is ASCII and so are the addresses: no extension is needed.
pub(super) async fn transact(
    connection: &mut AsyncSmtpConnection,
    sender: Address,
    email: &Rendered,
) -> Result<(), SendError> {
    let recipient = wire_address(&email.recipient).map_err(|_| SendError::new(Fault::Ours, "render"))?;
    let said = connection.command(Mail::new(Some(sender), Vec::new())).await;
    said.map_err(|error| verdict(Stage::Sender, &error))?;
    let said = connection.command(Rcpt::new(recipient, Vec::new())).await;
    said.map_err(|error| verdict(Stage::Recipient, &error))?;
    let said = connection.command(Data).await;
    said.map_err(|error| verdict(Stage::Message, &error))?;
    let said = connection.message(&email.message).await;
    said.map_err(|error| verdict(Stage::Message, &error)).map(|_| ())
}
