//! The RPCs of later issues. Empty when all are done.

use rpc::{Reason, Refusal};

/// `OperatorService.ReportDeliveryStatus`: bounces that come later.
pub(super) fn report_delivery_status() -> Refusal {
    not_yet("ReportDeliveryStatus")
}

/// Each RPC of `SubscriptionService` but GetSubscription, when a caseworker calls it (A24).
pub(super) fn for_caseworkers(rpc: &'static str) -> Refusal {
    not_yet(rpc)
}

fn not_yet(rpc: &'static str) -> Refusal {
    Refusal::new(Reason::NotImplementedYet).with("rpc", rpc)
}
