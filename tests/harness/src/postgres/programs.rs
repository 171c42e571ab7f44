//! Finding PostgreSQL's programs, or installing them.

use anyhow::{Context as _, bail};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

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
        if !super::server::is_root() || !Path::new("/usr/bin/apt-get").exists() {
            bail!(MISSING);
        }
        install().context(MISSING)?;
        Self::present().context(MISSING)
    }

    pub(super) fn path(&self, program: &str) -> PathBuf {
        self.0.join(program)
    }

    fn present() -> Option<Self> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let on_path: Vec<PathBuf> = std::env::split_paths(&path).collect();
        on_path.into_iter().chain(debian()).find(|folder| is_complete(folder)).map(Self)
    }
}

fn is_complete(folder: &Path) -> bool {
    ["initdb", "postgres"].iter().all(|program| folder.join(program).is_file())
}

/// Debian's folders, the newest version first.
fn debian() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(DEBIAN).into_iter().flatten().flatten();
    let mut versions: Vec<(u32, PathBuf)> = entries
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .collect();
    versions.sort();
    versions.into_iter().rev().map(|(_, folder)| folder).collect()
}

fn install() -> anyhow::Result<()> {
    eprintln!("PostgreSQL is missing and is installed now, for the tests");
    for arguments in [&["update", "-q"][..], &["install", "-q", "-y", "--no-install-recommends", "postgresql"]] {
        let mut apt = Command::new("apt-get");
        // The package would start a server of its own where it can; policy-rc.d of containers forbids it.
        apt.args(arguments).env("DEBIAN_FRONTEND", "noninteractive").stdin(Stdio::null()).stdout(Stdio::null());
        if !apt.status()?.success() {
            bail!("apt-get {} failed", arguments.join(" "));
        }
    }
    Ok(())
}
