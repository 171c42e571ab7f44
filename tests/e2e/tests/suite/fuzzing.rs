//! Calls of every RPC that nobody would plan, by everybody who may make them: each is answered or refused for a reason that is
//! told, none is an error of ours, and nobody is shown the post of somebody who gave no access to anyone.

mod asked;
mod codec;
mod known;
mod requests;
mod world;

use crate::dice::Dice;
use api::error::v1::Refusal;
use asked::Comments;
use codec::Dynamic;
use harness::callers::{service, serving};
use harness::canary::STEM;
use harness::{Refused, Suite, filling, on_both, size};
use http::uri::PathAndQuery;
use kernel::Caller;
use prost_reflect::{DynamicMessage, MessageDescriptor, MethodDescriptor, ReflectMessage as _, Value};
use requests::{Requests, written_out};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tonic::client::Grpc;
use tonic::transport::Channel;
use tonic::{Code, Request, Status};
use world::World;

on_both! {
    Suite: every_call_is_answered_or_refused_for_a_reason_and_shows_nobodys_secrets,
}

/// How long a stream may say nothing until it is left.
const QUIET: Duration = Duration::from_millis(100);
/// How many answers of a stream are waited for.
const MOST_ANSWERS: usize = 20;
/// How many calls are made until a day is over.
const A_DAY: usize = 500;
/// Of a hundred values of a request so many are strange; one of these goes for the whole request, so that many get far.
const STRANGENESS: [usize; 6] = [0, 0, 0, 5, 20, 50];

async fn every_call_is_answered_or_refused_for_a_reason_and_shows_nobodys_secrets(suite: Suite) {
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
    println!("{} calls named what is the secret person's", outcomes.asked_for_secrets);
    assert!(outcomes.asked_for_secrets * 100 > outcomes.answers, "{} calls", outcomes.asked_for_secrets);
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
    outcomes.asked_for_secrets += usize::from(story.contains(&world.secret[0]));
    let answers = answers(world.channel(to, &caller), rpc, request).await;
    let of_a_service = service(&caller).is_some();
    for answer in &answers {
        let shown = match answer {
            Ok(answer) => String::from_utf8_lossy(answer).into_owned(),
            Err(status) => format!("{status:?} {}", String::from_utf8_lossy(status.details())),
        };
        assert!(of_a_service || !shown.contains(STEM), "somebody's own is shown by {story}: {shown}");
    }
    for answer in answers {
        match answer {
            Ok(answer) => {
                let answer = DynamicMessage::decode(method.output(), answer.as_slice()).unwrap();
                outcomes.is_answered(rpc, &answer, &story);
                world.known.hear(&mut world.dice, &answer);
            }
            Err(status) => outcomes.is_refused(Refused::from(status), Some(&method.input()), &story),
        }
    }
}

/// What comes until the end, or until a stream says nothing more for now; the first few of it.
async fn answers(
    channel: Channel,
    rpc: &api::Method,
    request: Request<impl tokio_stream::Stream<Item = DynamicMessage> + Send + 'static>,
) -> Vec<Result<Vec<u8>, Status>> {
    let mut grpc = Grpc::new(channel);
    grpc.ready().await.unwrap();
    let mut answers = match grpc.streaming(request, PathAndQuery::from_static(rpc.path), Dynamic).await {
        Ok(answers) => answers.into_inner(),
        Err(status) => return vec![Err(status)],
    };
    let mut came = Vec::new();
    while came.len() < MOST_ANSWERS {
        // A watch says nothing until something happens; all others have an end.
        let next = if rpc.streams {
            tokio::time::timeout(QUIET, answers.message()).await.unwrap_or(Ok(None))
        } else {
            answers.message().await
        };
        match next {
            Ok(Some(answer)) => came.push(Ok(answer)),
            Ok(None) => break,
            Err(status) => {
                came.push(Err(status));
                break;
            }
        }
    }
    came
}

/// What came of the calls.
#[derive(Default)]
struct Outcomes {
    answers: usize,
    answered: BTreeSet<&'static str>,
    refused: BTreeMap<String, usize>,
    /// How many calls named the secret person's mailbox.
    asked_for_secrets: usize,
}

impl Outcomes {
    fn is_answered(&mut self, rpc: &'static api::Method, answer: &DynamicMessage, story: &str) {
        self.answers += 1;
        self.answered.insert(rpc.path);
        for refusal in refusals(answer) {
            let refusal: Refusal = refusal.transcode_to().unwrap();
            self.is_refused(Refused::from(refusal), None, story);
        }
    }

    /// Refused as a whole, or one item of what was asked; fields of an item lie within it.
    fn is_refused(&mut self, refused: Refused, input: Option<&MessageDescriptor>, story: &str) {
        let ours = matches!(refused.code, Code::Internal | Code::Unknown | Code::DataLoss | Code::Unavailable);
        let told = !refused.reason.is_empty() && !refused.sentence_da.is_empty();
        assert!(!ours && told, "{refused:?} to {story}");
        assert!(refused.reason != "INVALID_FIELDS" || !refused.fields.is_empty(), "{refused:?} to {story}");
        for field in &refused.fields {
            let there = input.is_none_or(|input| is_field(input, field));
            assert!(there, "there is no field {field}: {story}");
        }
        *self.refused.entry(refused.reason).or_default() += 1;
    }
}

/// Whether the path leads to a field of the message, or to a choice between some. Where there are too many to tell, the last of
/// them has no name and says how many more there are.
fn is_field(message: &MessageDescriptor, path: &str) -> bool {
    let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
    let name = first.split('[').next().unwrap_or_default();
    match (message.get_field_by_name(name), rest) {
        (Some(field), Some(rest)) => field.kind().as_message().is_some_and(|inner| is_field(inner, rest)),
        (Some(_), None) => true,
        (None, None) => path.is_empty() || message.oneofs().any(|choice| choice.name() == name),
        (None, Some(_)) => false,
    }
}

/// The refusals of single items, wherever they lie in an answer.
fn refusals(answer: &DynamicMessage) -> Vec<&DynamicMessage> {
    if answer.descriptor().full_name() == "digitalpost.error.v1.Refusal" {
        return vec![answer];
    }
    let messages = answer.fields().flat_map(|(_, value)| match value {
        Value::Message(message) => vec![message],
        Value::List(values) => values.iter().filter_map(Value::as_message).collect(),
        _ => Vec::new(),
    });
    messages.flat_map(refusals).collect()
}
