//! Confirmation codes (N8).

use crypto::{LookupHash, LookupKey};
use kernel::{EmailAddress, Random, SubscriptionId, random};
use std::time::Duration;

/// How long a code is valid.
pub const VALID_FOR: Duration = Duration::from_mins(10);
/// How often a code may be tried; counted before it is compared.
pub const TRIES: i64 = 5;
/// Digits of a code.
const DIGITS: usize = 6;
/// How many codes there are.
const COUNT: u32 = 1_000_000;

/// A code of six digits. Prints itself as `[redacted]`; leaves the process in its e-mail only.
#[derive(Clone, PartialEq, Eq)]
pub struct Code(String);

/// The text is not a code.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("must be 6 digits")]
pub struct InvalidCode;

impl Code {
    /// A new code, each of the million as likely as the others: a draw that would favour some is thrown away and
    /// drawn again.
    pub fn draw(random: &dyn Random) -> Self {
        /// The last draw below this takes every code equally often.
        const FAIR_BELOW: u32 = u32::MAX - u32::MAX % COUNT;
        loop {
            let drawn = u32::from_be_bytes(random::bytes(random));
            if drawn < FAIR_BELOW {
                return Self(format!("{:0DIGITS$}", drawn % COUNT));
            }
        }
    }

    /// Reads a code as somebody typed it: spaces around and between don't count.
    pub fn parse(text: &str) -> Result<Self, InvalidCode> {
        let digits: String = text.chars().filter(|c| *c != ' ').collect();
        let valid = digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
        if valid { Ok(Self(digits)) } else { Err(InvalidCode) }
    }

    /// The digits, for the e-mail.
    pub fn digits(&self) -> &str {
        &self.0
    }

    /// What is kept of it: worth nothing without the key, for another subscription or for another address.
    pub fn hash(&self, key: &LookupKey, subscription: SubscriptionId, address: &EmailAddress) -> LookupHash {
        let parts =
            [subscription.as_uuid().into_bytes().to_vec(), address.as_str().into(), self.0.clone().into_bytes()];
        key.hash("code", &parts.each_ref().map(Vec::as_slice))
    }
}

impl std::fmt::Debug for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::SystemRandom;
    use std::sync::Mutex;

    /// Hands out the given words, the last one first.
    struct Words(Mutex<Vec<u32>>);

    impl Random for Words {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.copy_from_slice(&self.0.lock().expect("words").pop().expect("a word").to_be_bytes());
        }
    }

    #[test]
    fn unfair_draws_are_thrown_away_and_leading_zeros_kept() {
        let words = Words(Mutex::new(vec![42, u32::MAX, 4_294_000_000]));
        assert_eq!(Code::draw(&words).digits(), "000042");
        assert_eq!(Code::draw(&Words(Mutex::new(vec![4_293_999_999]))).digits(), "999999");
    }

    #[test]
    fn first_digits_are_even_over_a_hundred_thousand_codes() {
        let zeros = (0..100_000).filter(|_| Code::draw(&SystemRandom).digits().starts_with('0')).count();
        // Five standard deviations around a tenth.
        assert!((9_525..=10_475).contains(&zeros), "{zeros}");
    }

    /// REL-B4. A fair source fails this once in a thousand million runs.
    #[test]
    fn a_million_codes_fall_evenly_over_a_thousand_bins() {
        const CODES: u32 = 1_000_000;
        let mut bins = [0_u32; 1_000];
        for _ in 0..CODES {
            let code: usize = Code::draw(&SystemRandom).digits().parse().expect("digits");
            bins[code / 1_000] += 1;
        }
        let expected = f64::from(CODES) / 1_000.0;
        let chi_square: f64 = bins.iter().map(|bin| (f64::from(*bin) - expected).powi(2) / expected).sum();
        // 999 degrees of freedom, by Wilson and Hilferty: six standard deviations to either side.
        assert!((726.0..1_292.0).contains(&chi_square), "{chi_square}");
    }

    #[test]
    fn codes_are_read_as_they_are_typed() {
        for text in ["012345", " 012 345 ", "0 1 2 3 4 5"] {
            assert_eq!(Code::parse(text).map(|code| code.0), Ok("012345".to_owned()));
        }
        for text in ["", "12345", "1234567", "12345a", "１２３４５６", "012\t345"] {
            assert_eq!(Code::parse(text), Err(InvalidCode), "{text}");
        }
    }
}
