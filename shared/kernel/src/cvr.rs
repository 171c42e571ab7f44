//! The CVR number: how Denmark knows an authority or a company.

use std::fmt;

/// Eight digits. Public, so it may be shown and logged.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct CvrNumber(String);

/// The text is not a CVR number.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("must be eight digits")]
pub struct InvalidCvrNumber;

impl CvrNumber {
    /// Reads eight digits.
    pub fn parse(text: &str) -> Result<Self, InvalidCvrNumber> {
        let valid = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit());
        if valid { Ok(Self(text.to_owned())) } else { Err(InvalidCvrNumber) }
    }

    /// The eight digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CvrNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
