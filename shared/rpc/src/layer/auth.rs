//! Who is calling, and whether the method admits them.

use super::deadline::Deadline;
use crate::call::Call;
use crate::refusal::Refusal;
use api::Method;
use api::core::v1::CallerKind;
use api::error::v1::ErrorReason;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::HeaderMap;
use identity::{Refused, Verifier, Vouched};
use kernel::{Caller, Service, User};
use std::sync::Arc;
use tokio::time::Instant;
use tonic::Status;
use tonic::transport::server::{TcpConnectInfo, TlsConnectInfo};

/// The header in which a service carries the token of the person it acts for.
pub const ON_BEHALF_OF: &str = "x-on-behalf-of";

/// What is needed to know callers.
#[derive(Clone)]
pub struct Auth {
    /// Verifies tokens.
    pub verifier: Verifier,
    /// Services must also present a certificate (mutual TLS).
    pub services_need_certificates: bool,
}

/// The caller, the token of the person behind the call if there is one, and until when the call is vouched for.
type Admitted = (Caller, Option<Arc<str>>, Option<Instant>);

/// Puts the verified [`Call`] into the request, or refuses it. Health and reflection are open; any other path
/// that has no rule goes no further.
pub async fn layer(State(auth): State<Auth>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if path.starts_with("/grpc.health.v1.") || path.starts_with("/grpc.reflection.") {
        return next.run(request).await;
    }
    let Some(method) = api::method(path) else {
        return Status::unimplemented("no such method").into_http();
    };
    let (certified, deadline) =
        (has_certificate(&request), request.extensions().get::<Deadline>().map(|deadline| deadline.0));
    // The body can't be shared between threads, so only the headers go along.
    let (mut parts, body) = request.into_parts();
    match auth.admit(method, &parts.headers, certified).await {
        Ok((caller, user_token, token_end)) => {
            parts.extensions.insert(Call { caller, user_token, deadline, token_end });
            next.run(Request::from_parts(parts, body)).await
        }
        Err(refusal) => Status::from(refusal).into_http(),
    }
}

impl Auth {
    async fn admit(&self, method: &Method, headers: &HeaderMap, certified: bool) -> Result<Admitted, Refusal> {
        let token = bearer(headers, "authorization")?.ok_or_else(|| Refusal::new(ErrorReason::TokenMissing))?;
        let (caller, token_end) = self.verify(token).await?;
        if !method.admits(kind(&caller)) {
            return Err(not_allowed(kind(&caller)));
        }
        match caller {
            Caller::Service(service) => self.admit_service(method, service, headers, certified).await,
            Caller::Citizen(_) | Caller::Caseworker(_) => Ok((caller, Some(Arc::from(token)), Some(token_end))),
            caller => Ok((caller, None, Some(token_end))),
        }
    }

    /// A service must be one of those the method names, and bring the person's token exactly where it acts for one.
    async fn admit_service(
        &self,
        method: &Method,
        service: Service,
        headers: &HeaderMap,
        certified: bool,
    ) -> Result<Admitted, Refusal> {
        let refused = || not_allowed(CallerKind::Service);
        let certified = certified || !self.services_need_certificates;
        if !method.services.contains(&service.name.as_str()) || !certified {
            return Err(refused());
        }
        if !method.for_user {
            return Ok((Caller::Service(service), None, None));
        }
        let token = bearer(headers, ON_BEHALF_OF)?.ok_or_else(|| Refusal::new(ErrorReason::TokenMissing))?;
        let (user, token_end) = self.verify(token).await?;
        let user = match user {
            Caller::Citizen(citizen) => User::Citizen(citizen),
            Caller::Caseworker(caseworker) => User::Caseworker(caseworker),
            _ => return Err(refused()),
        };
        let caller = Caller::Service(Service { on_behalf_of: Some(user), ..service });
        Ok((caller, Some(Arc::from(token)), Some(token_end)))
    }

    /// The caller that the token vouches for, and until when.
    async fn verify(&self, token: &str) -> Result<(Caller, Instant), Refusal> {
        let vouched = self.verifier.verify(token).await.map_err(|refused| match refused {
            Refused::Invalid => Refusal::new(ErrorReason::TokenInvalid),
            Refused::AssuranceTooLow => {
                Refusal::new(ErrorReason::AssuranceTooLow).with("required_assurance", identity::REQUIRED_ASSURANCE)
            }
        });
        let Vouched { caller, remaining } = vouched?;
        Ok((caller, Instant::now() + remaining))
    }
}

/// The token of a header that stands there once and has the form `Bearer <token>`.
fn bearer<'h>(headers: &'h HeaderMap, name: &str) -> Result<Option<&'h str>, Refusal> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let invalid = || Refusal::new(ErrorReason::TokenInvalid);
    if values.next().is_some() {
        return Err(invalid());
    }
    let (scheme, token) = value.to_str().ok().and_then(|text| text.split_once(' ')).ok_or_else(invalid)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(Some(token)) } else { Err(invalid()) }
}

fn not_allowed(kind: CallerKind) -> Refusal {
    let kind = kind.as_str_name().trim_start_matches("CALLER_KIND_");
    Refusal::new(ErrorReason::CallerNotAllowed).with("caller_kind", kind)
}

fn has_certificate(request: &Request) -> bool {
    let connection = request.extensions().get::<TlsConnectInfo<TcpConnectInfo>>();
    connection.and_then(TlsConnectInfo::peer_certs).is_some_and(|certificates| !certificates.is_empty())
}

fn kind(caller: &Caller) -> CallerKind {
    match caller {
        Caller::Citizen(_) => CallerKind::Citizen,
        Caller::Caseworker(_) => CallerKind::Caseworker,
        Caller::SenderSystem(_) => CallerKind::SenderSystem,
        Caller::RegisterSystem(_) => CallerKind::RegisterSystem,
        Caller::Operator(_) => CallerKind::Operator,
        Caller::Service(_) => CallerKind::Service,
    }
}
