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

    fn words(&self) -> Vec<String> {
        let folded: String = self.full().nfc().flat_map(char::to_lowercase).nfc().map(fold).collect();
        folded.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect()
    }
}

/// One spelling of each hyphen, space and apostrophe.
fn fold(c: char) -> char {
    match c {
        '-' | '\u{2010}'..='\u{2015}' | '\u{a0}' => ' ',
        '\u{2018}' | '\u{2019}' | '\u{2bc}' | '`' | '´' => '\'',
        other => other,
    }
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
    fn the_same_person_in_other_spellings() {
        for (one, other) in [
            ("Karen/Nørgaard", "karen/NØRGAARD"),
            ("Anne-Marie/Holm", "Anne Marie/Holm"),
            ("Åse/Skov", "A\u{30a}se/Skov"),
            ("René/Lund", "Rene\u{301}/Lund"),
            ("Niels Peter/Skov Jensen", "Niels/Jensen"),
            ("Niels  Peter/ Jensen ", "Niels Peter/Jensen"),
            ("Sean/O'Hara", "Sean/O\u{2019}Hara"),
        ] {
            assert!(name(one).matches(&name(other)), "{one} ~ {other}");
            assert!(name(other).matches(&name(one)), "{other} ~ {one}");
        }
    }

    #[test]
    fn other_persons() {
        for (one, other) in [
            ("Østen/Skov", "Osten/Skov"),
            ("Åse/Skov", "Aase/Skov"),
            ("Karen/Holm", "Karin/Holm"),
            ("Niels Peter/Jensen", "Peter/Jensen"),
            ("Niels/Skov Jensen", "Niels/Skov"),
            ("Niels Bo/Jensen", "Niels Ib/Jensen"),
        ] {
            assert!(!name(one).matches(&name(other)), "{one} !~ {other}");
        }
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
