//! Signs e-mails (DKIM: RFC 6376, RFC 8463), so that mail servers can tell ours from what others send in our name.
//!
//! By ring and not by a library for e-mail. lettre's signer reads the system's clock, so that no two renderings of a forwarded
//! letter would be the same; can't list a header more often than it is there; and signs by the crate `rsa`, whose timing tells
//! of the key (RUSTSEC-2023-0071). mail-auth reads the clock too, and wants that crate or a second provider of cryptography.
//! What is left to do ourselves is the form in which headers are signed.
//!
//! The record of a key stays in DNS until nothing is owed any more that was signed with it: what is kept is not signed anew.

mod canonical;

use crate::config::DkimConfig;
use anyhow::{Context as _, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use kernel::Timestamp;
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject as _;

/// The headers that a signature covers, those too that an e-mail lacks: each is listed once more than it is there, so that none
/// can be added beside it or in its place.
const COVERED: [&str; 12] = [
    "from",
    "to",
    "cc",
    "reply-to",
    "subject",
    "date",
    "message-id",
    "list-unsubscribe",
    "auto-submitted",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
];
/// How many names of headers stand on one line, and how many characters of Base64.
const NAMES: usize = 4;
const LINE: usize = 72;

/// Signs for one domain with one key.
#[derive(Debug)]
pub(super) struct Dkim {
    domain: String,
    selector: String,
    key: Key,
}

#[derive(Debug)]
enum Key {
    Ed25519(Ed25519KeyPair),
    Rsa(RsaKeyPair),
}

/// An e-mail can't be signed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the e-mail can't be signed")]
pub struct Unsigned;

impl Dkim {
    /// Signs as the configuration says; nothing where it says nothing.
    pub(super) fn open(config: &DkimConfig) -> anyhow::Result<Option<Self>> {
        let DkimConfig { domain, selector, key_file } = config;
        let Some(key_file) = key_file else {
            if domain.is_empty() && selector.is_empty() {
                return Ok(None);
            }
            bail!("service.mail.dkim.key_file: must be given with a domain or a selector");
        };
        for (name, labels) in [("domain", domain), ("selector", selector)] {
            if !labels.split('.').all(is_label) {
                bail!("service.mail.dkim.{name}: must be a name as in DNS");
            }
        }
        let pem = std::fs::read(key_file).context("service.mail.dkim.key_file: can't be read")?;
        let der = PrivatePkcs8KeyDer::from_pem_slice(&pem);
        let der =
            der.map_err(|_| anyhow::anyhow!("service.mail.dkim.key_file: must be a private key, PKCS #8 as PEM"))?;
        Ok(Some(Self { domain: domain.clone(), selector: selector.clone(), key: Key::read(der.secret_pkcs8_der())? }))
    }

    /// Whether a signature tells receivers that `from` is who it says (DMARC).
    pub(super) fn speaks_for(&self, from: &str) -> bool {
        let (from, domain) = (from.to_ascii_lowercase(), self.domain.to_ascii_lowercase());
        from == domain || from.ends_with(&format!(".{domain}"))
    }

    /// The header, line ends included, that is to stand before `message`, which was made at `now`. The same message has the
    /// same signature.
    pub(super) fn header(&self, message: &[u8], now: Timestamp) -> Result<String, Unsigned> {
        let (headers, body) = canonical::split(message).ok_or(Unsigned)?;
        let covered = canonical::covered(headers, &COVERED);
        let (algorithm, domain, selector) = (self.key.algorithm(), &self.domain, &self.selector);
        let names: Vec<String> = covered.names.chunks(NAMES).map(|names| names.join(":")).collect();
        let (seconds, names) = (now.as_secs(), names.join(":\r\n "));
        let hash = BASE64.encode(digest(&SHA256, canonical::body(body).as_ref()));
        let header = format!(
            "DKIM-Signature: v=1; a={algorithm}; c=relaxed/simple; d={domain}; s={selector};\r\n t={seconds};\r\n \
             h={names};\r\n bh={hash};\r\n b=",
        );
        let signed = [covered.text.as_str(), canonical::header(&header).ok_or(Unsigned)?.as_str()].concat();
        let signature = BASE64.encode(self.key.sign(signed.as_bytes())?);
        let lines: Vec<&str> =
            signature.as_bytes().chunks(LINE).filter_map(|line| std::str::from_utf8(line).ok()).collect();
        Ok(format!("{header}{}\r\n", lines.join("\r\n ")))
    }
}

impl Key {
    /// Which of the two it is, it says itself.
    fn read(der: &[u8]) -> anyhow::Result<Self> {
        // `maybe_unchecked`: openssl writes the private half alone, and then there is nothing to check it against.
        if let Ok(key) = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der) {
            return Ok(Self::Ed25519(key));
        }
        let key = RsaKeyPair::from_pkcs8(der);
        let rsa = key
            .map_err(|_| anyhow::anyhow!("service.mail.dkim.key_file: must be Ed25519, or RSA of 2048 to 4096 bits"));
        Ok(Self::Rsa(rsa?))
    }

    fn algorithm(&self) -> &'static str {
        match self {
            Self::Ed25519(_) => "ed25519-sha256",
            Self::Rsa(_) => "rsa-sha256",
        }
    }

    fn sign(&self, signed: &[u8]) -> Result<Vec<u8>, Unsigned> {
        match self {
            // Of the hash, and not of the text (RFC 8463, section 3).
            Self::Ed25519(key) => Ok(key.sign(digest(&SHA256, signed).as_ref()).as_ref().to_vec()),
            Self::Rsa(key) => {
                let mut signature = vec![0; key.public().modulus_len()];
                // Chance only blinds the computation: it does not show in what comes of it.
                let made = key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed, &mut signature);
                made.map_err(|_| Unsigned)?;
                Ok(signature)
            }
        }
    }
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}
