//! The `[service]` section.

use anyhow::{Context as _, bail};
use lettre::Address;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::time::Duration;

/// The `[service]` section of notification-service's configuration.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServiceConfig {
    /// How e-mail leaves.
    pub mail: MailConfig,
    /// For how many seconds letters to one mailbox are gathered into one e-mail (N9).
    pub window_seconds: u64,
    /// For how many days e-mails that are no longer owed are kept in the ledger, 1 to 3,650.
    pub ledger_days: u16,
    /// The portal's page that e-mails link to (N6): `https://`, without a token.
    pub portal_url: String,
}

/// The `[service.mail]` section.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct MailConfig {
    /// Into a folder, or to a mail server.
    pub transport: Transport,
    /// With `file`: the folder of the `.eml` files.
    pub folder: PathBuf,
    /// With `smtp`: the mail server.
    pub host: String,
    /// With `smtp`: its port.
    pub port: u16,
    /// With `smtp`: how the connection is encrypted.
    pub security: Security,
    /// With `smtp`: the user to authenticate as; empty for none.
    pub username: String,
    /// With `smtp`: the file that holds the password. Required with a user.
    pub password_file: Option<PathBuf>,
    /// With `smtp`: the authority that signed the server's certificate, PEM; without it the public ones are trusted.
    pub authority_file: Option<PathBuf>,
    /// From whom e-mails come: `Name <address>` or an address.
    pub from: String,
    /// Where answers go; empty to leave the header out.
    pub reply_to: String,
    /// The domain of Message-IDs, and the name the mail server is greeted with.
    pub domain: String,
    /// With `smtp`: for how many seconds the server may take for one e-mail, from the connection to its last word; a large
    /// one gets more.
    pub patience_seconds: u64,
    /// With `smtp`: the domain of return paths, one for each e-mail. What comes to them is to be handed to
    /// `OperatorService.ReportDeliveryStatus`. Empty: `domain`.
    pub return_domain: String,
    /// The most e-mails about new post and the like that are sent at once, 1 to 100; four times as many may stall beside
    /// them.
    pub parallel: u16,
    /// The most forwarded letters that are in memory at once, 1 to 10 (M7). Each takes up to three times its size.
    pub forwards_at_once: u16,
    /// The most bytes of text and files of a forwarded letter (M7): what mailbox-service has as `max_forward_bytes`.
    pub max_forward_bytes: usize,
    /// The most e-mails that somebody waits for, such as codes, that are sent at once beside those, 1 to 100; counted alike.
    pub parallel_awaited: u16,
    /// How e-mails are signed.
    pub dkim: DkimConfig,
}

/// The `[service.mail.dkim]` section. All three keys, or none: then e-mails are not signed by us.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct DkimConfig {
    /// For which domain e-mails are signed: that of `from`, or one above it.
    pub domain: String,
    /// Under which name of `<selector>._domainkey.<domain>` the public key stands in DNS.
    pub selector: String,
    /// The file that holds the private key: PKCS #8 as PEM, Ed25519 or RSA of 2,048 to 4,096 bits.
    pub key_file: Option<PathBuf>,
}

/// Where e-mails go.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Transport {
    /// One `.eml` file each: the embedded default.
    File,
    /// To a mail server.
    Smtp,
}

/// How the connection to the mail server is encrypted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Security {
    /// In the clear. For development only: refused in production.
    None,
    /// Begun in the clear and required to switch to TLS before anything is told.
    Starttls,
    /// TLS from the first byte.
    Tls,
}

impl Default for ServiceConfig {
    fn default() -> Self {
        Self {
            mail: MailConfig::default(),
            window_seconds: 10,
            ledger_days: 90,
            portal_url: "https://www.borger.dk".to_owned(),
        }
    }
}

impl Default for MailConfig {
    fn default() -> Self {
        Self {
            transport: Transport::File,
            folder: PathBuf::from("mail"),
            host: String::new(),
            port: 587,
            security: Security::Starttls,
            username: String::new(),
            password_file: None,
            authority_file: None,
            from: "Digital Post <ingen-svar@digitalpost.example>".to_owned(),
            reply_to: String::new(),
            domain: "digitalpost.example".to_owned(),
            return_domain: String::new(),
            patience_seconds: 60,
            parallel: 16,
            forwards_at_once: 2,
            max_forward_bytes: 15_000_000,
            parallel_awaited: 4,
            dkim: DkimConfig::default(),
        }
    }
}

impl ServiceConfig {
    /// For how long letters to one mailbox are gathered (N9).
    pub fn window(&self) -> Duration {
        Duration::from_secs(self.window_seconds)
    }

    /// For how long e-mails that are no longer owed are kept.
    pub fn ledger_kept(&self) -> Duration {
        Duration::from_hours(24 * u64::from(self.ledger_days))
    }

    /// Refuses what can't work, and what is not allowed in production.
    pub fn check(&self, production: bool) -> anyhow::Result<()> {
        let mail = &self.mail;
        if !self.portal_url.starts_with("https://") {
            bail!("service.portal_url: must begin with https://");
        }
        if ![mail.parallel, mail.parallel_awaited].iter().all(|most| (1..=100).contains(most)) {
            bail!("service.mail.parallel, parallel_awaited: must be 1 to 100");
        }
        if !(1..=3_650).contains(&self.ledger_days) {
            bail!("service.ledger_days: must be 1 to 3650");
        }
        if !(1..=10).contains(&mail.forwards_at_once) {
            bail!("service.mail.forwards_at_once: must be 1 to 10");
        }
        if mail.transport == Transport::File && production {
            bail!("service.mail.transport: must be smtp in production");
        }
        Address::new("retur", mail.return_domain()).context("service.mail.return_domain: must be a domain")?;
        if mail.transport == Transport::Smtp {
            if mail.host.is_empty() {
                bail!("service.mail.host: must be given with transport smtp");
            }
            if mail.security == Security::None && (production || !mail.username.is_empty()) {
                bail!("service.mail.security: must be starttls or tls in production and with a user");
            }
        }
        Ok(())
    }
}

impl MailConfig {
    /// The domain of return paths.
    pub(crate) fn return_domain(&self) -> &str {
        if self.return_domain.is_empty() { &self.domain } else { &self.return_domain }
    }

    /// The password of the user, if there is one.
    pub(crate) fn password(&self) -> anyhow::Result<Option<String>> {
        if self.username.is_empty() {
            return Ok(None);
        }
        let file = self.password_file.as_ref().context("service.mail.password_file: must be given with a user")?;
        let text = std::fs::read_to_string(file).context("service.mail.password_file: can't be read")?;
        Ok(Some(text.trim_end_matches(['\r', '\n']).to_owned()))
    }
}
