//! Installing what a test needs, where we may: as root on Debian and its kin.

use anyhow::{Context as _, bail};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// Whether this process runs as root, who owns what it makes.
pub fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

/// Installs a package, or fails with `otherwise`: what somebody has to do where we may not.
pub fn install(package: &str, otherwise: &'static str) -> anyhow::Result<()> {
    if !is_root() || !Path::new("/usr/bin/apt-get").exists() {
        bail!(otherwise);
    }
    eprintln!("{package} is missing and is installed now, for the tests");
    for arguments in [&["update", "-q"][..], &["install", "-q", "-y", "--no-install-recommends", package]] {
        let mut apt = Command::new("apt-get");
        apt.args(arguments).env("DEBIAN_FRONTEND", "noninteractive").stdin(Stdio::null()).stdout(Stdio::null());
        if !apt.status().context(otherwise)?.success() {
            bail!("{otherwise}; apt-get {} failed", arguments.join(" "));
        }
    }
    Ok(())
}
