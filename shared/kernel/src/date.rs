//! Calendar days as Denmark counts them.

use crate::clock::Timestamp;
use jiff::civil;
use jiff::tz::TimeZone;
use std::fmt;
use std::sync::LazyLock;

/// A day of the calendar.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Date(civil::Date);

/// The text is not a day of the calendar.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("must be a date of the calendar in the form YYYY-MM-DD")]
pub struct InvalidDate;

/// The zone in which days begin and end, with its own copy of the time zone data.
static COPENHAGEN: LazyLock<TimeZone> = LazyLock::new(|| {
    jiff::tz::TimeZoneDatabase::bundled().get("Europe/Copenhagen").expect("the time zone data is part of the program")
});

impl Date {
    /// The last day there is.
    pub const MAX: Self = Self(civil::Date::MAX);

    /// The day, if the calendar has it.
    pub fn new(year: i16, month: i8, day: i8) -> Option<Self> {
        civil::Date::new(year, month, day).ok().map(Self)
    }

    /// Reads `YYYY-MM-DD`.
    pub fn parse(text: &str) -> Result<Self, InvalidDate> {
        let plain = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        if !plain {
            return Err(InvalidDate);
        }
        text.parse().map(Self).map_err(|_| InvalidDate)
    }

    /// The day it is in Denmark at `instant`.
    pub fn in_denmark(instant: Timestamp) -> Self {
        Self(jiff::Timestamp::from(instant).to_zoned(COPENHAGEN.clone()).date())
    }

    /// The instant at which this day begins in Denmark.
    pub fn start(self) -> Timestamp {
        // A midnight always exists in Denmark; at the very end of time the day has no zone, and never comes.
        self.0.to_zoned(COPENHAGEN.clone()).map_or(Timestamp::from_micros(i64::MAX), |zoned| zoned.timestamp().into())
    }

    /// The instant at which this day is over in Denmark, to the second, summer time included (rule A9).
    pub fn end(self) -> Timestamp {
        self.0.tomorrow().map_or(Timestamp::from_micros(i64::MAX), |day| Self(day).start())
    }

    /// The same day `years` later; 29 February becomes 1 March in a year that lacks it.
    #[must_use]
    pub fn anniversary(self, years: i16) -> Self {
        let year = self.0.year().saturating_add(years);
        Self::new(year, self.0.month(), self.0.day()).or_else(|| Self::new(year, 3, 1)).unwrap_or(Self::MAX)
    }

    /// Year, month and day.
    pub fn year_month_day(self) -> (i16, i8, i8) {
        (self.0.year(), self.0.month(), self.0.day())
    }
}

/// ISO 8601: `2026-11-22`.
impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(text: &str) -> Timestamp {
        text.parse::<jiff::Timestamp>().expect("an instant").into()
    }

    #[test]
    fn a_day_ends_at_danish_midnight_in_summer_and_winter() {
        let end = |text: &str| Date::parse(text).expect("a date").end();
        assert_eq!(end("2026-01-31"), instant("2026-01-31T23:00:00Z"));
        assert_eq!(end("2026-07-31"), instant("2026-07-31T22:00:00Z"));
    }

    #[test]
    fn days_are_23_and_25_hours_when_summer_time_changes() {
        for (day, hours) in [("2026-03-29", 23), ("2026-10-25", 25), ("2026-11-22", 24)] {
            let day = Date::parse(day).expect("a date");
            assert_eq!(day.end().since(day.start()).as_secs(), hours * 3600, "{day}");
        }
    }

    #[test]
    fn the_last_microsecond_belongs_to_the_day() {
        let day = Date::parse("2026-02-28").expect("a date");
        assert_eq!(Date::in_denmark(Timestamp::from_micros(day.end().as_micros() - 1)), day);
        assert_eq!(Date::in_denmark(day.end()), Date::parse("2026-03-01").expect("a date"));
    }

    #[test]
    fn only_real_days_are_read() {
        for text in
            ["", "2026-02-30", "2026-13-01", "26-01-01", "2026-1-1", "2026-01-01T00:00:00", "+2026-01-1", "20260101"]
        {
            assert_eq!(Date::parse(text), Err(InvalidDate), "{text}");
        }
    }
}
