//! The names that are shown with accesses, fetched in batch.

use super::view::Persons;
use crate::usecase::{Context, Shown};
use rpc::{Call, Refusal};
use std::time::Duration;
use tokio::time::Instant;

/// How long names are waited for when the caller did not say how long they wait.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long names are waited for when the change they belong to is made already.
const PATIENCE_AFTER_A_CHANGE: Duration = Duration::from_secs(1);
/// What is kept back from the caller's deadline to answer them with.
const KEPT_BACK: Duration = Duration::from_millis(50);

/// How long the caller of `call` waits for what we ask others.
pub(super) fn patience(call: &Call) -> Duration {
    call.deadline
        .map_or(PATIENCE, |deadline| deadline.saturating_duration_since(Instant::now()).saturating_sub(KEPT_BACK))
}

/// The parties of `shown`.
pub(super) async fn of(context: &Context, call: &Call, shown: &[Shown]) -> Result<Persons, Refusal> {
    within(context, shown, patience(call)).await
}

/// The parties of an access that was just changed. The change is made whatever becomes of the names.
pub(super) async fn after_a_change(context: &Context, call: &Call, shown: &Shown) -> Persons {
    let patience = patience(call).min(PATIENCE_AFTER_A_CHANGE);
    match within(context, std::slice::from_ref(shown), patience).await {
        Ok(persons) => persons,
        Err(refusal) => {
            tracing::warn!(reason = ?refusal.reason(), "answered without names");
            Persons::new()
        }
    }
}

async fn within(context: &Context, shown: &[Shown], patience: Duration) -> Result<Persons, Refusal> {
    let ids = shown.iter().flat_map(|shown| [shown.access.owner, shown.access.reader]).collect();
    context.directory.persons(ids, patience).await
}
