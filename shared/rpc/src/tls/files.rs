//! The files of certificates.

use super::TlsError;
use std::path::{Path, PathBuf};

/// Where they lie.
#[derive(Clone, Debug)]
pub(crate) struct Files {
    /// Certificate chain and private key.
    pub(crate) identity: Option<(PathBuf, PathBuf)>,
    /// The authorities of the other side.
    pub(crate) authority: Option<PathBuf>,
}

/// What they hold.
#[derive(PartialEq, Eq)]
pub(crate) struct Pem {
    pub(crate) identity: Option<(Vec<u8>, Vec<u8>)>,
    pub(crate) authority: Option<Vec<u8>>,
}

impl Files {
    pub(crate) fn read(&self) -> Result<Pem, TlsError> {
        let read = |file: &Path| std::fs::read(file).map_err(|error| TlsError::File(file.to_owned(), error));
        let identity = match &self.identity {
            Some((certificate, key)) => Some((read(certificate)?, read(key)?)),
            None => None,
        };
        Ok(Pem { identity, authority: self.authority.as_deref().map(read).transpose()? })
    }
}
