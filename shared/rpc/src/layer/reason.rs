//! The framework refuses some requests by itself: too large, not protobuf, compressed. It says so in words; here its
//! refusals get the reason that every refusal of ours has.

use crate::refusal::Refusal;
use api::error::v1::ErrorReason;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use tonic::{Code, Status};

/// The largest message a service takes in, in bytes; files travel in chunks. Every generated server is given it.
pub const MAX_REQUEST_BYTES: usize = 1024 * 1024;

/// Gives a status without details its reason; all that come from a [`Refusal`] have some.
pub async fn layer(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let bare = Status::from_header_map(response.headers()).filter(|status| status.details().is_empty());
    match bare.and_then(|status| refusal(&status)) {
        Some(refusal) => Status::from(refusal).into_http(),
        None => response,
    }
}

fn refusal(status: &Status) -> Option<Refusal> {
    match status.code() {
        Code::OutOfRange => Some(Refusal::new(ErrorReason::RequestTooLarge).with("limit_bytes", MAX_REQUEST_BYTES)),
        // What can't be decoded is INTERNAL in the gRPC specification; it is the caller's to mend. Its words may quote
        // what was sent, and stay here.
        Code::Internal => Some(Refusal::new(ErrorReason::RequestMalformed)),
        _ => None,
    }
}
