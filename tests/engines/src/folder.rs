//! Where the tests' own folders lie.

use std::path::Path;
use std::process;
use std::sync::Once;
use std::{fs, io};
use tempfile::{Builder, TempDir};

/// A file system in memory, on Linux.
const MEMORY: &str = "/dev/shm";
/// How the names of folders there begin; the number of the process that made them follows.
const PREFIX: &str = "digitalpost-";

/// How much must be free in it, and of memory: several times what the tests of one program hold at once.
const ROOM: u64 = 4 << 30;

/// A folder for databases and small files that nobody misses after a loss of power. It lies in memory if there is room and
/// `TMPDIR` does not say where to be: a database of PostgreSQL is three hundred files, and making them takes a disk most of
/// the time that a test needs.
pub fn quick() -> io::Result<TempDir> {
    static SWEPT: Once = Once::new();
    let prefix = format!("{PREFIX}{}-", process::id());
    let mut folder = Builder::new();
    folder.prefix(&prefix);
    if std::env::var_os("TMPDIR").is_some() || !has_room() {
        return folder.tempdir();
    }
    SWEPT.call_once(sweep);
    folder.tempdir_in(MEMORY).or_else(|_| folder.tempdir())
}

/// Removes what programs left that were killed: nothing else would, until the machine is started anew.
fn sweep() {
    let names =
        fs::read_dir(MEMORY).into_iter().flatten().filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    for name in names {
        let maker = name.strip_prefix(PREFIX).and_then(|rest| rest.split('-').next()?.parse::<u32>().ok());
        if maker.is_some_and(|maker| !Path::new("/proc").join(maker.to_string()).exists()) {
            // Another program may be doing the same.
            let _ = fs::remove_dir_all(Path::new(MEMORY).join(name));
        }
    }
}

fn has_room() -> bool {
    let on_it = rustix::fs::statvfs(MEMORY).is_ok_and(|memory| memory.f_bavail.saturating_mul(memory.f_frsize) >= ROOM);
    on_it && available().is_some_and(|free| free >= ROOM) && left_to_us().is_none_or(|left| left >= ROOM)
}

/// How much memory the machine has left, in bytes.
fn available() -> Option<u64> {
    let told = fs::read_to_string("/proc/meminfo").ok()?;
    let line = told.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? * 1024)
}

/// How much of it a container may still take, where it is held to a share.
fn left_to_us() -> Option<u64> {
    let read = |name: &str| fs::read_to_string(Path::new("/sys/fs/cgroup").join(name)).ok()?.trim().parse::<u64>().ok();
    Some(read("memory.max")?.saturating_sub(read("memory.current")?))
}
