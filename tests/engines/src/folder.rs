//! Where the tests' own folders lie.

use std::io;
use tempfile::{Builder, TempDir};

/// A file system in memory, on Linux.
const MEMORY: &str = "/dev/shm";

/// How much must be free in it: several times what the tests of one program hold at once.
const ROOM: u64 = 4 << 30;

/// A folder for databases and small files that nobody misses after a loss of power, named `prefix` and something. It lies in
/// memory if there is room and `TMPDIR` does not say where to be: a database of PostgreSQL is three hundred files, and making
/// them takes a disk most of the time that a test needs.
pub fn quick(prefix: &str) -> io::Result<TempDir> {
    let mut folder = Builder::new();
    folder.prefix(prefix);
    if std::env::var_os("TMPDIR").is_none() && has_room() { folder.tempdir_in(MEMORY) } else { folder.tempdir() }
}

fn has_room() -> bool {
    rustix::fs::statvfs(MEMORY).is_ok_and(|memory| memory.f_bavail.saturating_mul(memory.f_frsize) >= ROOM)
}
