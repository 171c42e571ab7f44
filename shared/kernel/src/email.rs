//! E-mail addresses.

use std::fmt;

/// An address that mail can be sent to. Prints itself as `[redacted]`.
#[derive(Clone, PartialEq, Eq)]
pub struct EmailAddress(String);

/// The text is not an e-mail address.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "must be an e-mail address such as name@example.dk, at most 254 characters, without spaces, quotes or a display name"
)]
pub struct InvalidEmailAddress;

impl EmailAddress {
    /// Reads a plain address. Quoted local parts, address literals and display names are refused: nobody
    /// types them, and they are how headers get injected.
    pub fn parse(text: &str) -> Result<Self, InvalidEmailAddress> {
        let text = text.trim();
        let plain = text.len() <= 254
            && !text.chars().any(|c| c.is_control() || c.is_whitespace() || "\"<>()[]\\,;:".contains(c));
        if !plain {
            return Err(InvalidEmailAddress);
        }
        let options =
            email_address::Options::default().with_required_tld().without_display_text().without_domain_literal();
        email_address::EmailAddress::parse_with_options(text, options).map_err(|_| InvalidEmailAddress)?;
        let (local, domain) = text.rsplit_once('@').ok_or(InvalidEmailAddress)?;
        // The domain is not case sensitive; the local part belongs to its host.
        Ok(Self(format!("{local}@{}", domain.to_lowercase())))
    }

    /// The address, for the mail server and the wire; never for a log.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// One spelling for all that usually reach the same person: what limits per address count by.
    pub fn canonical(&self) -> String {
        self.0.to_lowercase()
    }

    /// The domain, the part of an address that a log may show.
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl std::str::FromStr for EmailAddress {
    type Err = InvalidEmailAddress;
    fn from_str(text: &str) -> Result<Self, InvalidEmailAddress> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_addresses_are_read() {
        for text in ["niels@example.dk", "n.i+post@mail.example.dk", " niels@EXAMPLE.dk "] {
            assert!(EmailAddress::parse(text).is_ok(), "{text}");
        }
        assert_eq!(EmailAddress::parse("Niels@EXAMPLE.dk").expect("an address").as_str(), "Niels@example.dk");
    }

    #[test]
    fn everything_else_is_refused() {
        for text in [
            "",
            "niels",
            "niels@",
            "@example.dk",
            "niels@localhost",
            "\"a b\"@example.dk",
            "a@[127.0.0.1]",
            "Niels <n@example.dk>",
            "a@example.dk\r\nBcc: b@example.dk",
            "a@b@example.dk",
            "a,b@example.dk",
        ] {
            assert!(EmailAddress::parse(text).is_err(), "{text}");
        }
    }
}
