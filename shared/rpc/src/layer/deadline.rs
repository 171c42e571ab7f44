//! Deadlines: the caller's own, bounded by ours, and passed on to whatever the call needs.

use crate::refusal::{Refusal, Violation};
use api::error::v1::ErrorReason;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use std::time::Duration;
use tokio::time::Instant;
use tonic::Status;

/// The header of the gRPC protocol.
const HEADER: &str = "grpc-timeout";
/// What a unary call gets when it does not say.
const DEFAULT: Duration = Duration::from_secs(5);
/// What a unary call gets at the most.
const MOST: Duration = Duration::from_secs(10);
/// How much earlier than tonic's own timer ours goes off: tonic's would say CANCELLED.
const AHEAD: Duration = Duration::from_millis(5);

/// When the caller stops waiting.
#[derive(Clone, Copy, Debug)]
pub struct Deadline(pub Instant);

/// Ends the waiting at the deadline. A write that has begun goes on (see `sql::Db::write`).
pub async fn layer(mut request: Request, next: Next) -> Response {
    let asked = match request.headers().get(HEADER).map(|value| parse(value.as_bytes())) {
        Some(None) => return Status::from(malformed()).into_http(),
        Some(asked) => asked,
        None => None,
    };
    let streams = api::method(request.uri().path()).is_none_or(|method| method.streams);
    let allowed = match (asked, streams) {
        (Some(asked), true) => asked.saturating_sub(AHEAD),
        (Some(asked), false) => asked.saturating_sub(AHEAD).min(MOST),
        (None, false) => DEFAULT,
        // A stream lasts as long as both sides want.
        (None, true) => return next.run(request).await,
    };
    let Some(deadline) = Instant::now().checked_add(allowed) else {
        return next.run(request).await;
    };
    request.extensions_mut().insert(Deadline(deadline));
    match tokio::time::timeout_at(deadline, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Status::from(Refusal::new(ErrorReason::DeadlineExceeded)).into_http(),
    }
}

/// At most eight digits and a unit.
fn parse(text: &[u8]) -> Option<Duration> {
    let (unit, digits) = text.split_last()?;
    if digits.is_empty() || digits.len() > 8 {
        return None;
    }
    let number: u64 =
        std::str::from_utf8(digits).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))?.parse().ok()?;
    Some(match unit {
        b'H' => Duration::from_secs(number * 3600),
        b'M' => Duration::from_secs(number * 60),
        b'S' => Duration::from_secs(number),
        b'm' => Duration::from_millis(number),
        b'u' => Duration::from_micros(number),
        b'n' => Duration::from_nanos(number),
        _ => return None,
    })
}

fn malformed() -> Refusal {
    let description = "must be one to eight digits and a unit: H, M, S, m, u or n".to_owned();
    Refusal::invalid(vec![Violation { field: HEADER.to_owned(), description }])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_protocols_form_and_nothing_else() {
        assert_eq!(parse(b"100m"), Some(Duration::from_millis(100)));
        assert_eq!(parse(b"99999999H"), Some(Duration::from_hours(99_999_999)));
        for text in ["", "m", "100", "1 m", "-1m", "+1m", "1.5S", "123456789m", "1s"] {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
        }
    }
}
