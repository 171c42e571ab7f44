//! The `[service]` section of the configuration.

use anyhow::ensure;
use kernel::limit::Limit;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What only access-service has.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServiceConfig {
    /// Days after which an offer or request that nobody approved lapses (rule A22).
    pub lapse_days: u32,
    /// The page of borger.dk where accesses are managed; notices link to it. https, at most 500 characters.
    pub manage_url: String,
    /// The most pending and active accesses a person may have given, and the most they may have received.
    pub max_accesses: u32,
    /// Particulars that one person may get wrong within 24 hours (rule A2).
    pub misses_per_day: u32,
    /// Particulars that one person may get wrong within 30 days.
    pub misses_per_month: u32,
    /// Particulars that one caseworker may get wrong within 24 hours.
    pub caseworker_misses_per_day: u32,
    /// Particulars that one caseworker may get wrong within 30 days.
    pub caseworker_misses_per_month: u32,
    /// Wrong particulars for one name and day of birth, by whomever, within 24 hours.
    pub target_misses_per_day: u32,
    /// Wrong particulars for one name and day of birth, by whomever, within 30 days.
    pub target_misses_per_month: u32,
}

impl Default for ServiceConfig {
    fn default() -> Self {
        Self {
            lapse_days: 60,
            manage_url: "https://post.borger.dk/laeseadgange".to_owned(),
            max_accesses: 1_000,
            misses_per_day: 3,
            misses_per_month: 10,
            caseworker_misses_per_day: 20,
            caseworker_misses_per_month: 100,
            target_misses_per_day: 5,
            target_misses_per_month: 20,
        }
    }
}

const DAY: Duration = Duration::from_hours(24);

/// How long misses count; older ones are forgotten.
pub(crate) const MISSES_COUNT_FOR: Duration = Duration::from_hours(30 * 24);

impl ServiceConfig {
    /// Refuses what can't work.
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        ensure!(
            self.manage_url.starts_with("https://") && self.manage_url.len() <= 500,
            "service.manage_url: must be an https address of at most 500 characters"
        );
        for (key, value) in [
            ("lapse_days", self.lapse_days),
            ("max_accesses", self.max_accesses),
            ("misses_per_day", self.misses_per_day),
            ("misses_per_month", self.misses_per_month),
            ("caseworker_misses_per_day", self.caseworker_misses_per_day),
            ("caseworker_misses_per_month", self.caseworker_misses_per_month),
            ("target_misses_per_day", self.target_misses_per_day),
            ("target_misses_per_month", self.target_misses_per_month),
        ] {
            ensure!(value > 0, "service.{key}: must be at least 1");
        }
        Ok(())
    }

    /// How long an offer or request waits for approval.
    pub(crate) fn lapse_after(&self) -> Duration {
        DAY * self.lapse_days
    }

    /// The limits on one who names persons.
    pub(crate) fn requester_limits(&self) -> [Limit; 2] {
        limits(self.misses_per_day, self.misses_per_month)
    }

    /// The limits on a caseworker who names persons.
    pub(crate) fn caseworker_limits(&self) -> [Limit; 2] {
        limits(self.caseworker_misses_per_day, self.caseworker_misses_per_month)
    }

    /// The limits on one who is named.
    pub(crate) fn target_limits(&self) -> [Limit; 2] {
        limits(self.target_misses_per_day, self.target_misses_per_month)
    }
}

fn limits(day: u32, month: u32) -> [Limit; 2] {
    let most = |number| usize::try_from(number).unwrap_or(usize::MAX);
    [Limit { most: most(day), window: DAY }, Limit { most: most(month), window: MISSES_COUNT_FOR }]
}
