//! The CPR number: how Denmark knows a person.

use crate::date::Date;
use std::fmt;

/// A well-formed CPR number (DDMMYY-SSSS). Prints itself as `[redacted]`.
///
/// Not checked against modulus 11: numbers without it are issued since 2007. A day raised by 60 marks a
/// replacement number, which is also the only kind that tests may use.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CprNumber([u8; 10]);

/// The text is not a CPR number.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("must be ten digits that begin with a date: DDMMYYSSSS, with or without a hyphen before the last four")]
pub struct InvalidCprNumber;

/// How much the day is raised in a replacement number.
const REPLACEMENT_DAY: i8 = 60;

impl CprNumber {
    /// Reads `DDMMYYSSSS` or `DDMMYY-SSSS`; the first six digits must be a date in the century that the
    /// seventh digit tells.
    pub fn parse(text: &str) -> Result<Self, InvalidCprNumber> {
        let bytes = text.as_bytes();
        let digits: [u8; 10] = match bytes.len() {
            10 => bytes.try_into().map_err(|_| InvalidCprNumber)?,
            11 if bytes[6] == b'-' => {
                let mut digits = [0; 10];
                digits[..6].copy_from_slice(&bytes[..6]);
                digits[6..].copy_from_slice(&bytes[7..]);
                digits
            }
            _ => return Err(InvalidCprNumber),
        };
        if !digits.iter().all(u8::is_ascii_digit) {
            return Err(InvalidCprNumber);
        }
        birth_date(&digits).ok_or(InvalidCprNumber)?;
        Ok(Self(digits))
    }

    /// The ten digits, for hashing, encryption and the wire; never for a log.
    pub fn digits(&self) -> &str {
        // Digits by construction.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The day of birth, the century told by the seventh digit.
    pub fn birth_date(&self) -> Date {
        birth_date(&self.0).unwrap_or(Date::MAX)
    }

    /// Whether `years` have passed since birth on `today`. A birthday counts from its first moment; who is
    /// born on 29 February has it on 1 March in other years.
    pub fn is_aged(&self, years: i16, today: Date) -> bool {
        self.birth_date().anniversary(years) <= today
    }
}

fn birth_date(digits: &[u8; 10]) -> Option<Date> {
    let two = |at: usize| i8::try_from((digits[at] - b'0') * 10 + (digits[at + 1] - b'0')).unwrap_or(0);
    let (day, month, year) = (two(0), two(2), i16::from(two(4)));
    let day = if day > REPLACEMENT_DAY { day - REPLACEMENT_DAY } else { day };
    let century = match (digits[6] - b'0', year) {
        (4 | 9, 0..=36) | (5..=8, 0..=57) => 2000,
        (5..=8, _) => 1800,
        _ => 1900,
    };
    Date::new(century + year, month, day)
}

impl fmt::Debug for CprNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn born(text: &str) -> Option<(i16, i8, i8)> {
        CprNumber::parse(text).ok().map(|cpr| cpr.birth_date().year_month_day())
    }

    #[test]
    fn the_seventh_digit_tells_the_century() {
        for (number, year) in [
            ("6101000000", 1900),
            ("6101993999", 1999),
            ("6101004000", 2000),
            ("6101364999", 2036),
            ("6101374000", 1937),
            ("6101005000", 2000),
            ("6101578999", 2057),
            ("6101585000", 1858),
            ("6101998999", 1899),
            ("6101009000", 2000),
            ("6101369999", 2036),
            ("6101379999", 1937),
        ] {
            assert_eq!(born(number), Some((year, 1, 1)), "{number}");
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in [
            "",
            "6101801",
            "61018012345",
            "610180 1234",
            "6113801234",
            "3202801234",
            "9202801234",
            "610180-12345",
            "61O1801234",
            "9002811234",
            "0000000000",
            "６１01801234",
        ] {
            assert_eq!(CprNumber::parse(text), Err(InvalidCprNumber), "{text}");
        }
        assert!(born("8902801234").is_some(), "29 February of a leap year, day raised by 60");
    }

    #[test]
    fn a_hyphen_makes_no_difference() {
        assert_eq!(CprNumber::parse("610180-1234"), CprNumber::parse("6101801234"));
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", CprNumber::parse("6101801234").ok()), "Some([redacted])");
    }

    #[test]
    fn age_is_reached_on_the_birthday() {
        let cpr = CprNumber::parse("8902085123").expect("a number");
        assert!(!cpr.is_aged(15, Date::new(2023, 2, 28).expect("a date")));
        assert!(cpr.is_aged(15, Date::new(2023, 3, 1).expect("a date")));
    }
}
