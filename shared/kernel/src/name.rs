//! Names of persons, and when two of them name the same person.

use crate::text;
use std::fmt;
use unicode_normalization::UnicodeNormalization as _;

/// First and last names as the population register or a citizen writes them. Prints itself as `[redacted]`.
#[derive(Clone, PartialEq, Eq)]
pub struct PersonName {
    first: String,
    last: String,
}

/// Why a text is no name.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum InvalidName {
    /// Nothing is left when spaces are taken away.
    #[error("must not be empty")]
    Empty,
    /// Longer than [`MAX_CHARS`].
    #[error("must be at most {MAX_CHARS} characters")]
    TooLong,
    /// A control, format or other invisible character.
    #[error("must not contain control or invisible characters")]
    Invisible,
}

/// The most characters that first names, or last names, may have.
pub const MAX_CHARS: usize = 100;

impl PersonName {
    /// A name of two parts that each pass [`PersonName::parse_part`].
    pub fn parse(first: &str, last: &str) -> Result<Self, InvalidName> {
        Ok(Self { first: Self::parse_part(first)?, last: Self::parse_part(last)? })
    }

    /// One part of a name in its stored form: composed (NFC), trimmed, single spaces.
    pub fn parse_part(part: &str) -> Result<String, InvalidName> {
        let part: String =
            part.nfc().collect::<String>().split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        match part {
            part if part.is_empty() => Err(InvalidName::Empty),
            part if part.chars().count() > MAX_CHARS => Err(InvalidName::TooLong),
            part if part.chars().any(text::is_invisible) => Err(InvalidName::Invisible),
            part => Ok(part),
        }
    }

    /// First names.
    pub fn first(&self) -> &str {
        &self.first
    }

    /// Last names.
    pub fn last(&self) -> &str {
        &self.last
    }

    /// First and last names, as shown to people.
    pub fn full(&self) -> String {
        format!("{} {}", self.first, self.last)
    }

    /// Whether both name the same person (rule A2): letters compare composed and without case, a hyphen is a
    /// space, apostrophes are one, æ, ø and å stay letters of their own; the first of the first names and the
    /// last of the last names must agree, and names between them may be left out. No guessing beyond that.
    pub fn matches(&self, other: &Self) -> bool {
        let (own, others) = (self.words(), other.words());
        let ends_agree = own.first() == others.first() && own.last() == others.last();
        ends_agree && (is_subsequence(&own, &others) || is_subsequence(&others, &own))
    }

    /// The first and the last word as [`PersonName::matches`] compares them: the same for all names that match.
    pub fn ends(&self) -> (String, String) {
        let mut words = self.words().into_iter();
        let first = words.next().unwrap_or_default();
        let last = words.next_back().unwrap_or_else(|| first.clone());
        (first, last)
    }

    fn words(&self) -> Vec<String> {
        let folded: String = self.full().nfc().flat_map(char::to_lowercase).flat_map(fold).nfc().collect();
        folded.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect()
    }
}

/// Whether `c` may stand in a name that a person types: letters and their marks, spaces, hyphens, apostrophes, full stops.
pub fn may_stand_in_typed(c: char) -> bool {
    // Letters with marks that have no composed form keep the mark as a character of its own.
    let is_mark = matches!(c, '\u{300}'..='\u{36f}');
    c.is_alphabetic() || is_mark || is_between_words(c) || is_apostrophe(c) || c == '.'
}

/// Spaces, and hyphens of every kind.
const fn is_between_words(c: char) -> bool {
    matches!(c, ' ' | '\u{a0}' | '-' | '\u{2010}'..='\u{2015}')
}

const fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2018}' | '\u{2019}' | '\u{2bc}' | '`' | '´')
}

/// One spelling of each hyphen, space and apostrophe; the two small letters that have another as capital, or none.
fn fold(c: char) -> impl Iterator<Item = char> {
    let (one, more) = match c {
        c if is_between_words(c) => (' ', None),
        c if is_apostrophe(c) => ('\'', None),
        'ß' => ('s', Some('s')),
        'ς' => ('σ', None),
        other => (other, None),
    };
    std::iter::once(one).chain(more)
}

fn is_subsequence(short: &[String], long: &[String]) -> bool {
    let mut rest = long.iter();
    short.iter().all(|word| rest.any(|other| other == word))
}

impl fmt::Debug for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(full: &str) -> PersonName {
        let (first, last) = full.split_once('/').expect("first/last");
        PersonName::parse(first, last).expect("a name")
    }

    #[test]
    fn what_is_no_name() {
        assert_eq!(PersonName::parse(" ", "Holm"), Err(InvalidName::Empty));
        assert_eq!(PersonName::parse("Ka\nren", "Holm"), Err(InvalidName::Invisible));
        assert_eq!(PersonName::parse("Ka\u{200b}ren", "Holm"), Err(InvalidName::Invisible));
        assert_eq!(PersonName::parse(&"a".repeat(MAX_CHARS + 1), "Holm"), Err(InvalidName::TooLong));
        assert_eq!(format!("{:?}", name("Karen/Holm")), "[redacted]");
    }
}
