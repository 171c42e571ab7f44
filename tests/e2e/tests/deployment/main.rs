//! What `deploy/` says, held against the code: the list of keys, and the configurations of the manifests.
#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

mod declared;
mod manifests;
mod metrics;
mod reference;

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}
