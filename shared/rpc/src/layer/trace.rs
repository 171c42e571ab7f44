//! One span for each call and one line at its end: method, status, time. Never a field of the request.

use super::metrics::{method_name, status};
use super::request_id::RequestId;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use std::time::Instant;
use tracing::Instrument as _;

/// Opens the span and writes the line. The trace of the caller (`traceparent`) is named in the span.
pub async fn layer(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
    let method = method_name(request.uri().path());
    let span = tracing::info_span!("rpc", method, request_id = %id, traceparent = traceparent(&request));
    async {
        let response = next.run(request).await;
        let (code, elapsed) = (status(&response), started.elapsed());
        // Probes come every few seconds and say nothing.
        if method != "health" {
            tracing::info!(code = ?code, micros = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX), "call");
        }
        response
    }
    .instrument(span)
    .await
}

/// The W3C trace context, if it has the form of one.
fn traceparent(request: &Request) -> Option<&str> {
    let text = request.headers().get("traceparent")?.to_str().ok()?;
    let valid = text.len() == 55 && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    valid.then_some(text)
}
