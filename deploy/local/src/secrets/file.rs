//! Files that only their owner can read, each made once and never overwritten.

use anyhow::Context as _;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

/// Makes a folder that only its owner can enter, if it is missing.
pub(crate) fn folder(path: &Path) -> anyhow::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path).with_context(|| format!("can't make {}", path.display()))
}

/// Opens a lock file, making it if it is missing.
pub(crate) fn lock(path: &Path) -> anyhow::Result<File> {
    let opened = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(path);
    opened.with_context(|| format!("can't open {}", path.display()))
}

/// The content of the file; if it is missing, what `make` makes is written first. A file is there whole or not at all.
pub(crate) fn once(path: &Path, make: impl FnOnce() -> anyhow::Result<String>) -> anyhow::Result<String> {
    if path.exists() {
        return fs::read_to_string(path).with_context(|| format!("can't read {}", path.display()));
    }
    let content = make()?;
    replace(path, &content)?;
    Ok(content)
}

/// Writes the file, in place of an older one if there is one.
pub(crate) fn replace(path: &Path, content: &str) -> anyhow::Result<()> {
    let new = path.with_added_extension("new");
    let written =
        OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&new).and_then(|mut file| {
            file.write_all(content.as_bytes())?;
            file.sync_all()?;
            fs::rename(&new, path)
        });
    written.with_context(|| format!("can't write {}", path.display()))
}
