//! Each RPC with each kind of caller: whom its option does not name is refused before the request is looked at. Made from
//! the API's own table, so that no RPC is left out.

use api::core::v1::CallerKind;
use api::{METHODS, Method};
use harness::suite::{answer, with_token};
use harness::{Person, Refused, Suite, on_both};
use http::uri::PathAndQuery;
use kernel::{
    Caller, Caseworker, Clock as _, CvrNumber, Operator, RegisterSystem, Sector, SenderSystem, Service, ServiceName,
};
use tonic::client::Grpc;
use tonic::transport::Channel;
use tonic_prost::ProstCodec;

on_both! {
    Suite: p6_whoever_an_rpc_does_not_name_is_refused,
    p6_whoever_an_rpc_names_is_let_in,
    p6_a_service_needs_its_certificate_and_the_persons_token,
    p6_what_is_no_rpc_is_not_there,
}

/// Every kind of caller, services each by its name.
fn callers() -> Vec<(CallerKind, Caller)> {
    let cvr = CvrNumber::parse("29189668").unwrap();
    let karen = kernel::CprNumber::parse(&Person::karen().cpr_number).unwrap();
    let mut callers = vec![
        (CallerKind::Citizen, Caller::Citizen(kernel::Citizen { cpr: karen, portal: kernel::Portal::BorgerDk })),
        (
            CallerKind::Caseworker,
            Caller::Caseworker(Caseworker {
                employee_id: "e-17".to_owned(),
                municipality: "0461".to_owned(),
                cvr: cvr.clone(),
            }),
        ),
        (
            CallerKind::SenderSystem,
            Caller::SenderSystem(SenderSystem {
                cvr,
                system_id: "letters-1".to_owned(),
                name: "Odense Kommune".to_owned(),
                sector: Sector::Public,
                portal: None,
                legal_bases: Vec::new(),
            }),
        ),
        (CallerKind::RegisterSystem, Caller::RegisterSystem(RegisterSystem { system_id: "cpr-extract".to_owned() })),
        (CallerKind::Operator, Caller::Operator(Operator { employee_id: "o-1".to_owned() })),
    ];
    for &name in ServiceName::ALL {
        callers.push((CallerKind::Service, Caller::Service(Service { name, on_behalf_of: None })));
    }
    callers
}

/// Whether the RPC's option names this caller.
fn named(method: &Method, kind: CallerKind, caller: &Caller) -> bool {
    let by_name = match caller {
        Caller::Service(service) => method.services.contains(&service.name.as_str()),
        _ => true,
    };
    method.admits(kind) && by_name
}

/// The process that serves an RPC.
fn serving(path: &str) -> Vec<ServiceName> {
    match path.split('.').nth(1).unwrap() {
        "access" => vec![ServiceName::Access],
        "mailbox" => vec![ServiceName::Mailbox],
        "notification" => vec![ServiceName::Notification],
        _ => ServiceName::ALL.to_vec(),
    }
}

/// A connection as `from` makes it: services show their certificate.
fn channel(suite: &Suite, to: ServiceName, from: &Caller) -> Channel {
    let service = match from {
        Caller::Service(service) => Some(service.name),
        _ => None,
    };
    suite.channel(to, service)
}

/// Calls with an empty request, and waits for the first answer: a stream may have no end.
async fn call(channel: &Channel, path: &'static str, token: &str) -> Result<(), Refused> {
    let mut grpc = Grpc::new(channel.clone());
    if let Err(error) = grpc.ready().await {
        panic!("{path} can't be reached: {error}");
    }
    let codec: ProstCodec<(), ()> = ProstCodec::default();
    let request = with_token((), token);
    let mut answers = answer(grpc.server_streaming(request, PathAndQuery::from_static(path), codec).await)?;
    answers.message().await.map(|_| ()).map_err(Refused::from)
}

fn token(suite: &Suite, caller: &Caller) -> String {
    suite.secrets().token(caller, suite.clock().now()).unwrap()
}

async fn p6_whoever_an_rpc_does_not_name_is_refused(suite: Suite) {
    suite.citizen(Person::karen()).await;
    let mut refused = 0;
    for (kind, caller) in callers() {
        let token = token(&suite, &caller);
        let channels = ServiceName::ALL.iter().map(|&to| (to, channel(&suite, to, &caller))).collect::<Vec<_>>();
        for method in METHODS.iter().filter(|method| !named(method, kind, &caller)) {
            for (_, channel) in channels.iter().filter(|(to, _)| serving(method.path).contains(to)) {
                let answer = call(channel, method.path, &token).await.err();
                let reason = answer.as_ref().map(|refused| refused.reason.as_str());
                assert_eq!(reason, Some("CALLER_NOT_ALLOWED"), "{} by {kind:?}: {answer:?}", method.path);
                let stated = &answer.unwrap().metadata["caller_kind"];
                assert_eq!(format!("CALLER_KIND_{stated}"), kind.as_str_name());
                refused += 1;
            }
        }
    }
    assert!(refused > METHODS.len() * 4, "{refused} pairs were tried");
}

async fn p6_whoever_an_rpc_names_is_let_in(suite: Suite) {
    suite.citizen(Person::karen()).await;
    for (kind, caller) in callers() {
        let token = token(&suite, &caller);
        for method in METHODS.iter().filter(|method| named(method, kind, &caller)) {
            // An event service is told apart from itself by the request.
            for to in serving(method.path) {
                let answer = call(&channel(&suite, to, &caller), method.path, &token).await;
                let reason = answer.as_ref().err().map_or("", |refused| refused.reason.as_str());
                let kept_out = ["CALLER_NOT_ALLOWED", "TOKEN_INVALID", "INTERNAL"].contains(&reason);
                let unknown = answer.as_ref().is_err_and(|refused| refused.reason.is_empty());
                // A stream without its first frame may end without a reason of ours; it was let in all the same.
                assert!(!kept_out && (!unknown || method.streams), "{} by {kind:?}: {answer:?}", method.path);
                assert_eq!(reason == "TOKEN_MISSING", method.for_user, "{}: {answer:?}", method.path);
            }
        }
    }
}

async fn p6_a_service_needs_its_certificate_and_the_persons_token(suite: Suite) {
    let path = "/digitalpost.access.v1.AuthorizationService/Check";
    let mailbox = Caller::Service(Service { name: ServiceName::Mailbox, on_behalf_of: None });
    let (_, karen) = callers().remove(0);
    let bare = channel(&suite, ServiceName::Access, &karen);
    let reason = |answer: Result<(), Refused>| answer.err().map(|refused| refused.reason).unwrap_or_default();
    assert_eq!(reason(call(&bare, path, &token(&suite, &mailbox)).await), "CALLER_NOT_ALLOWED");
    let certified = channel(&suite, ServiceName::Access, &mailbox);
    assert_eq!(reason(call(&certified, path, &token(&suite, &mailbox)).await), "TOKEN_MISSING");
    // The certificate alone is nobody.
    assert_eq!(reason(call(&certified, path, &token(&suite, &karen)).await), "CALLER_NOT_ALLOWED");
}

async fn p6_what_is_no_rpc_is_not_there(suite: Suite) {
    let (_, karen) = callers().remove(0);
    let channel = channel(&suite, ServiceName::Access, &karen);
    for path in [
        "/digitalpost.access.v1.ReadAccessService/Nothing",
        "/digitalpost.mailbox.v1.MailboxService/GetMailbox",
        "/nothing/Nothing",
    ] {
        let refused = call(&channel, path, &token(&suite, &karen)).await.err().unwrap();
        assert_eq!(refused.code, tonic::Code::Unimplemented, "{path}");
    }
}
