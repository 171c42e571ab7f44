//! The `[service]` section of mailbox-service's configuration.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::time::Duration;

/// What only this service has.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServiceConfig {
    /// The folder in which files lie, encrypted. Made if it is not there.
    pub files_dir: PathBuf,
    /// The largest file a sender system can upload, in bytes (M3).
    pub max_delivery_file_bytes: i64,
    /// How long an upload waits to be attached, in hours.
    pub upload_hours: u64,
    /// How long letters stay in the bin, in days (M5).
    pub bin_days: u64,
    /// How many letters a search looks at for one page (M6).
    pub search_letters: usize,
}

impl Default for ServiceConfig {
    fn default() -> Self {
        Self {
            files_dir: PathBuf::from("files"),
            max_delivery_file_bytes: crate::domain::delivery::MAX_FILES_BYTES,
            upload_hours: 24,
            bin_days: 30,
            search_letters: 5_000,
        }
    }
}

impl ServiceConfig {
    /// How long an upload waits.
    pub fn upload_life(&self) -> Duration {
        Duration::from_hours(self.upload_hours)
    }

    /// How long letters stay in the bin.
    pub fn bin_life(&self) -> Duration {
        Duration::from_hours(self.bin_days.saturating_mul(24))
    }
}
