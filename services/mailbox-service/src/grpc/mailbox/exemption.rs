//! The owner's own exemption on the wire.

use crate::domain::acting::Act;
use crate::grpc::convert::exemption as convert;
use crate::usecase::{Parts, admit, end_exemption};
use api::mailbox::v1 as proto;
use kernel::resource;
use prost::Message as _;
use rpc::{Call, Fields, Refusal};
use std::sync::Arc;

pub(super) async fn end_own(
    parts: &Arc<Parts>,
    call: &Call,
    mut request: proto::EndOwnExemptionRequest,
) -> Result<proto::EndOwnExemptionResponse, Refusal> {
    let request_id = std::mem::take(&mut request.request_id);
    let mut fields = Fields::new();
    fields.request_id(&request_id);
    let mailbox = fields.required("name", &request.name, resource::parse_mailbox);
    let (mailbox,) = fields.all((mailbox,))?;
    let admitted = admit::admit(parts, call, mailbox, Act::ChangeSettings).await?;
    let repeatable = parts.repeatable(call, "EndOwnExemption", &request_id, &request.encode_to_vec());
    let exemption = end_exemption::own(parts, admitted, repeatable).await?;
    Ok(proto::EndOwnExemptionResponse { exemption: Some(convert::for_citizen(exemption)) })
}
