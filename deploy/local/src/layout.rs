//! Where the local suite keeps what: one folder, `.data/` by default.

use kernel::ServiceName;
use std::path::{Path, PathBuf};

/// The paths of one local suite. Making one touches no disk.
///
/// ```text
/// .data/config/<service>.toml              written anew at every start
///       db/<service>.sqlite                the databases
///       files/                             files of letters, encrypted
///       keys/<service>.keys.json           encryption at rest and look-ups
///       log/<service>.log                  what the processes said since the last start
///       mail/*.eml                         the e-mails that were sent
///       tls/ca.pem                         trust this to call https://localhost:50051
///           <service>.pem, .key            server certificates
///           <service>-client.pem, .key     client certificates (mutual TLS)
///       tokens/<issuer>.key, .jwks.json    who signs tokens: persons, and each service
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    root: PathBuf,
}

/// A certificate and its private key, both PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateFiles {
    /// The certificate.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// Whose tokens a key signs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Issuer {
    /// Citizens, caseworkers, sender systems, register systems and operators: in production MitID and others.
    Persons,
    /// One service, for itself.
    Service(ServiceName),
}

impl Issuer {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Persons,
        Self::Service(ServiceName::Access),
        Self::Service(ServiceName::Mailbox),
        Self::Service(ServiceName::Notification),
    ];

    /// Its name in file names and key ids.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Persons => "persons",
            Self::Service(service) => service.as_str(),
        }
    }

    /// The `iss` claim of its tokens.
    pub fn url(self) -> String {
        format!("https://{}.issuer.digitalpost.local", self.name())
    }
}

impl Layout {
    /// The suite in the folder `root`.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder of configurations.
    pub fn config_folder(&self) -> PathBuf {
        self.root.join("config")
    }

    /// A service's configuration.
    pub fn config(&self, service: ServiceName) -> PathBuf {
        self.config_folder().join(format!("{service}.toml"))
    }

    /// The folder of databases.
    pub fn database_folder(&self) -> PathBuf {
        self.root.join("db")
    }

    /// A service's SQLite database.
    pub fn database(&self, service: ServiceName) -> PathBuf {
        self.database_folder().join(format!("{service}.sqlite"))
    }

    /// The folder of letters' files.
    pub fn files(&self) -> PathBuf {
        self.root.join("files")
    }

    /// The folder of the ends of activity logs.
    pub fn activity_heads(&self) -> PathBuf {
        self.root.join("activity-heads")
    }

    /// The folder in which e-mails land.
    pub fn mail(&self) -> PathBuf {
        self.root.join("mail")
    }

    /// The folder of logs.
    pub fn log_folder(&self) -> PathBuf {
        self.root.join("log")
    }

    /// A service's log.
    pub fn log(&self, service: ServiceName) -> PathBuf {
        self.log_folder().join(format!("{service}.log"))
    }

    /// The folder of keys for encryption at rest.
    pub fn keys_folder(&self) -> PathBuf {
        self.root.join("keys")
    }

    /// A service's keys for encryption at rest and look-ups.
    pub fn keys(&self, service: ServiceName) -> PathBuf {
        self.keys_folder().join(format!("{service}.keys.json"))
    }

    /// The folder of certificates.
    pub fn tls_folder(&self) -> PathBuf {
        self.root.join("tls")
    }

    /// The development authority that signed all certificates.
    pub fn authority(&self) -> CertificateFiles {
        self.certificate_files("ca")
    }

    /// A service's server certificate, for `localhost` and the service's name.
    pub fn server_certificate(&self, service: ServiceName) -> CertificateFiles {
        self.certificate_files(service.as_str())
    }

    /// The certificate a service shows when it calls another.
    pub fn client_certificate(&self, service: ServiceName) -> CertificateFiles {
        self.certificate_files(&format!("{service}-client"))
    }

    fn certificate_files(&self, name: &str) -> CertificateFiles {
        let file = |extension: &str| self.tls_folder().join(format!("{name}.{extension}"));
        CertificateFiles { certificate: file("pem"), key: file("key") }
    }

    /// The folder of token keys.
    pub fn token_folder(&self) -> PathBuf {
        self.root.join("tokens")
    }

    /// The private key with which `issuer` signs tokens: Ed25519, PKCS #8, PEM.
    pub fn token_key(&self, issuer: Issuer) -> PathBuf {
        self.token_folder().join(format!("{}.key", issuer.name()))
    }

    /// The public keys of `issuer`, as services read them.
    pub fn jwks(&self, issuer: Issuer) -> PathBuf {
        self.token_folder().join(format!("{}.jwks.json", issuer.name()))
    }

    /// Locked while secrets are made, so that two commands at once make one set.
    pub(crate) fn preparing_lock(&self) -> PathBuf {
        self.root.join("preparing.lock")
    }

    /// Locked while a suite runs in the folder.
    pub(crate) fn running_lock(&self) -> PathBuf {
        self.root.join("running.lock")
    }

    /// Every folder there is.
    pub(crate) fn folders(&self) -> [PathBuf; 9] {
        [
            self.root.clone(),
            self.config_folder(),
            self.database_folder(),
            self.files(),
            self.mail(),
            self.log_folder(),
            self.keys_folder(),
            self.tls_folder(),
            self.token_folder(),
        ]
    }
}
