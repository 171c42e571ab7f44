//! How one person names another (rules A1, A7, M9).

use crate::cpr::CprNumber;
use crate::name::PersonName;
use unicode_normalization::UnicodeNormalization as _;

/// Names and CPR number as typed. Matched by mailbox-service and never stored.
#[derive(Clone, Debug)]
pub struct Particulars {
    /// First and last names.
    pub name: PersonName,
    /// The number.
    pub cpr: CprNumber,
}

impl Particulars {
    /// What all tries at one person have in common, whichever four last digits they guess: the folded first and last word of
    /// the name (words between them may be left out, see [`PersonName::matches`]) and the day of birth without its century,
    /// which the guessed digits decide. Spellings that match each other always give the same key; some that don't may, too.
    pub fn target(&self) -> Vec<u8> {
        let folded: String = self.name.full().nfc().flat_map(char::to_lowercase).nfc().collect();
        let words: Vec<&str> = folded.split(is_between_words).filter(|word| !word.is_empty()).collect();
        let (first, last) = (words.first().copied().unwrap_or_default(), words.last().copied().unwrap_or_default());
        let (year, month, day) = self.cpr.birth_date().year_month_day();
        format!("{first} {last} {:02}{month:02}{day:02}", year.rem_euclid(100)).into_bytes()
    }
}

/// Spaces, hyphens and apostrophes of every kind; U+02BC is an apostrophe that Unicode counts among the letters.
fn is_between_words(c: char) -> bool {
    !c.is_alphabetic() || c == '\u{2bc}'
}
