//! Limits on naming people who can't be named (rule A2): so few tries that nobody finds a CPR number by trying.

use kernel::{CprNumber, PersonName, Timestamp};
use std::time::Duration;
use unicode_normalization::UnicodeNormalization as _;

/// At most `most` misses within `window`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limit {
    /// The most misses.
    pub most: usize,
    /// Within which time.
    pub window: Duration,
}

/// How long to wait until another try is within all `limits`; `None`: it is now. `misses` are the moments of earlier
/// misses, newest first.
pub fn wait(misses: &[Timestamp], limits: &[Limit], now: Timestamp) -> Option<Duration> {
    let blocked = limits.iter().filter_map(|limit| {
        // The try is free again when the oldest of the last `most` misses has left the window.
        let free = misses.get(limit.most.checked_sub(1)?)?.plus(limit.window);
        (free > now).then(|| free.since(now))
    });
    blocked.max()
}

/// What all tries at one person have in common, whichever four last digits they guess: the folded first and last word of the
/// name (words between them may be left out, see [`PersonName::matches`]) and the day of birth without its century, which
/// the guessed digits decide. Spellings that match each other always give the same key; some that don't may, too.
pub fn target(name: &PersonName, cpr: &CprNumber) -> Vec<u8> {
    let folded: String = name.full().nfc().flat_map(char::to_lowercase).nfc().collect();
    let words: Vec<&str> = folded.split(is_between_words).filter(|word| !word.is_empty()).collect();
    let (first, last) = (words.first().copied().unwrap_or_default(), words.last().copied().unwrap_or_default());
    let (year, month, day) = cpr.birth_date().year_month_day();
    format!("{first} {last} {:02}{month:02}{day:02}", year.rem_euclid(100)).into_bytes()
}

/// Spaces, hyphens and apostrophes of every kind; U+02BC is an apostrophe that Unicode counts among the letters.
fn is_between_words(c: char) -> bool {
    !c.is_alphabetic() || c == '\u{2bc}'
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_hours(24);
    const LIMITS: [Limit; 2] =
        [Limit { most: 3, window: DAY }, Limit { most: 5, window: Duration::from_hours(30 * 24) }];

    fn key(first: &str, last: &str, cpr: &str) -> Vec<u8> {
        target(&PersonName::parse(first, last).expect("a name"), &CprNumber::parse(cpr).expect("a number"))
    }

    #[test]
    fn the_third_miss_of_a_day_closes_the_door_until_the_first_is_a_day_old() {
        let start = Timestamp::from_micros(1_700_000_000_000_000);
        let hour = |n: u64| start.plus(Duration::from_hours(n));
        assert_eq!(wait(&[hour(1), start], &LIMITS, hour(2)), None);
        assert_eq!(wait(&[hour(2), hour(1), start], &LIMITS, hour(3)), Some(Duration::from_hours(21)));
        assert_eq!(wait(&[hour(2), hour(1), start], &LIMITS, hour(24)), None, "half open");
    }

    #[test]
    fn slow_guessing_meets_the_longer_window() {
        let start = Timestamp::from_micros(1_700_000_000_000_000);
        let misses: Vec<Timestamp> = (0..5).rev().map(|day| start.plus(DAY * day)).collect();
        assert_eq!(wait(&misses, &LIMITS, start.plus(DAY * 6)), Some(DAY * 24));
    }

    #[test]
    fn all_guesses_at_one_person_share_a_key() {
        let key = key("Karen Anna", "Nørgaard", "6101801234");
        for (first, last, cpr) in [
            ("karen", "NØRGAARD", "6101801111"),
            ("Karen-Bo", "Holm Nørgaard", "6101809999"),
            ("Karen", "Nørgaard", "6101805000"),
        ] {
            assert_eq!(super::tests::key(first, last, cpr), key, "{first} {last}");
        }
        assert_ne!(super::tests::key("Karin", "Nørgaard", "6101801234"), key);
        assert_ne!(super::tests::key("Karen", "Nørgaard", "6201801234"), key);
        let apostrophe = super::tests::key("Sean", "O'Hara", "6101801234");
        for spelling in ["O\u{2019}Hara", "O\u{2bc}Hara", "o`hara"] {
            assert_eq!(super::tests::key("Sean", spelling, "6101801234"), apostrophe);
        }
    }
}
