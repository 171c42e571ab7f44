//! When an access ends by itself.

use kernel::Date;

/// The choice that owner and reader see (rule A1). There is no default.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Expiry {
    /// The last day of the access.
    On(Date),
    /// "Adgangen skal aldrig udløbe".
    Never,
}

/// Why an expiry is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum InvalidExpiry {
    /// The day is over in Denmark.
    #[error("must be today or later")]
    Past,
    /// The day after it can't be written in four digits.
    #[error("must be before 9999-12-31; choose never_expires for an access without an end")]
    TooLate,
}

impl Expiry {
    /// Whether the choice can be made when it is `today` in Denmark (rule A1).
    pub fn check(self, today: Date) -> Result<(), InvalidExpiry> {
        match self {
            Self::On(day) if day < today => Err(InvalidExpiry::Past),
            Self::On(day) if day >= Date::MAX => Err(InvalidExpiry::TooLate),
            Self::On(_) | Self::Never => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        Date::parse(text).expect("a date")
    }

    #[test]
    fn today_is_the_earliest_last_day() {
        let today = day("2026-11-22");
        assert_eq!(Expiry::On(day("2026-11-21")).check(today), Err(InvalidExpiry::Past));
        assert_eq!(Expiry::On(today).check(today), Ok(()));
        assert_eq!(Expiry::Never.check(today), Ok(()));
        assert_eq!(Expiry::On(day("9999-12-31")).check(today), Err(InvalidExpiry::TooLate));
    }
}
