//! Certificates, read again for every new connection, so that one that is renewed needs no restart.
//!
//! A connection is rare beside the calls on it, and reading three small files is little beside its handshake; so nothing watches the files,
//! and nothing is ever older than the last connection. What can't be read leaves what was read before in force: files are
//! replaced one after the other, and Kubernetes swaps them all while we may be between two of them.

mod files;

pub(crate) use files::{Files, Pem};

use rustls::client::WebPkiServerVerifier;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// HTTP/2, which gRPC speaks.
pub(crate) const ALPN: &[u8] = b"h2";

/// Why certificates can't be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file can't be read.
    #[error("can't read {0}")]
    File(PathBuf, #[source] std::io::Error),
    /// A file holds something else.
    #[error("{0} holds no PEM of its kind")]
    Pem(&'static str, #[source] rustls::pki_types::pem::Error),
    /// The certificate and the key do not belong together, or are of a kind that is not known.
    #[error("the certificate and its key can't be used")]
    Unusable(#[from] rustls::Error),
    /// The authority can't be used.
    #[error("the authority can't be used")]
    Authority(#[from] rustls::client::VerifierBuilderError),
}

/// What is made of certificates, in force until they can be read anew.
pub(crate) struct Renewed<C> {
    role: &'static str,
    files: Files,
    make: fn(&Pem) -> Result<C, TlsError>,
    kept: Mutex<Kept<C>>,
}

struct Kept<C> {
    pem: Pem,
    made: Arc<C>,
    /// Told once, and not with every connection.
    failing: bool,
}

impl<C> Renewed<C> {
    /// Reads the files for the first time. `role` names them in the log and in metrics.
    pub(crate) fn new(
        role: &'static str,
        files: Files,
        make: fn(&Pem) -> Result<C, TlsError>,
    ) -> Result<Arc<Self>, TlsError> {
        let pem = files.read()?;
        let first = Arc::new(make(&pem)?);
        pem.tell_end(role);
        Ok(Arc::new(Self { role, files, make, kept: Mutex::new(Kept { pem, made: first, failing: false }) }))
    }

    /// What the files say, or said when they could be read last.
    pub(crate) fn current(&self) -> Arc<C> {
        let read = self.files.read();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        match read.and_then(|pem| self.renew(&kept, pem)) {
            Ok(Some(renewed)) => {
                tracing::info!(role = self.role, "certificates were read anew");
                *kept = renewed;
            }
            Ok(None) => kept.failing = false,
            Err(error) if !kept.failing => {
                let error = with_cause(&error);
                tracing::error!(
                    role = self.role,
                    error,
                    "certificates can't be read anew; those of before stay in force"
                );
                kept.failing = true;
            }
            Err(_) => {}
        }
        kept.made.clone()
    }

    fn renew(&self, kept: &Kept<C>, pem: Pem) -> Result<Option<Kept<C>>, TlsError> {
        if pem == kept.pem {
            return Ok(None);
        }
        let made = Arc::new((self.make)(&pem)?);
        pem.tell_end(self.role);
        Ok(Some(Kept { pem, made, failing: false }))
    }
}

fn with_cause(error: &TlsError) -> String {
    match std::error::Error::source(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}

/// A server that shows its certificate, and looks at those of callers who have one where an authority for them is given.
pub(crate) fn server(pem: &Pem) -> Result<ServerConfig, TlsError> {
    let builder = ServerConfig::builder();
    let builder = match &pem.authority {
        Some(authority) => {
            let verifier = WebPkiClientVerifier::builder(roots(authority)?.into()).allow_unauthenticated().build()?;
            builder.with_client_cert_verifier(verifier)
        }
        None => builder.with_no_client_auth(),
    };
    let (certificates, key) = pem.identity()?.ok_or(rustls::Error::NoCertificatesPresented)?;
    let mut config = builder.with_single_cert(certificates, key)?;
    config.alpn_protocols.push(ALPN.to_vec());
    Ok(config)
}

/// A client that trusts the authority, or else the public ones, and has a certificate where one is given.
pub(crate) fn client(pem: &Pem) -> Result<ClientConfig, TlsError> {
    let trusted = WebPkiServerVerifier::builder(trusted(pem.authority.as_deref())?.into()).build()?;
    let builder = ClientConfig::builder().with_webpki_verifier(trusted);
    let mut config = match pem.identity()? {
        Some((certificates, key)) => builder.with_client_auth_cert(certificates, key)?,
        None => builder.with_no_client_auth(),
    };
    config.alpn_protocols.push(ALPN.to_vec());
    Ok(config)
}

/// The authority takes the place of the public ones.
fn trusted(authority: Option<&[u8]>) -> Result<RootCertStore, TlsError> {
    match authority {
        Some(authority) => roots(authority),
        None => Ok(RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() }),
    }
}

/// All of a bundle: while one authority follows another, it holds both.
fn roots(authority: &[u8]) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates("the authority", authority)? {
        roots.add(certificate)?;
    }
    Ok(roots)
}

fn certificates(what: &'static str, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match read {
        Ok(none) if none.is_empty() => Err(TlsError::Pem(what, rustls::pki_types::pem::Error::NoItemsFound)),
        read => read.map_err(|error| TlsError::Pem(what, error)),
    }
}

impl Pem {
    fn identity(&self) -> Result<Option<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)>, TlsError> {
        let Some((certificate, key)) = &self.identity else { return Ok(None) };
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|error| TlsError::Pem("the key", error))?;
        Ok(Some((certificates("the certificate", certificate)?, key)))
    }

    /// Sets the gauge of when the certificate ends.
    fn tell_end(&self, role: &'static str) {
        let Some((certificate, _)) = &self.identity else { return };
        let ends = certificates("the certificate", certificate).ok().and_then(|chain| {
            let (_, own) = x509_parser::parse_x509_certificate(chain.first()?).ok()?;
            u32::try_from(own.validity().not_after.timestamp()).ok()
        });
        if let Some(ends) = ends {
            metrics::gauge!("tls_certificate_expiry_timestamp_seconds", "role" => role).set(ends);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{CertificateParams, KeyPair};

    #[test]
    fn an_authority_that_is_given_is_the_only_one() -> Result<(), Box<dyn std::error::Error>> {
        let one = || Ok::<_, rcgen::Error>(CertificateParams::default().self_signed(&KeyPair::generate()?)?.pem());
        let bundle = format!("{}{}", one()?, one()?);
        assert_eq!(trusted(Some(bundle.as_bytes()))?.len(), 2);
        assert_eq!(trusted(None)?.len(), webpki_roots::TLS_SERVER_ROOTS.len());
        Ok(())
    }
}
