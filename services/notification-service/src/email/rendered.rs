//! An e-mail as it is sent, and as it is sealed in the ledger.

use kernel::EmailAddress;

/// To whom, and the bytes: rendered once and the same at every try.
#[derive(Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The one recipient.
    pub recipient: EmailAddress,
    /// Headers and body, RFC 5322.
    pub message: Vec<u8>,
}

/// The sealed bytes are not what [`Rendered::to_bytes`] makes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("no e-mail")]
pub struct InvalidRendered;

impl Rendered {
    /// One piece of bytes: the recipient's address on the first line, then the message.
    pub fn to_bytes(&self) -> Vec<u8> {
        [self.recipient.as_str().as_bytes(), b"\n", &self.message].concat()
    }

    /// Reads what [`Rendered::to_bytes`] made.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, InvalidRendered> {
        let end = bytes.iter().position(|byte| *byte == b'\n').ok_or(InvalidRendered)?;
        let (recipient, message) = bytes.split_at(end);
        let recipient = std::str::from_utf8(recipient).map_err(|_| InvalidRendered)?;
        let recipient = EmailAddress::parse(recipient).map_err(|_| InvalidRendered)?;
        Ok(Self { recipient, message: message.get(1..).ok_or(InvalidRendered)?.to_vec() })
    }
}

/// Shows nothing of what is in it.
impl std::fmt::Debug for Rendered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Rendered([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_together_comes_apart_again() {
        let recipient = EmailAddress::parse("niels@example.dk").expect("an address");
        let rendered = Rendered { recipient, message: b"A: b\r\n\r\nc\n".to_vec() };
        assert_eq!(Rendered::from_bytes(&rendered.to_bytes()), Ok(rendered));
        assert_eq!(Rendered::from_bytes(b"niels@example.dk"), Err(InvalidRendered));
    }
}
