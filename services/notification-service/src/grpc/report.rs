//! Delivery status notifications on the wire.

use crate::domain::delivery_status::Reported;
use crate::email::notification;
use crate::grpc::{once, status};
use crate::service::Service;
use crate::usecase::report_status::report_status;
use api::notification::v1 as proto;
use rpc::{Call, Fields, Refusal};

/// Characters of an address.
const ADDRESS: std::ops::RangeInclusive<usize> = 3..=254;
/// The most bytes of a notification.
const MAX_NOTIFICATION: usize = 256 * 1024;

pub(super) async fn report(
    service: &Service,
    call: &Call,
    mut request: proto::ReportDeliveryStatusRequest,
) -> Result<proto::ReportDeliveryStatusResponse, Refusal> {
    call.operator()?;
    let mut fields = Fields::new();
    let path = ADDRESS.contains(&request.return_path.chars().count()).then_some(()).ok_or("must be 3-254 characters");
    let path = fields.take("return_path", path);
    let size = (1..=MAX_NOTIFICATION).contains(&request.notification.len());
    let size = fields.take("notification", size.then_some(()).ok_or("must be 1 byte to 256 KiB"));
    fields.request_id(&request.request_id);
    fields.all((path, size))?;
    let request_id = std::mem::take(&mut request.request_id);
    let once = once(service, call, "ReportDeliveryStatus", &request_id, &request);
    // Nothing where it is not about an e-mail of ours, or can't be read.
    let about = service.return_paths.email(&request.return_path).zip(notification::read(&request.notification));
    let outcome =
        match report_status(service, about, once).await.map_err(|error| status::refusal(error, &request_id))? {
            Reported::Ignored => proto::DeliveryStatusOutcome::Ignored,
            Reported::Noted => proto::DeliveryStatusOutcome::Noted,
            Reported::Failed => proto::DeliveryStatusOutcome::Failed,
        };
    Ok(proto::ReportDeliveryStatusResponse { outcome: outcome.into() })
}
