//! One span for each call and one line at its end: method, status, time. Never a field of the request.

use super::metrics::{method_name, status};
use super::request_id::RequestId;
use crate::trace::{self, Kind, Span, TraceParent};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use std::time::Instant;
use tonic::Code;
use tracing::Instrument as _;

/// Opens the span and writes the line, which names the trace that the call belongs to: its caller's, or one that begins here.
pub async fn layer(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
    let callers = traceparent(&request);
    let method = method_name(request.uri().path());
    // Probes, and what is not there, would only be in the way.
    let traced = match api::method(request.uri().path()) {
        Some(_) => Span::begin(method, Kind::Server, callers),
        None => Span::default(),
    };
    traced.set("request_id", &id);
    let own = traced.traceparent().map(|own| own.to_string());
    let span = tracing::info_span!("rpc", method, request_id = %id, traceparent = own.as_deref().or(callers));
    let done = async {
        let response = next.run(request).await;
        let (code, elapsed) = (status(&response), started.elapsed());
        tell(&traced, code);
        // Probes come every few seconds and say nothing.
        if method != "health" {
            tracing::info!(code = ?code, micros = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX), "call");
        }
        response
    };
    traced.around(done.instrument(span)).await
}

/// What the caller is to blame for is no error of the server's.
fn tell(traced: &Span, code: Code) {
    traced.set("rpc.response.status_code", format_args!("{code:?}"));
    if matches!(
        code,
        Code::Unknown
            | Code::DeadlineExceeded
            | Code::Unimplemented
            | Code::Internal
            | Code::Unavailable
            | Code::DataLoss
    ) {
        traced.fail(code);
    }
}

/// The caller's, if it stands there once and has the form.
fn traceparent(request: &Request) -> Option<&str> {
    let mut values = request.headers().get_all(trace::HEADER).iter();
    let text = values.next()?.to_str().ok()?;
    (values.next().is_none() && TraceParent::parse(text).is_some()).then_some(text)
}
