//! Finding PostgreSQL's programs, or installing them.

use crate::debian;
use anyhow::Context as _;
use std::path::{Path, PathBuf};

/// Where Debian keeps the programs of each version.
const DEBIAN: &str = "/usr/lib/postgresql";

/// What to do when nothing helps.
const MISSING: &str = "PostgreSQL is missing: the tests run on both engines. Install it (Debian: apt-get install postgresql; \
     macOS: brew install postgresql), or name a server in DIGITALPOST_TEST_POSTGRES=postgres://user:password@host/postgres";

/// The folder that holds `initdb` and `postgres`.
pub(super) struct Programs(PathBuf);

impl Programs {
    /// On `PATH`, in Debian's versioned folders, or freshly installed where we may.
    pub(super) fn find() -> anyhow::Result<Self> {
        if let Some(found) = Self::present() {
            return Ok(found);
        }
        debian::install("postgresql", MISSING)?;
        Self::present().context(MISSING)
    }

    pub(super) fn path(&self, program: &str) -> PathBuf {
        self.0.join(program)
    }

    fn present() -> Option<Self> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let on_path: Vec<PathBuf> = std::env::split_paths(&path).collect();
        on_path.into_iter().chain(versions()).find(|folder| is_complete(folder)).map(Self)
    }
}

fn is_complete(folder: &Path) -> bool {
    ["initdb", "postgres"].iter().all(|program| folder.join(program).is_file())
}

/// Debian's folders, the newest version first.
fn versions() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(DEBIAN).into_iter().flatten().flatten();
    let mut versions: Vec<(u32, PathBuf)> = entries
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .collect();
    versions.sort();
    versions.into_iter().rev().map(|(_, folder)| folder).collect()
}
