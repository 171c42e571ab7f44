//! When the parties are reminded of an expiry: 30, 7 and 1 days before (rule A22).

use kernel::{Date, Timestamp};
use std::time::Duration;

/// Days before the last day, the earliest first.
const DAYS: [u64; 3] = [30, 7, 1];
const HOUR: Duration = Duration::from_hours(1);

/// The beginning, in Denmark, of the day that lies `days` before the last one.
fn moment(last_day: Date, days: u64) -> Timestamp {
    // From noon, so that an hour more or less of summer time leads to the same day.
    let noon = last_day.start().plus(HOUR * 12);
    Date::in_denmark(noon.minus(Duration::from_hours(24 * days))).start()
}

/// The first moment of a reminder after `now`.
pub fn next(last_day: Date, now: Timestamp) -> Option<Timestamp> {
    DAYS.into_iter().map(|days| moment(last_day, days)).find(|moment| *moment > now)
}

/// The reminder whose time has come at `now`, by its days. Of several that were missed only the last one is worth sending;
/// after the end none is.
pub fn due(last_day: Date, now: Timestamp) -> Option<u64> {
    let come = DAYS.into_iter().rev().find(|days| moment(last_day, *days) <= now);
    come.filter(|_| now < last_day.end())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        Date::parse(text).expect("a date")
    }

    #[test]
    fn each_has_its_day_across_summer_time() {
        for (last, days) in [
            ("2026-11-22", ["2026-10-23", "2026-11-15", "2026-11-21"]),
            ("2026-04-02", ["2026-03-03", "2026-03-26", "2026-04-01"]),
        ] {
            let mut now = day(last).start().minus(Duration::from_hours(24 * 60));
            for expected in days {
                now = next(day(last), now).expect("a reminder");
                assert_eq!(now, day(expected).start());
            }
            assert_eq!(next(day(last), now), None);
        }
    }

    #[test]
    fn what_was_missed_is_not_made_up_for() {
        let last = day("2026-11-22");
        let at = |text: &str| due(last, day(text).start());
        assert_eq!([at("2026-10-22"), at("2026-10-23"), at("2026-11-14")], [None, Some(30), Some(30)]);
        assert_eq!([at("2026-11-15"), at("2026-11-21"), at("2026-11-22")], [Some(7), Some(1), Some(1)]);
        assert_eq!(due(last, last.end()), None);
    }
}
