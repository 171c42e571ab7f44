//! Calls of every RPC that nobody would plan, by everybody who may make them: each is answered or refused for a reason that is
//! told, none is an error of ours, and nobody is shown the post of somebody who gave no access to anyone.

mod asked;
mod codec;
mod known;
mod requests;
mod world;

use crate::dice::Dice;
use asked::Comments;
use codec::Dynamic;
use harness::callers::serving;
use harness::canary::STEM;
use harness::{Refused, Suite, filling, on_both, size};
use http::uri::PathAndQuery;
use kernel::Caller;
use prost_reflect::{DynamicMessage, MethodDescriptor};
use requests::{Requests, written_out};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tonic::client::Grpc;
use tonic::transport::Channel;
use tonic::{Code, Request, Status};
use world::{World, service};

on_both! {
    Suite: a11_p6_every_call_is_answered_or_refused_for_a_reason_and_shows_nobodys_secrets,
}

/// How long a stream may say nothing until it is left.
const QUIET: Duration = Duration::from_millis(100);
/// How many calls are made until a day is over.
const A_DAY: usize = 500;
/// Of a hundred values of a request so many are strange; one of these goes for the whole request, so that many get far.
const STRANGENESS: [usize; 6] = [0, 0, 0, 5, 20, 50];

async fn a11_p6_every_call_is_answered_or_refused_for_a_reason_and_shows_nobodys_secrets(suite: Suite) {
    let methods = filling::methods();
    let methods: Vec<_> =
        methods.iter().filter_map(|(path, method)| api::method(path).map(|rpc| (rpc, method))).collect();
    assert_eq!(methods.len(), api::METHODS.len());
    let comments = Comments::read();
    assert!(comments.names() > 50, "comments say which names are taken: {}", comments.names());
    let mut world = World::new(suite, Dice(20_261_129)).await;
    let mut outcomes = Outcomes::default();
    for number in 0..size(1_500, 100_000) {
        if number % A_DAY == 0 {
            world.begins_a_day().await;
        }
        let (rpc, method) = *world.dice.one_of(&methods);
        calls(&mut world, &comments, (rpc, method), &mut outcomes, number).await;
    }
    let (rpcs, answered) = (api::METHODS.len(), outcomes.answered.len());
    println!(
        "{} calls answered, {answered} of {rpcs} RPCs among them; refused: {:#?}",
        outcomes.answers, outcomes.refused
    );
    assert!(answered * 2 > rpcs, "not only refusals were looked at: {answered} of {rpcs}");
}

/// One call, whose answer adds to what is known.
async fn calls(
    world: &mut World,
    comments: &Comments,
    (rpc, method): (&'static api::Method, &MethodDescriptor),
    outcomes: &mut Outcomes,
    number: usize,
) {
    let (caller, citizen) = world.caller_of(rpc);
    let is_citizen = matches!(caller, Caller::Citizen(_));
    let frames = if method.is_client_streaming() { world.dice.below(4) } else { 1 };
    let mut requests = Requests {
        strange: *world.dice.one_of(&STRANGENESS),
        mailbox: world.known.name(&mut world.dice, "mailboxes/*", "").unwrap(),
        is_citizen,
        says_me: is_citizen && world.dice.percent(40),
        dice: &mut world.dice,
        known: &world.known,
        people: &world.people,
        comments,
    };
    let sent: Vec<_> = (0..frames).map(|_| requests.message(&method.input(), 0)).collect();
    let to = *world.dice.one_of(&serving(rpc.path));
    let written: Vec<_> = sent.iter().map(written_out).collect();
    let story = format!("call {number}, {} of {to} by {caller:?} with {}", rpc.path, written.join(" and "));
    let mut request = world.suite.request(&caller, tokio_stream::iter(sent));
    if rpc.for_user {
        let token = world.suite.request(&citizen, ()).metadata().get("authorization").unwrap().clone();
        request.metadata_mut().insert("x-on-behalf-of", token);
    }
    match first_answer(world.channel(to, &caller), rpc.path, request).await {
        Ok(answer) => {
            if service(&caller).is_none() {
                let shown = String::from_utf8_lossy(&answer);
                assert!(!shown.contains(STEM), "somebody's own is shown by {story}: {shown}");
            }
            let answer = DynamicMessage::decode(method.output(), answer.as_slice()).unwrap();
            world.known.hear(&mut world.dice, &answer);
            outcomes.answers += 1;
            outcomes.answered.insert(rpc.path);
        }
        Err(status) => outcomes.is_refused(Refused::from(status), method, &story),
    }
}

/// What comes first; nothing where a stream ends or is left.
async fn first_answer(
    channel: Channel,
    path: &'static str,
    request: Request<impl tokio_stream::Stream<Item = DynamicMessage> + Send + 'static>,
) -> Result<Vec<u8>, Status> {
    let mut grpc = Grpc::new(channel);
    grpc.ready().await.unwrap();
    let answers = grpc.streaming(request, PathAndQuery::from_static(path), Dynamic).await?;
    // A watch says nothing until something happens.
    let first = tokio::time::timeout(QUIET, answers.into_inner().message()).await;
    Ok(first.unwrap_or(Ok(None))?.unwrap_or_default())
}

/// What came of the calls.
#[derive(Default)]
struct Outcomes {
    answers: usize,
    answered: BTreeSet<&'static str>,
    refused: BTreeMap<String, usize>,
}

impl Outcomes {
    fn is_refused(&mut self, refused: Refused, method: &MethodDescriptor, story: &str) {
        let ours = matches!(refused.code, Code::Internal | Code::Unknown | Code::DataLoss | Code::Unavailable);
        let told = !refused.reason.is_empty() && !refused.sentence_da.is_empty();
        assert!(!ours && told, "{refused:?} to {story}");
        assert!(refused.reason != "INVALID_FIELDS" || !refused.fields.is_empty(), "{refused:?} to {story}");
        let input = method.input();
        for field in &refused.fields {
            let first = field.split(['.', '[']).next().unwrap_or_default();
            // Where there are too many to tell, the last of them says how many more there are.
            let there = field.is_empty()
                || input.get_field_by_name(first).is_some()
                || input.oneofs().any(|choice| choice.name() == first);
            assert!(there, "there is no field {field}: {story}");
        }
        *self.refused.entry(refused.reason).or_default() += 1;
    }
}
