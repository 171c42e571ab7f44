//! An authority sets where citizens can write to it (P7).

use super::authority;
use crate::domain::contact_point::{ContactPoint, MAX_CONTACT_POINTS, MAX_DESCRIPTION, MAX_NAME, PointId, PointName};
use crate::error::Error;
use crate::grpc::convert;
use crate::grpc::etag;
use crate::usecase::{Parts, contact_points};
use api::mailbox::v1 as proto;
use kernel::{SenderSystem, text};
use prost::Message as _;
use rpc::{Call, Fields, Refusal};
use std::collections::HashSet;
use std::sync::Arc;

pub(super) async fn set(
    parts: &Arc<Parts>,
    call: &Call,
    mut request: proto::SetContactPointsRequest,
) -> Result<proto::SetContactPointsResponse, Refusal> {
    let system = authority(call)?;
    let request_id = std::mem::take(&mut request.request_id);
    let mut fields = Fields::new();
    fields.request_id(&request_id);
    let etag = fields.optional("etag", &request.etag, etag::parse);
    let points = points(&mut fields, system, &request.contact_points);
    let (etag, points) = fields.all((etag, points))?;
    if points.len() > MAX_CONTACT_POINTS {
        return Err(Error::TooManyContactPoints.into());
    }
    let repeatable = parts.repeatable(call, "SetContactPoints", &request_id, &request.encode_to_vec());
    let (points, etag) = contact_points::set(parts, system.cvr.clone(), points, etag, repeatable).await?;
    Ok(proto::SetContactPointsResponse {
        contact_points: points.into_iter().map(convert::contact_point).collect(),
        etag,
    })
}

/// The points, each checked; one more than there may be is enough to refuse them for their number.
fn points(
    fields: &mut Fields,
    system: &SenderSystem,
    stated: &[proto::ContactPointSetting],
) -> Option<Vec<ContactPoint>> {
    let (before, mut seen, mut points) = (fields.count(), HashSet::new(), Vec::new());
    for (at, setting) in stated.iter().enumerate().take(MAX_CONTACT_POINTS + 1) {
        let field = |name: &str| format!("contact_points[{at}].{name}");
        let id = fields.required(&field("id"), &setting.id, PointId::parse);
        let name = fields.required(&field("display_name"), &setting.display_name, |name| text::line(name, MAX_NAME));
        let description =
            fields.optional(&field("description"), &setting.description, |value| text::body(value, MAX_DESCRIPTION));
        if id.as_ref().is_some_and(|id| !seen.insert(id.clone())) {
            fields.refuse(&field("id"), "must not be there twice");
        }
        if let (Some(id), Some(display_name), Some(description)) = (id, name, description) {
            points.push(ContactPoint {
                name: PointName { cvr: system.cvr.clone(), id },
                authority: system.name.clone(),
                display_name,
                description: description.unwrap_or_default(),
                accepts_new_post: setting.accepts_new_post,
            });
        }
    }
    (fields.count() == before).then_some(points)
}
