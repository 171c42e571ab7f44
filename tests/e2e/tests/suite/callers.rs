//! Each RPC with each kind of caller: whom its option does not name is refused before the request is looked at. Made from
//! the API's own table, so that no RPC is left out.

use api::METHODS;
use harness::callers::{channel, every_kind, named, serving};
use harness::suite::{answer, with_token};
use harness::{Person, Refused, Suite, on_both};
use http::uri::PathAndQuery;
use kernel::{Caller, Clock as _, Service, ServiceName};
use tonic::client::Grpc;
use tonic::transport::Channel;
use tonic_prost::ProstCodec;

on_both! {
    Suite: p6_whoever_an_rpc_does_not_name_is_refused,
    p6_whoever_an_rpc_names_is_let_in,
    p6_a_service_needs_its_certificate_and_the_persons_token,
    p6_what_is_no_rpc_is_not_there,
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
    for (kind, caller) in every_kind(&Person::karen()) {
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
    for (kind, caller) in every_kind(&Person::karen()) {
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
    let (_, karen) = every_kind(&Person::karen()).remove(0);
    let bare = channel(&suite, ServiceName::Access, &karen);
    let reason = |answer: Result<(), Refused>| answer.err().map(|refused| refused.reason).unwrap_or_default();
    assert_eq!(reason(call(&bare, path, &token(&suite, &mailbox)).await), "CALLER_NOT_ALLOWED");
    let certified = channel(&suite, ServiceName::Access, &mailbox);
    assert_eq!(reason(call(&certified, path, &token(&suite, &mailbox)).await), "TOKEN_MISSING");
    // The certificate alone is nobody.
    assert_eq!(reason(call(&certified, path, &token(&suite, &karen)).await), "CALLER_NOT_ALLOWED");
}

async fn p6_what_is_no_rpc_is_not_there(suite: Suite) {
    let (_, karen) = every_kind(&Person::karen()).remove(0);
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
