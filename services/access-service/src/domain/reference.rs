//! Case numbers and the like, as people type them. They are kept in the clear, so no CPR number may stand in them.

use kernel::CprNumber;
use kernel::text::{self, InvalidText};

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

/// Ten digits that are a CPR number, written together or as six and four.
fn has_cpr_number(text: &str) -> bool {
    let runs: Vec<&str> = text.split(|c: char| !c.is_ascii_digit()).collect();
    let together = runs.iter().any(|run| CprNumber::parse(run).is_ok());
    let apart = runs.windows(2).any(|two| two[0].len() == 6 && CprNumber::parse(&two.concat()).is_ok());
    together || apart
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_numbers_pass_and_cpr_numbers_do_not() {
        for fine in ["2026-11223", "KMD 26/001234", "V-9912", "123456 7890", "61018012345"] {
            assert_eq!(parse(fine, 64), Ok(fine.to_owned()));
        }
        for cpr in ["6101801234", "sag 610180-1234", "610180 1234", "nr.6101801234/2"] {
            assert_eq!(parse(cpr, 64), Err(InvalidReference::CprNumber), "{cpr}");
        }
        assert_eq!(parse(" ", 64), Err(InvalidReference::Text(InvalidText::Empty)));
        assert_eq!(parse("abc", 2), Err(InvalidReference::Text(InvalidText::TooLong(2))));
    }
}
