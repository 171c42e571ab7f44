//! What `deploy/` says, held against the code: the list of keys, and the configurations of the manifests; and what comes in from
//! outside, held against what is known of it.
#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

mod declared;
mod dependencies;
mod divided;
mod manifests;
mod metrics;
mod reference;

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}
