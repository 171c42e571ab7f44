//! Limits on how often something may happen within a time.

use crate::clock::Timestamp;
use std::time::Duration;

/// At most `most` times within `window`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limit {
    /// The most times.
    pub most: usize,
    /// Within which time.
    pub window: Duration,
}

/// How long to wait until it may happen once more within all `limits`; `None`: it may now. `moments` are those when it
/// happened, newest first, at least as many as the largest limit asks for.
pub fn wait(moments: &[Timestamp], limits: &[Limit], now: Timestamp) -> Option<Duration> {
    let blocked = limits.iter().filter_map(|limit| {
        // It is free again when the oldest of the last `most` has left the window.
        let free = moments.get(limit.most.checked_sub(1)?)?.plus(limit.window);
        (free > now).then(|| free.since(now))
    });
    blocked.max()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_hours(1);
    const LIMITS: [Limit; 2] = [Limit { most: 2, window: HOUR }, Limit { most: 3, window: Duration::from_hours(24) }];

    #[test]
    fn each_limit_opens_again_when_its_oldest_moment_has_left_the_window() {
        let start = Timestamp::from_micros(1_700_000_000_000_000);
        let at = |minutes: u64| start.plus(Duration::from_mins(minutes));
        assert_eq!(wait(&[start], &LIMITS, at(1)), None);
        assert_eq!(wait(&[at(1), start], &LIMITS, at(2)), Some(Duration::from_mins(58)));
        assert_eq!(wait(&[at(1), start], &LIMITS, at(60)), None, "half open");
        assert_eq!(wait(&[at(70), at(1), start], &LIMITS, at(130)), Some(Duration::from_mins(24 * 60 - 130)));
    }
}
