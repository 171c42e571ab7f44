//! Limits on naming people who can't be named (rule A2): so few tries that nobody finds a CPR number by trying.

use kernel::{CprNumber, PersonName, Timestamp};
use std::time::Duration;

/// At most `most` misses within `window`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limit {
    /// The most misses.
    pub most: usize,
    /// Within which time.
    pub window: Duration,
}

/// A try that is not known to be right.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Try {
    /// When it began.
    pub time: Timestamp,
    /// It has no outcome yet.
    pub under_way: bool,
}

/// How long a try may take. One without an outcome by then had none because its process died; it counts as a miss.
const UNDER_WAY_AT_MOST: Duration = Duration::from_mins(1);
/// When to ask again where only tries under way stand in the way: they have their outcome soon.
const ASK_AGAIN_AFTER: Duration = Duration::from_secs(1);

/// How long to wait until another try is within all `limits`; `None`: it is now. `tries` are those that missed or are
/// under way, newest first. Those under way count, so that many at once can't slip through together, but nobody is sent away
/// for long because of them: they may be right.
pub fn wait(tries: &[Try], limits: &[Limit], now: Timestamp) -> Option<Duration> {
    let is_under_way = |a_try: &&Try| a_try.under_way && now.since(a_try.time) < UNDER_WAY_AT_MOST;
    let misses: Vec<Timestamp> = tries.iter().filter(|a_try| !is_under_way(a_try)).map(|a_try| a_try.time).collect();
    let all: Vec<Timestamp> = tries.iter().map(|a_try| a_try.time).collect();
    blocked(&misses, limits, now).or_else(|| blocked(&all, limits, now).map(|_| ASK_AGAIN_AFTER))
}

/// The same by the moments of tries that all count.
fn blocked(misses: &[Timestamp], limits: &[Limit], now: Timestamp) -> Option<Duration> {
    let blocked = limits.iter().filter_map(|limit| {
        // The try is free again when the oldest of the last `most` misses has left the window.
        let free = misses.get(limit.most.checked_sub(1)?)?.plus(limit.window);
        (free > now).then(|| free.since(now))
    });
    blocked.max()
}

/// What all tries at one person have in common, whichever four last digits they guess: the first and last word of the name (words
/// between them may be left out, see [`PersonName::matches`]) and the day of birth without its century, which the
/// guessed digits decide. Spellings that match each other always give the same key; some that don't may, too.
pub fn target(name: &PersonName, cpr: &CprNumber) -> Vec<u8> {
    let (first, last) = name.ends();
    let (year, month, day) = cpr.birth_date().year_month_day();
    format!("{first} {last} {:02}{month:02}{day:02}", year.rem_euclid(100)).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_hours(24);
    const LIMITS: [Limit; 2] =
        [Limit { most: 3, window: DAY }, Limit { most: 5, window: Duration::from_hours(30 * 24) }];

    fn missed(moments: &[Timestamp]) -> Vec<Try> {
        moments.iter().map(|time| Try { time: *time, under_way: false }).collect()
    }

    fn key(first: &str, last: &str, cpr: &str) -> Vec<u8> {
        target(&PersonName::parse(first, last).expect("a name"), &CprNumber::parse(cpr).expect("a number"))
    }

    #[test]
    fn the_third_miss_of_a_day_closes_the_door_until_the_first_is_a_day_old() {
        let start = Timestamp::from_micros(1_700_000_000_000_000);
        let hour = |n: u64| start.plus(Duration::from_hours(n));
        let three = missed(&[hour(2), hour(1), start]);
        assert_eq!(wait(&missed(&[hour(1), start]), &LIMITS, hour(2)), None);
        assert_eq!(wait(&three, &LIMITS, hour(3)), Some(Duration::from_hours(21)));
        assert_eq!(wait(&three, &LIMITS, hour(24)), None, "half open");
    }

    #[test]
    fn slow_guessing_meets_the_longer_window() {
        let start = Timestamp::from_micros(1_700_000_000_000_000);
        let misses: Vec<Timestamp> = (0..5).rev().map(|day| start.plus(DAY * day)).collect();
        assert_eq!(wait(&missed(&misses), &LIMITS, start.plus(DAY * 6)), Some(DAY * 24));
    }

    #[test]
    fn tries_under_way_hold_up_others_for_a_moment_only() {
        let start = Timestamp::from_micros(1_700_000_000_000_000);
        let mut tries = missed(&[start, start, start]);
        tries[0].under_way = true;
        assert_eq!(wait(&tries, &LIMITS, start), Some(ASK_AGAIN_AFTER));
        assert_eq!(wait(&tries[..2], &LIMITS, start), None);
        let died = start.plus(UNDER_WAY_AT_MOST);
        assert_eq!(wait(&tries, &LIMITS, died), DAY.checked_sub(UNDER_WAY_AT_MOST), "no outcome is a miss");
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
