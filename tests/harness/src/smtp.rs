//! A real mail server: aiosmtpd, in a process of its own, with STARTTLS and a password.

use crate::python;
use anyhow::{Context as _, bail};
use notification_service::config::{MailConfig, Security, Transport};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// What must be there.
pub(crate) const MISSING: &str = "the tests send e-mail through a real mail server, aiosmtpd, and need Python 3 with venv and pip for it \
     (Debian: apt-get install python3-venv)";

/// A running mail server; it ends with this value, or with this process.
pub struct SmtpServer {
    /// The port on localhost.
    pub port: u16,
    /// The authority that signed its certificate, PEM.
    pub authority_file: PathBuf,
    /// Whom it lets in.
    pub user: &'static str,
    /// The file with the password.
    pub password_file: PathBuf,
    /// The folder of what it took in, one `.eml` a message.
    pub folder: PathBuf,
    // Its standard input is held open by this process, and by nothing else.
    process: Child,
}

const USER: &str = "digitalpost";
const PASSWORD: &str = "a password of the tests";

impl SmtpServer {
    /// Starts one that keeps all it has in `folder`.
    pub fn start(folder: &Path) -> anyhow::Result<Self> {
        let python = python::with(&sources(), MISSING)?;
        let file = |name: &str| folder.join(name);
        let (authority, certificate, key) = certificates()?;
        let password_file = file("password");
        for (path, text) in [
            (file("authority.pem"), authority.as_str()),
            (file("certificate.pem"), &certificate),
            (file("key.pem"), &key),
            (password_file.clone(), PASSWORD),
        ] {
            fs::write(path, text)?;
        }
        let messages = file("messages");
        fs::create_dir(&messages)?;
        let mut process = Command::new(python)
            .arg(sources().join("server.py"))
            .args([file("certificate.pem"), file("key.pem"), messages.clone()])
            .args([USER, PASSWORD])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(fs::File::create(file("log"))?)
            .spawn()?;
        let mut line = String::new();
        BufReader::new(process.stdout.take().context("no output")?).read_line(&mut line)?;
        let Ok(port) = line.trim().parse() else {
            bail!("the mail server does not start:\n{}", fs::read_to_string(file("log"))?);
        };
        Ok(Self { port, authority_file: file("authority.pem"), user: USER, password_file, folder: messages, process })
    }
}

impl SmtpServer {
    /// How a service sends through it.
    pub fn config(&self) -> MailConfig {
        MailConfig {
            transport: Transport::Smtp,
            host: "localhost".to_owned(),
            port: self.port,
            security: Security::Starttls,
            username: self.user.to_owned(),
            password_file: Some(self.password_file.clone()),
            authority_file: Some(self.authority_file.clone()),
            ..MailConfig::default()
        }
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

pub(crate) fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("smtp")
}

/// An authority, and a certificate with its key for localhost.
///
/// # Errors
/// When they can't be made.
pub fn certificates() -> anyhow::Result<(String, String, String)> {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
    let key = KeyPair::generate()?;
    let certificate = CertificateParams::new(["localhost".to_owned()])?.signed_by(&key, &authority)?;
    Ok((authority.pem(), certificate.pem(), key.serialize_pem()))
}
