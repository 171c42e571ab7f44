//! Where citizens can write to, on the wire (P7).

use crate::domain::contact_point::{Filter, PointName};
use crate::error::Error;
use crate::grpc::convert;
use crate::usecase::{Parts, contact_points};
use api::mailbox::v1 as proto;
use kernel::{CvrNumber, PageSize, text};
use rpc::{Call, Fields, Refusal};
use std::sync::Arc;

/// The most characters of a query.
const MAX_QUERY: usize = 100;

pub(super) async fn list(
    parts: &Arc<Parts>,
    call: &Call,
    request: proto::ListContactPointsRequest,
) -> Result<proto::ListContactPointsResponse, Refusal> {
    call.citizen()?;
    let mut fields = Fields::new();
    let cvr = fields.optional("cvr_number", &request.cvr_number, CvrNumber::parse);
    let size = fields.take("page_size", PageSize::parse(request.page_size));
    let query = fields.optional("query", request.query.trim(), |query| text::line(query, MAX_QUERY));
    let (cvr, size, query) = fields.all((cvr, size, query))?;
    let filter = Filter { cvr, query: query.unwrap_or_default() };
    // The list is the same for everybody, so a token is bound to the filter alone.
    let context = format!("ListContactPoints/{filter:?}");
    let after = read_token(parts, &context, &request.page_token)?;
    let (points, next) = contact_points::list(parts, filter, after, size).await?;
    let token = |next: PointName| parts.keys.page_tokens.seal(&context, next.to_string().as_bytes(), &*parts.random);
    Ok(proto::ListContactPointsResponse {
        contact_points: points.into_iter().map(convert::contact_point).collect(),
        next_page_token: next.map(token).unwrap_or_default(),
    })
}

fn read_token(parts: &Parts, context: &str, token: &str) -> Result<Option<PointName>, Error> {
    if token.is_empty() {
        return Ok(None);
    }
    let bytes = parts.keys.page_tokens.open(context, token).map_err(|_| Error::PageToken)?;
    let name = String::from_utf8(bytes).map_err(|_| Error::PageToken)?;
    PointName::parse(&name).map(Some).map_err(|_| Error::PageToken)
}
