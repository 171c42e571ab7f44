//! The keys for encryption at rest and look-ups: one file a service.

use super::file;
use crate::layout::Layout;
use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kernel::{Random, ServiceName, random};
use serde_json::json;

/// Makes the files that are missing, and reads those that are there.
pub(super) fn prepare(layout: &Layout, random: &dyn Random) -> anyhow::Result<()> {
    for &service in ServiceName::ALL {
        let path = layout.keys(service);
        let key = || STANDARD.encode(random::bytes::<32>(random));
        let text = file::once(&path, || {
            let id = "development-1";
            Ok(format!("{:#}\n", json!({ "active": id, "keys": { id: key() }, "lookup": key() })))
        })?;
        crypto::Keys::parse(&text).with_context(|| format!("{} can't be used", path.display()))?;
    }
    Ok(())
}
