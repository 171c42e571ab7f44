//! When an e-mail that did not get through is tried again.

use kernel::Timestamp;
use std::time::Duration;

/// The pause after the first failure, doubled each time.
const FIRST: Duration = Duration::from_secs(30);
/// The longest pause.
const LONGEST: Duration = Duration::from_mins(30);
/// After how many tries an e-mail is put aside for an operator.
const MOST_TRIES: i64 = 60;
/// At which age an e-mail is put aside for an operator.
const OLDEST: Duration = Duration::from_hours(72);

/// What follows a failure that is not the recipient's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Next {
    /// Try again then.
    At(Timestamp),
    /// Put it aside; it stays owed, and an operator can set it going again.
    Park,
}

/// What follows the failure number `tries` of an e-mail that is owed since `owed_since`. `spread` (0 to 255, from the
/// random source) spreads the pause over its second half, so that failures do not come back in step.
pub fn after(tries: i64, owed_since: Timestamp, now: Timestamp, spread: u8) -> Next {
    if tries >= MOST_TRIES || now.since(owed_since) >= OLDEST {
        return Next::Park;
    }
    let doublings = u32::try_from(tries.clamp(1, 10)).unwrap_or(10) - 1;
    let full = FIRST.saturating_mul(1 << doublings).min(LONGEST);
    Next::At(now.plus(full / 2 + full.mul_f64(f64::from(spread) / 512.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::from_micros(0);

    fn pause(tries: i64, spread: u8) -> Duration {
        match after(tries, START, START, spread) {
            Next::At(moment) => moment.since(START),
            Next::Park => panic!("parked"),
        }
    }

    #[test]
    fn pauses_grow_are_spread_and_bounded() {
        assert_eq!(pause(1, 0), Duration::from_secs(15));
        assert_eq!(pause(2, 0), Duration::from_secs(30));
        assert!(pause(1, 255) < Duration::from_secs(30) && pause(1, 255) > Duration::from_secs(29));
        assert_eq!(pause(59, 0), Duration::from_mins(15));
        assert!(pause(59, 255) < Duration::from_mins(30));
    }

    #[test]
    fn after_many_tries_or_three_days_it_is_put_aside() {
        assert_eq!(after(60, START, START, 0), Next::Park);
        assert_eq!(after(1, START, START.plus(OLDEST), 0), Next::Park);
    }
}
