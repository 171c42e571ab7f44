//! Limits on naming people who can't be named (rule A2): so few tries that nobody finds a CPR number by trying.

use kernel::Timestamp;
use kernel::limit::{self, Limit};
use std::time::Duration;

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
    limit::wait(&misses, limits, now).or_else(|| limit::wait(&all, limits, now).map(|_| ASK_AGAIN_AFTER))
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
}
