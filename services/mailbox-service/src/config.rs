//! The `[service]` section of mailbox-service's configuration.

use crate::objects::BucketConfig;
use crate::scanner::ScannerConfig;
use kernel::limit::Limit;
use serde::{Deserialize, Serialize};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

/// What only this service has.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServiceConfig {
    /// The folder in which files lie, encrypted. Made if it is not there. Not used where `bucket` is given.
    pub files_dir: PathBuf,
    /// The bucket of an S3-compatible store in which files lie, encrypted, instead: needed where there are replicas.
    pub bucket: Option<BucketConfig>,
    /// The virus scanner that looks at each file before it can be attached (M3). None: nothing looks.
    pub scanner: Option<ScannerConfig>,
    /// The most batches of register extracts and mass mailings that are written at once, of all streams together: more of them
    /// make a mailing faster and reading slower. None: half as many as there are cores.
    pub max_batches: Option<NonZeroUsize>,
    /// How many times as long as a batch took the next one waits, if others called meanwhile: less of it makes a mailing faster and
    /// reading slower. 0: it never waits.
    pub batch_rest: u32,
    /// The most files that are uploaded at once; more are shed. Each takes a call's place and the memory of a part, 5 MiB in a
    /// bucket.
    pub max_uploads: usize,
    /// The most of them by one caller, a sender system or a citizen.
    pub max_uploads_of_one: usize,
    /// The most files that are downloaded at once; more are shed. Each takes a mebibyte of memory.
    pub max_downloads: usize,
    /// How long the reader of a download may take none of it, in seconds.
    pub download_idle_seconds: u64,
    /// The largest file a sender system can upload, in bytes (M3).
    pub max_delivery_file_bytes: i64,
    /// The folder in which the ends of activity logs are kept, outside the database (R13). None: they are not, and a log that
    /// was cut off together with its head can't be told from one that was never longer.
    pub activity_heads_dir: Option<PathBuf>,
    /// How long an upload waits to be attached, in hours.
    pub upload_hours: u64,
    /// How long letters stay in the bin, in days (M5).
    pub bin_days: u64,
    /// How many letters a search looks at for one page (M6).
    pub search_letters: usize,
    /// Particulars that one person may get wrong within 24 hours (A2).
    pub misses_per_day: u32,
    /// Particulars that one person may get wrong within 30 days.
    pub misses_per_month: u32,
    /// Wrong particulars for one name and day of birth, by whomever, within 24 hours.
    pub target_misses_per_day: u32,
    /// Wrong particulars for one name and day of birth, by whomever, within 30 days.
    pub target_misses_per_month: u32,
    /// Letters that one person may forward within an hour (M7).
    pub forwards_per_hour: u32,
    /// Letters that one person may forward within 24 hours.
    pub forwards_per_day: u32,
    /// The most bytes of text and files that go by e-mail (M7). Mail servers take 20 MB at least, and encoding adds a third.
    pub max_forward_bytes: i64,
}

impl Default for ServiceConfig {
    fn default() -> Self {
        Self {
            files_dir: PathBuf::from("files"),
            bucket: None,
            scanner: None,
            max_batches: None,
            batch_rest: 8,
            max_uploads: 24,
            max_uploads_of_one: 6,
            max_downloads: 128,
            download_idle_seconds: 30,
            max_delivery_file_bytes: crate::domain::delivery::MAX_FILES_BYTES,
            activity_heads_dir: None,
            upload_hours: 24,
            bin_days: 30,
            search_letters: 5_000,
            misses_per_day: 3,
            misses_per_month: 10,
            target_misses_per_day: 5,
            target_misses_per_month: 20,
            forwards_per_hour: 20,
            forwards_per_day: 100,
            max_forward_bytes: 15_000_000,
        }
    }
}

const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

/// How long misses count; older ones are forgotten.
pub(crate) const MISSES_COUNT_FOR: Duration = Duration::from_hours(30 * 24);

impl ServiceConfig {
    /// How many batches are written at once.
    pub(crate) fn turns(&self) -> usize {
        let cores = || std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        self.max_batches.map_or_else(|| (cores() / 2).max(1), NonZeroUsize::get)
    }

    /// The limits on one who names persons (A2).
    pub(crate) fn requester_limits(&self) -> [Limit; 2] {
        [limit(self.misses_per_day, DAY), limit(self.misses_per_month, MISSES_COUNT_FOR)]
    }

    /// The limits on one who is named (A2).
    pub(crate) fn target_limits(&self) -> [Limit; 2] {
        [limit(self.target_misses_per_day, DAY), limit(self.target_misses_per_month, MISSES_COUNT_FOR)]
    }

    /// The limits on one who forwards (M7).
    pub(crate) fn forward_limits(&self) -> [Limit; 2] {
        [limit(self.forwards_per_hour, HOUR), limit(self.forwards_per_day, DAY)]
    }

    /// How long the reader of a download may take none of it.
    pub fn download_idle(&self) -> Duration {
        Duration::from_secs(self.download_idle_seconds)
    }

    /// How long an upload waits.
    pub fn upload_life(&self) -> Duration {
        Duration::from_hours(self.upload_hours)
    }

    /// How long letters stay in the bin.
    pub fn bin_life(&self) -> Duration {
        Duration::from_hours(self.bin_days.saturating_mul(24))
    }
}

fn limit(most: u32, window: Duration) -> Limit {
    Limit { most: usize::try_from(most).unwrap_or(usize::MAX), window }
}
