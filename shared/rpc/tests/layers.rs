//! The layers around a call, without a network: what each refuses, and that the outer ones see what the inner ones do.

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use axum::routing::any;
use identity::{IdentityConfig, Verifier};
use kernel::{ManualClock, Timestamp};
use rpc::layer::auth::Auth;
use rpc::layer::limit::Limit;
use rpc::layer::wrap;
use std::sync::Arc;
use tokio::sync::Notify;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;
use tower::ServiceExt as _;

/// Reflection is open to everybody and subject to every other layer.
const OPEN: &str = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
const HEALTH: &str = "/grpc.health.v1.Health/Check";
const GUARDED: &str = "/digitalpost.mailbox.v1.MailboxService/ListMessages";

async fn layered(routes: Router, limit: Limit) -> anyhow::Result<Router> {
    rustls::crypto::ring::default_provider().install_default().ok();
    let clock = Arc::new(ManualClock::new(Timestamp::from_micros(0)));
    let verifier = Verifier::new(&IdentityConfig::default(), clock).await?;
    Ok(wrap(routes, Auth { verifier, services_need_certificates: false }, limit))
}

fn call(path: &str, headers: &[(&str, &str)]) -> anyhow::Result<Request> {
    let builder =
        headers.iter().fold(http::Request::post(path), |builder, (name, value)| builder.header(*name, *value));
    Ok(builder.body(Body::empty())?)
}

fn status(response: &Response) -> (Code, String) {
    let status = Status::from_header_map(response.headers()).unwrap_or_else(|| Status::ok(""));
    let reason = status.get_details_error_info().map(|info| info.reason).unwrap_or_default();
    (status.code(), reason)
}

#[tokio::test]
async fn every_call_is_named_by_us() -> anyhow::Result<()> {
    let app = layered(Router::new().route(OPEN, any(|| async { "" })), Limit::new(1, 0)).await?;
    let response = app.oneshot(call(OPEN, &[("x-request-id", "6101801234")])?).await?;
    let id = response.headers()["x-request-id"].to_str()?;
    assert_eq!(id.len(), 36, "a UUID, not what the client sent");
    Ok(())
}

#[tokio::test]
async fn a_crash_ends_one_call() -> anyhow::Result<()> {
    async fn crash() -> &'static str {
        panic!("a bug")
    }
    let app = layered(Router::new().route(OPEN, any(crash)), Limit::new(1, 0)).await?;
    for _ in 0..3 {
        let response = app.clone().oneshot(call(OPEN, &[])?).await?;
        assert_eq!(status(&response), (Code::Internal, "INTERNAL".to_owned()), "and its place is free again");
    }
    Ok(())
}

#[tokio::test]
async fn what_is_too_much_is_shed_and_probes_pass() -> anyhow::Result<()> {
    let (entered, leave) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let slow = {
        let (entered, leave) = (entered.clone(), leave.clone());
        move || {
            let (entered, leave) = (entered.clone(), leave.clone());
            async move {
                entered.notify_one();
                leave.notified().await;
                ""
            }
        }
    };
    let routes = Router::new().route(OPEN, any(slow)).route(HEALTH, any(|| async { "" }));
    let app = layered(routes, Limit::new(1, 0)).await?;
    let running = tokio::spawn(app.clone().oneshot(call(OPEN, &[])?));
    entered.notified().await;
    let shed = app.clone().oneshot(call(OPEN, &[])?).await?;
    assert_eq!(status(&shed), (Code::ResourceExhausted, "OVERLOADED".to_owned()));
    assert!(Status::from_header_map(shed.headers()).is_some_and(|status| status.get_details_retry_info().is_some()));
    assert_eq!(status(&app.clone().oneshot(call(HEALTH, &[])?).await?).0, Code::Ok);
    leave.notify_one();
    assert_eq!(status(&running.await??).0, Code::Ok);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_deadline_is_told_as_such() -> anyhow::Result<()> {
    let app = layered(Router::new().route(OPEN, any(std::future::pending::<&str>)), Limit::new(4, 0)).await?;
    let late = app.clone().oneshot(call(OPEN, &[("grpc-timeout", "200m")])?).await?;
    assert_eq!(status(&late), (Code::DeadlineExceeded, "DEADLINE_EXCEEDED".to_owned()));
    let malformed = app.oneshot(call(OPEN, &[("grpc-timeout", "soon")])?).await?;
    assert_eq!(status(&malformed), (Code::InvalidArgument, "INVALID_FIELDS".to_owned()));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn the_wait_for_ones_turn_ends_at_the_deadline_too() -> anyhow::Result<()> {
    let app = layered(Router::new().route(OPEN, any(std::future::pending::<&str>)), Limit::new(1, 1)).await?;
    let running = tokio::spawn(app.clone().oneshot(call(OPEN, &[("grpc-timeout", "10S")])?));
    tokio::task::yield_now().await;
    let waiting = app.oneshot(call(OPEN, &[("grpc-timeout", "200m")])?).await?;
    assert_eq!(status(&waiting), (Code::DeadlineExceeded, "DEADLINE_EXCEEDED".to_owned()));
    running.abort();
    Ok(())
}

#[tokio::test]
async fn nobody_reaches_what_has_no_rule_or_without_a_token() -> anyhow::Result<()> {
    let routes = Router::new()
        .route(GUARDED, any(|| async { "inside" }))
        .route("/other.Service/Method", any(|| async { "inside" }));
    let app = layered(routes, Limit::new(4, 0)).await?;
    let refuse = async |path: &str, headers: &[(&str, &str)]| -> anyhow::Result<(Code, String)> {
        Ok(status(&app.clone().oneshot(call(path, headers)?).await?))
    };
    assert_eq!(refuse("/other.Service/Method", &[]).await?.0, Code::Unimplemented);
    assert_eq!(refuse(GUARDED, &[]).await?.1, "TOKEN_MISSING");
    for header in ["", "Bearer", "Basic abc", "Bearer ", "Bearer a.b.c", "bearer a.b.c"] {
        assert_eq!(refuse(GUARDED, &[("authorization", header)]).await?.1, "TOKEN_INVALID", "{header:?}");
    }
    assert_eq!(
        refuse(GUARDED, &[("authorization", "Bearer a"), ("authorization", "Bearer b")]).await?.1,
        "TOKEN_INVALID"
    );
    Ok(())
}
