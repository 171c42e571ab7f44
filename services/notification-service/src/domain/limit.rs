//! How often codes are made (N8).

use kernel::limit::Limit;
use std::time::Duration;

const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

/// From one code of a subscription to the next.
pub const GAP: Duration = Duration::from_mins(1);
/// The longest window of any limit: what is older need not be remembered.
pub const LONGEST: Duration = DAY;

/// For what one person subscribes to, in an hour. Counted by person and target and not by subscription, so that stopping
/// and starting again brings no further codes.
pub const TARGET_HOUR: Limit = Limit { most: 3, window: HOUR };
/// For what one person subscribes to, in an hour and in a day.
pub const TARGET: [Limit; 2] = [TARGET_HOUR, Limit { most: 5, window: DAY }];
/// For one address, over all accounts.
pub const ADDRESS: [Limit; 1] = [Limit { most: 5, window: DAY }];
/// For one person.
pub const PERSON: [Limit; 1] = [Limit { most: 10, window: DAY }];
