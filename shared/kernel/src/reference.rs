//! Case numbers and the like, as people type them. They go into records and answers as they are, so no CPR number may
//! stand in them.

use crate::cpr::CprNumber;
use crate::text::{self, InvalidText};

/// Why a reference is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum InvalidReference {
    /// It is no line of text of that length.
    #[error(transparent)]
    Text(#[from] InvalidText),
    /// A CPR number stands in it.
    #[error("must not contain a CPR number")]
    CprNumber,
}

/// One line of at most `max` characters without a CPR number.
pub fn parse(given: &str, max: usize) -> Result<String, InvalidReference> {
    let line = text::line(given, max)?;
    if has_cpr_number(&line) { Err(InvalidReference::CprNumber) } else { Ok(line) }
}

/// Exactly ten digits that are a CPR number, however they are spaced.
fn has_cpr_number(text: &str) -> bool {
    let together: String = text.chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '\u{a0}')).collect();
    together.split(|c: char| !c.is_ascii_digit()).any(|run| CprNumber::parse(run).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_numbers_pass_and_cpr_numbers_do_not() {
        for fine in ["2026-11223", "KMD 26/001234", "V-9912", "123456 7890", "61018012345"] {
            assert_eq!(parse(fine, 64), Ok(fine.to_owned()));
        }
        for cpr in
            ["6101801234", "sag 610180-1234", "610180 1234", "nr.6101801234/2", "610180 - 1234", "61 01 80 12 34"]
        {
            assert_eq!(parse(cpr, 64), Err(InvalidReference::CprNumber), "{cpr}");
        }
        assert_eq!(parse(" ", 64), Err(InvalidReference::Text(InvalidText::Empty)));
        assert_eq!(parse("abc", 2), Err(InvalidReference::Text(InvalidText::TooLong(2))));
    }
}
