//! Names each call: `x-request-id`, ours, on the response and in every line of the log.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderName, HeaderValue};
use kernel::{Clock as _, SystemClock, SystemRandom};

/// The header.
pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// The id of a call, made here: what a client sends could be anything.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// Makes the id.
pub async fn layer(mut request: Request, next: Next) -> Response {
    let id = kernel::id::new_uuid(SystemClock.now(), &SystemRandom).to_string();
    let header = HeaderValue::from_str(&id);
    request.extensions_mut().insert(RequestId(id));
    let mut response = next.run(request).await;
    if let Ok(value) = header {
        response.headers_mut().insert(HEADER, value);
    }
    response
}
