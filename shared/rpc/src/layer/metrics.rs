//! Rate, errors and duration of each RPC.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use std::time::Instant;
use tonic::{Code, Status};

/// Counts the call and takes its time.
pub async fn layer(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = method_name(request.uri().path());
    let response = {
        let _in_flight = InFlight::begin();
        next.run(request).await
    };
    let code = format!("{:?}", status(&response));
    metrics::counter!("grpc_server_calls_total", "method" => method, "code" => code).increment(1);
    metrics::histogram!("grpc_server_call_duration_seconds", "method" => method).record(started.elapsed());
    response
}

/// One call in flight. Counted down when dropped, since a caller who hangs up drops the whole call.
struct InFlight(metrics::Gauge);

impl InFlight {
    fn begin() -> Self {
        let gauge = metrics::gauge!("grpc_server_in_flight_calls");
        gauge.increment(1.0);
        Self(gauge)
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.decrement(1.0);
    }
}

/// The name under which a call is counted and logged: known ones only, so that nobody can make labels or log
/// lines up.
pub(crate) fn method_name(path: &str) -> &'static str {
    match api::method(path) {
        Some(method) => method.path,
        None if path.starts_with("/grpc.health.") => "health",
        None if path.starts_with("/grpc.reflection.") => "reflection",
        None => "unknown",
    }
}

/// The status a call ended with; for a stream, whether it started.
pub(crate) fn status(response: &Response) -> Code {
    Status::from_header_map(response.headers()).map_or(Code::Ok, |status| status.code())
}
