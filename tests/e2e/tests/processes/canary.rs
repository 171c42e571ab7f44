//! Canaries in every field of every RPC, allowed and refused: none of them is told by logs, metrics or traces, and e-mails tell what they
//! are for and nothing else.

use crate::acting::do_the_rest;
use crate::mails;
use crate::telling::{SECRETS, owner, tell_all};
use api::Method;
use api::core::v1::CallerKind;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use harness::callers::{every_kind, named, service, serving};
use harness::canary::Canaries;
use harness::filling::{self, Form};
use harness::finding::Text;
use harness::{Collector, Engine, Processes, Settings, Suite};
use http::uri::PathAndQuery;
use kernel::{Caller, ServiceName};
use prost_reflect::DynamicMessage;
use runtime::LogFormat;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tonic::Request;
use tonic::client::Grpc;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::Channel;
use tonic_prost::ProstCodec;

mod no_canary_is_told {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn on_sqlite() {
        no_canary_is_told_by_anything(Engine::Sqlite, LogFormat::Json, Traces::Collected).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn on_postgres() {
        no_canary_is_told_by_anything(Engine::Postgres, LogFormat::Pretty, Traces::Off).await;
    }
}

/// All that can be written.
const EVERYTHING: &str = "trace";
/// How a token begins, whatever it says, and the word before it.
const SIGNS_OF_TOKENS: [&str; 3] = ["eyJ0eXAi", "eyJhbGci", "Bearer "];
/// How long a stream may say nothing until it is left.
const QUIET: Duration = Duration::from_millis(100);

/// Whether there is a collector. Without one a log names the trace that a caller states.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Traces {
    Collected,
    Off,
}

async fn no_canary_is_told_by_anything(engine: Engine, format: LogFormat, traces: Traces) {
    let collector = Collector::start().await.unwrap();
    let url = (traces == Traces::Collected).then(|| collector.url.clone());
    let settings = Settings { log: Some((format, EVERYTHING)), traces: url, ..Settings::default() };
    let mut processes = Processes::start_with(engine, 1, settings).await.unwrap();
    let mut planting = Planting::new(processes.suite());
    let code = tell_all(&processes).await;
    planting.canaries.plant("the code that was sent", code);
    do_the_rest(processes.suite()).await;
    for (path, method) in filling::methods() {
        for form in [Form::Words, Form::Fitting] {
            let requests = filling::requests(&method, form, &mut planting.canaries);
            let requests = if method.is_client_streaming() { vec![requests] } else { apart(requests) };
            planting.calls(&path, &requests).await;
        }
    }
    planting.calls_what_is_not_there().await;

    let (mut texts, mut answered) = (Vec::new(), BTreeSet::new());
    for &service in ServiceName::ALL {
        let metrics = processes.metrics(service).await.unwrap();
        planting.are_counted(service, &metrics);
        answered.extend(api::METHODS.iter().map(|method| method.path).filter(|path| counted(&metrics, path, "Ok") > 0));
        texts.push(Text { name: format!("metrics of {service}"), bytes: metrics.into_bytes() });
        processes.terminate(service).unwrap();
        let log = processes.log(service).unwrap();
        planting.are_logged(service, &log);
        texts.push(Text { name: format!("log of {service}"), bytes: log.into_bytes() });
    }
    // Each process has told the rest at its end.
    if traces == Traces::Collected {
        planting.are_traced(&collector);
    }
    texts.push(Text { name: "traces".to_owned(), bytes: collector.bytes() });
    mails::tell_what_they_are_for(&processes.suite().mails(), &planting.canaries);
    for word in SECRETS.into_iter().chain(SIGNS_OF_TOKENS) {
        planting.canaries.plant("told by the story, or the beginning of a token", word.to_owned());
    }
    let found = planting.canaries.found(&texts);
    assert!(found.is_empty(), "{found:#?}");
    let bytes: usize = texts.iter().map(|text| text.bytes.len()).sum();
    let calls: usize = planting.made.values().sum();
    let (rpcs, answered) = (api::METHODS.len(), answered.len());
    println!(
        "{} canaries in {calls} calls of {rpcs} RPCs, {answered} of which also did what they are for; {bytes} bytes of logs, metrics and traces",
        planting.canaries.len()
    );
    assert!(answered * 3 >= rpcs * 2, "not only refusals were looked at: {answered} of {rpcs}");
}

/// One call each.
fn apart(requests: Vec<DynamicMessage>) -> Vec<Vec<DynamicMessage>> {
    requests.into_iter().map(|request| vec![request]).collect()
}

/// Who plants, and how often each RPC of each process was called.
struct Planting {
    canaries: Canaries,
    callers: Vec<(CallerKind, Caller, String)>,
    /// The token of the person for whom services act.
    citizen: String,
    /// One that nobody signed.
    forged: String,
    channels: BTreeMap<(ServiceName, Option<ServiceName>), Channel>,
    made: BTreeMap<(ServiceName, String), usize>,
}

impl Planting {
    fn new(suite: &Suite) -> Self {
        let mut canaries = Canaries::default();
        let mut token = |caller: &Caller| {
            let token = bearer(&suite.request(caller, ()));
            for part in token.split('.').skip(1) {
                canaries.plant("a token", part.to_owned());
            }
            token
        };
        let callers = every_kind(&owner()).into_iter().map(|(kind, caller)| {
            let token = token(&caller);
            (kind, caller, token)
        });
        let callers: Vec<_> = callers.collect();
        let (citizen, forged) = (callers[0].2.clone(), forged(&mut canaries));
        let mut channels = BTreeMap::new();
        for &to in ServiceName::ALL {
            for from in ServiceName::ALL.iter().copied().map(Some).chain([None]) {
                channels.insert((to, from), suite.channel(to, from));
            }
        }
        Self { canaries, callers, citizen, forged, channels, made: BTreeMap::new() }
    }

    /// Makes every call as everybody who may, and the first as everybody else, without a token and with bad ones.
    async fn calls(&mut self, path: &str, requests: &[Vec<DynamicMessage>]) {
        let method = api::method(path).unwrap();
        for to in serving(path) {
            for (kind, caller, token) in self.callers.clone() {
                let allowed = named(method, kind, &caller);
                let from = service(&caller);
                for request in requests.iter().take(if allowed { requests.len() } else { 1 }) {
                    let on_behalf = method.for_user.then(|| self.citizen.clone());
                    self.call((to, from), method, request, [Some(token.clone()), on_behalf]).await;
                }
                if allowed && method.for_user {
                    let tokens = [token, self.forged.clone()].map(Some);
                    self.call((to, from), method, &requests[0], tokens).await;
                }
            }
            let bad = [self.forged.clone(), self.canaries.word("a token that is none")].map(Some);
            for (token, on_behalf) in [(None, bad[0].clone()), (bad[0].clone(), None), (bad[1].clone(), None)] {
                self.call((to, Some(ServiceName::Mailbox)), method, &requests[0], [token, on_behalf]).await;
            }
        }
    }

    async fn call(
        &mut self,
        (to, from): (ServiceName, Option<ServiceName>),
        method: &'static Method,
        messages: &[DynamicMessage],
        tokens: [Option<String>; 2],
    ) {
        let mut request = Request::new(tokio_stream::iter(messages.to_vec()));
        let metadata = request.metadata_mut();
        for (header, token) in ["authorization", "x-on-behalf-of"].into_iter().zip(tokens) {
            if let Some(token) = token {
                metadata.insert(header, ascii(&format!("Bearer {token}")));
            }
        }
        for header in ["x-request-id", "x-word", "user-agent", "traceparent"] {
            let word = self.canaries.word(&format!("the header {header}"));
            metadata.insert(header, ascii(&word));
        }
        let mut grpc = Grpc::new(self.channels[&(to, from)].clone());
        grpc.ready().await.unwrap();
        let codec: ProstCodec<DynamicMessage, ()> = ProstCodec::default();
        if let Ok(answers) = grpc.streaming(request, PathAndQuery::from_static(method.path), codec).await {
            // What it says does not matter here; a watch says nothing until something happens.
            let _ = tokio::time::timeout(QUIET, answers.into_inner().message()).await;
        }
        *self.made.entry((to, method.path.to_owned())).or_default() += 1;
    }

    /// A path that is none of ours.
    async fn calls_what_is_not_there(&mut self) {
        for &to in ServiceName::ALL {
            let path = format!("/{}/{}", self.canaries.word("a service"), self.canaries.word("a method"));
            let mut grpc = Grpc::new(self.channels[&(to, None)].clone());
            grpc.ready().await.unwrap();
            let codec: ProstCodec<(), ()> = ProstCodec::default();
            let path = PathAndQuery::from_maybe_shared(path).unwrap();
            assert!(grpc.unary(Request::new(()), path, codec).await.is_err());
        }
    }

    /// Every RPC that a process serves was called, by what the process itself has counted.
    fn are_counted(&self, service: ServiceName, metrics: &str) {
        for method in api::METHODS.iter().filter(|method| serving(method.path).contains(&service)) {
            let made = self.made.get(&(service, method.path.to_owned())).copied().unwrap_or(0);
            assert!(made >= 10, "{} was called {made} times", method.path);
            assert!(counted(metrics, method.path, "") >= made, "{service} counts its calls of {}", method.path);
        }
    }

    /// Every RPC has its spans, and so have the e-mails.
    fn are_traced(&self, collector: &Collector) {
        let spans = collector.spans();
        let traced: BTreeSet<&str> = spans.iter().map(|span| span.span.name.as_str()).collect();
        for (_, method) in self.made.keys() {
            assert!(traced.contains(method.as_str()), "{method} is not among {traced:?}");
        }
        assert!(traced.contains("send e-mail"), "{traced:?}");
    }

    /// Every call has its line.
    fn are_logged(&self, service: ServiceName, log: &str) {
        let made: usize = self.made.iter().filter(|((to, _), _)| *to == service).map(|(_, made)| made).sum();
        let lines = log.lines().filter(|line| line.contains("micros") && line.contains("call")).count();
        assert!(lines >= made, "{lines} lines of {made} calls of {service}");
        assert!(log.contains("TRACE") && log.contains("DEBUG"), "{service} tells all it can");
    }
}

/// How many calls of an RPC have ended, by the process's own account: with this code, or with any where none is given.
fn counted(metrics: &str, path: &str, code: &str) -> usize {
    let of_path = |line: &&str| {
        line.starts_with("grpc_server_calls_total{")
            && line.contains(&format!("\"{path}\""))
            && line.contains(&format!("code=\"{code}"))
    };
    let counts = metrics.lines().filter(of_path).filter_map(|line| line.rsplit(' ').next()?.parse::<usize>().ok());
    counts.sum()
}

/// A token that nobody signed, with canaries as its claims.
fn forged(canaries: &mut Canaries) -> String {
    let encode = |text: String| URL_SAFE_NO_PAD.encode(text);
    let (cpr, name) = (canaries.cpr_number("a forged claim"), canaries.word("a forged claim"));
    let claims = format!(r#"{{"iss":"{name}","sub":"{name}","aud":"digitalpost","cpr":"{cpr}","kind":"citizen"}}"#);
    format!("{}.{}.{}", encode(format!(r#"{{"alg":"EdDSA","kid":"{name}"}}"#)), encode(claims), encode(name))
}

fn bearer(request: &Request<()>) -> String {
    let header = request.metadata().get("authorization").unwrap().to_str().unwrap();
    header.strip_prefix("Bearer ").unwrap().to_owned()
}

fn ascii(text: &str) -> MetadataValue<Ascii> {
    text.parse().unwrap()
}
