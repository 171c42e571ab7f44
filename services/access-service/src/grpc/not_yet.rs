//! The RPCs of later issues. Empty when all are done.

use crate::error::Error;
use rpc::Refusal;

/// `AuthorizationService.WatchAccessChanges`.
pub(super) fn watch_access_changes() -> Refusal {
    not_yet("WatchAccessChanges")
}

fn not_yet(rpc: &'static str) -> Refusal {
    Error::NotYet(rpc).into()
}
