//! The RPCs of later issues. Empty when all are done.

use rpc::{Reason, Refusal};

/// `OperatorService.ReportDeliveryStatus`: bounces that come later.
pub(super) fn report_delivery_status() -> Refusal {
    not_yet("ReportDeliveryStatus")
}

fn not_yet(rpc: &'static str) -> Refusal {
    Refusal::new(Reason::NotImplementedYet).with("rpc", rpc)
}
