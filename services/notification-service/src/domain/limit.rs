//! How often codes are made (N8).

use kernel::Timestamp;
use std::time::Duration;

const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

/// From one code of a subscription to the next.
pub const GAP: Duration = Duration::from_mins(1);
/// The longest window of any limit: what is older need not be remembered.
pub const LONGEST: Duration = DAY;

/// At most so many within so long.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limit {
    /// The most.
    pub most: usize,
    /// Within this long.
    pub within: Duration,
}

/// For what one person subscribes to: an hour's limit. Counted by person and target and not by subscription, so
/// that stopping and starting again brings no further codes.
pub const TARGET_HOUR: Limit = Limit { most: 3, within: HOUR };
/// For what one person subscribes to: a day's limit.
pub const TARGET_DAY: Limit = Limit { most: 5, within: DAY };
/// For one address, over all accounts.
pub const ADDRESS_DAY: Limit = Limit { most: 5, within: DAY };
/// For one person.
pub const PERSON_DAY: Limit = Limit { most: 10, within: DAY };

impl Limit {
    /// When the next code can be made after those of `made` (oldest first); nothing when there is no need to wait for
    /// any of them. Half-open: a code counts until, and not at, the end of its window.
    pub fn free_at(self, made: &[Timestamp]) -> Option<Timestamp> {
        let first_that_counts = made.len().checked_sub(self.most)?;
        made.get(first_that_counts).map(|moment| moment.plus(self.within))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_of_the_last_few_decides() {
        let at = |minutes: u64| Timestamp::from_micros(0).plus(Duration::from_mins(minutes));
        assert_eq!(TARGET_HOUR.free_at(&[]), None);
        assert_eq!(TARGET_HOUR.free_at(&[at(0), at(1)]), None);
        assert_eq!(TARGET_HOUR.free_at(&[at(0), at(1), at(2)]), Some(at(60)));
        assert_eq!(TARGET_HOUR.free_at(&[at(0), at(1), at(2), at(60)]), Some(at(61)));
    }
}
