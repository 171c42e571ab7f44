//! Being served, on the wire.

use crate::domain::acting::Act;
use crate::grpc::convert;
use crate::usecase::{Parts, acknowledge_service, admit};
use api::mailbox::v1 as proto;
use kernel::resource;
use prost::Message as _;
use rpc::{Call, Fields, Refusal};
use std::sync::Arc;

pub(super) async fn acknowledge(
    parts: &Arc<Parts>,
    call: &Call,
    mut request: proto::AcknowledgeServiceRequest,
) -> Result<proto::AcknowledgeServiceResponse, Refusal> {
    let request_id = std::mem::take(&mut request.request_id);
    let mut fields = Fields::new();
    fields.request_id(&request_id);
    let name = fields.required("name", &request.name, resource::parse_message);
    let ((mailbox, id),) = fields.all((name,))?;
    let repeatable = parts.repeatable(call, "AcknowledgeService", &request_id, &request.encode_to_vec());
    let admitted = admit::admit(parts, call, mailbox, Act::AcknowledgeService).await?;
    let record = acknowledge_service::run(parts, admitted, id, repeatable).await?;
    Ok(proto::AcknowledgeServiceResponse { service_record: Some(convert::service_record(record)) })
}

pub(super) async fn record(
    parts: &Arc<Parts>,
    call: &Call,
    request: proto::GetServiceRecordRequest,
) -> Result<proto::GetServiceRecordResponse, Refusal> {
    let mut fields = Fields::new();
    let name = fields.required("name", &request.name, resource::parse_service_record);
    let ((mailbox, id),) = fields.all((name,))?;
    let admitted = admit::admit(parts, call, mailbox, Act::AcknowledgeService).await?;
    let record = acknowledge_service::get(parts, admitted, id).await?;
    Ok(proto::GetServiceRecordResponse { service_record: Some(convert::service_record(record)) })
}
