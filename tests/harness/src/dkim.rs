//! A second opinion on the signatures of e-mails: dkimpy, which others wrote and mail servers use.

use crate::python;
use crate::smtp::{MISSING, sources};
use anyhow::{Context as _, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A key to sign with, and what stands about it in DNS. Both were made by the commands of `deploy/README.md`.
pub struct DkimKey {
    /// The file of the private half.
    pub file: PathBuf,
    /// The record, under the selector.
    pub record: String,
}

impl DkimKey {
    /// An Ed25519 key.
    ///
    /// # Errors
    /// When its files are not there.
    pub fn ed25519() -> anyhow::Result<Self> {
        Self::called("ed25519")
    }

    /// An RSA key of 2,048 bits.
    ///
    /// # Errors
    /// When its files are not there.
    pub fn rsa() -> anyhow::Result<Self> {
        Self::called("rsa")
    }

    fn called(kind: &str) -> anyhow::Result<Self> {
        let file = sources().join(format!("dkim-{kind}.pem"));
        let public = std::fs::read_to_string(sources().join(format!("dkim-{kind}.public")))?;
        Ok(Self { file, record: format!("v=DKIM1; k={kind}; p={}", public.trim_end()) })
    }

    /// Whether each of `emails` has a signature that holds by this key, under `selector` of `domain`. What they are kept in
    /// meanwhile is in `folder`.
    ///
    /// # Errors
    /// When dkimpy can't be asked.
    pub fn verifies(
        &self,
        (selector, domain): (&str, &str),
        emails: &[Vec<u8>],
        folder: &Path,
    ) -> anyhow::Result<Vec<bool>> {
        let mut command = Command::new(python::with(&sources(), MISSING)?);
        let name = format!("{selector}._domainkey.{domain}");
        command.arg(sources().join("verify.py")).args([&name, &self.record]);
        for (number, email) in emails.iter().enumerate() {
            let file = folder.join(format!("to-verify-{number}"));
            std::fs::write(&file, email)?;
            command.arg(file);
        }
        let output = command.output().context(MISSING)?;
        if !output.status.success() {
            bail!("dkimpy failed:\n{}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(String::from_utf8(output.stdout)?.lines().map(|line| line == "True").collect())
    }
}
