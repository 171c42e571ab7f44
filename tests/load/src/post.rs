//! What owners do with their post and authorities with theirs, one call at a time: the newest 50 letters of a mailbox, opening
//! one, marking one, delivering one; each beside the statements it can't do without behind an empty call.

use crate::arguments::{Post, engines};
use crate::measure::{Answer, measure};
use crate::others;
use crate::raw::Raw;
use crate::report::{Side, Sides, step};
use crate::stage::Stage;
use anyhow::Context as _;
use api::mailbox::v1::delivery_service_client::DeliveryServiceClient;
use api::mailbox::v1::mailbox_service_client::MailboxServiceClient;
use api::mailbox::v1::{DeliverMessageRequest, Delivery, GetMessageRequest, ListMessagesRequest, MarkMessagesRequest};
use crypto::{Keys, LookupKey};
use engines::Engine;
use harness::actor::authority::new_uuid;
use harness::{Citizen, Letter, Person, Refused, Suite};
use kernel::ServiceName;
use kernel::resource::{MailboxRef, parse_message};
use std::sync::Arc;
use tonic::Request;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::Channel;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;
use uuid::Uuid;

/// How many letters are listed.
const PAGE: i32 = 50;
/// How many mailboxes are made at once.
const AT_ONCE: u32 = 8;

/// What is done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Verb {
    List,
    Open,
    Mark,
    Deliver,
}

const VERBS: [(Verb, &str); 4] =
    [(Verb::List, "newest 50"), (Verb::Open, "open"), (Verb::Mark, "mark"), (Verb::Deliver, "deliver one")];

/// What the bare server is to do, and where.
#[derive(Clone, Copy)]
pub(crate) struct Act {
    pub(crate) verb: Verb,
    /// The hash of the owner's CPR number, in two halves.
    pub(crate) recipient: [Uuid; 2],
    pub(crate) mailbox: Uuid,
    pub(crate) message: Uuid,
}

impl Act {
    fn text(&self) -> String {
        let [first, second] = self.recipient;
        format!("{:?} {first} {second} {} {}", self.verb, self.mailbox, self.message)
    }

    /// What `text` says.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (verb, ids) = text.split_once(' ')?;
        let (verb, _) = VERBS.into_iter().find(|(known, _)| format!("{known:?}") == verb)?;
        let ids: Option<Vec<Uuid>> = ids.split(' ').map(|id| id.parse().ok()).collect();
        let [first, second, mailbox, message] = <[Uuid; 4]>::try_from(ids?).ok()?;
        Some(Self { verb, recipient: [first, second], mailbox, message })
    }
}

/// A mailbox with letters.
#[derive(Clone)]
struct Target {
    owner: MetadataValue<Ascii>,
    sender: MetadataValue<Ascii>,
    cpr_number: String,
    mailbox: String,
    letters: Vec<String>,
    act: Act,
}

pub(crate) async fn run(sizes: &Post) -> anyhow::Result<()> {
    for engine in engines(sizes.run.engine) {
        one(sizes, engine).await?;
    }
    Ok(())
}

async fn one(sizes: &Post, engine: Engine) -> anyhow::Result<()> {
    let stage = Stage::start(engine).await?;
    let suite = stage.processes.suite();
    let keys = std::fs::read_to_string(suite.secrets().layout().keys(ServiceName::Mailbox))?;
    let lookup = Keys::parse(&keys)?.lookup;
    let mut targets = Vec::new();
    for first in (0..sizes.mailboxes).step_by(AT_ONCE as usize) {
        let some = first..sizes.mailboxes.min(first + AT_ONCE);
        for made in futures::future::join_all(some.map(|at| mailbox(suite, at, sizes.letters))).await {
            let (owner, letters) = made.map_err(|refused| anyhow::anyhow!("{refused:?}"))?;
            targets.push(target(&owner, letters, &lookup)?);
        }
    }
    others::fill(engine, stage.processes.database_url(ServiceName::Mailbox), sizes.others).await?;
    println!("{engine:?}: {} mailboxes of {} letters, {} of others", targets.len(), sizes.letters, sizes.others);
    let targets: Arc<[Target]> = targets.into();
    let raw = Raw::start(&stage, "raw-post", ServiceName::Mailbox)?;
    let to_suite: Vec<Channel> =
        (0..sizes.run.connections).map(|_| suite.channel(ServiceName::Mailbox, None)).collect();
    let to_raw = raw.channels(&stage, sizes.run.connections)?;
    for (verb, name) in VERBS {
        for &callers in &sizes.run.callers {
            let mut measured = [Side::default(), Side::default()];
            for _ in 0..sizes.run.rounds {
                let length = sizes.run.length();
                measured[0].add(measure(callers, length, acting(verb, &to_suite, &targets)).await?);
                measured[1].add(measure(callers, length, bare(verb, &to_raw, &targets)).await?);
            }
            step(engine, callers, &Sides { names: [name, "raw limit"], sides: measured });
        }
    }
    Ok(())
}

/// Does it in each mailbox in turn, to each letter in turn, through each connection in turn.
fn acting(
    verb: Verb,
    channels: &[Channel],
    targets: &Arc<[Target]>,
) -> impl Fn(usize) -> Answer + Clone + Send + 'static {
    let (channels, targets) = (channels.to_vec(), targets.clone());
    move |number| {
        let (channel, targets) = (channels[number % channels.len()].clone(), targets.clone());
        Box::pin(async move {
            let target = &targets[number % targets.len()];
            let round = number / targets.len();
            let letter = &target.letters[round % target.letters.len()];
            // Each time round the letters are marked the other way.
            let read = (round / target.letters.len()).is_multiple_of(2);
            act(verb, channel, target, letter, read).await
        })
    }
}

async fn act(verb: Verb, channel: Channel, target: &Target, letter: &str, read: bool) -> anyhow::Result<()> {
    let (parent, name) = (target.mailbox.clone(), letter.to_owned());
    match verb {
        Verb::List => {
            let request = ListMessagesRequest { parent, page_size: PAGE, ..ListMessagesRequest::default() };
            MailboxServiceClient::new(channel).list_messages(by(&target.owner, request)).await?;
        }
        Verb::Open => {
            MailboxServiceClient::new(channel).get_message(by(&target.owner, GetMessageRequest { name })).await?;
        }
        Verb::Mark => {
            let request = MarkMessagesRequest { parent, names: vec![name], read, ..MarkMessagesRequest::default() };
            let marked = MailboxServiceClient::new(channel).mark_messages(by(&target.owner, request)).await?;
            let refused = marked.into_inner().outcomes.into_iter().find_map(|outcome| outcome.refusal);
            anyhow::ensure!(refused.is_none(), "a letter can't be marked");
        }
        Verb::Deliver => {
            let delivery = delivery(&target.cpr_number);
            let request = by(&target.sender, DeliverMessageRequest { delivery: Some(delivery) });
            DeliveryServiceClient::new(channel).deliver_message(request).await?;
        }
    }
    Ok(())
}

fn bare(
    verb: Verb,
    channels: &[Channel],
    targets: &Arc<[Target]>,
) -> impl Fn(usize) -> Answer + Clone + Send + 'static {
    let (channels, targets) = (channels.to_vec(), targets.clone());
    move |number| {
        let mut client = HealthClient::new(channels[number % channels.len()].clone());
        let service = Act { verb, ..targets[number % targets.len()].act }.text();
        Box::pin(async move {
            client.check(HealthCheckRequest { service }).await?;
            Ok(())
        })
    }
}

fn by<T>(token: &MetadataValue<Ascii>, message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("authorization", token.clone());
    request
}

fn delivery(cpr_number: &str) -> Delivery {
    let letter = Letter::about("Sag");
    Delivery {
        message_uuid: new_uuid(),
        cpr_number: cpr_number.to_owned(),
        subject: letter.subject,
        body_text: letter.body,
        ..Delivery::default()
    }
}

/// A mailbox with letters, read, through the public API.
async fn mailbox(suite: &Suite, number: u32, letters: u32) -> Result<(Citizen, Vec<String>), Refused> {
    let owner = suite.citizen(Person::of_crowd(number)).await;
    let mut names = Vec::new();
    for _ in 0..letters {
        let letter = suite.authority().delivers(&owner.person, Letter::about("Sag")).await?.message;
        owner.opens(&letter).await?;
        names.push(letter);
    }
    Ok((owner, names))
}

fn target(owner: &Citizen, letters: Vec<String>, lookup: &LookupKey) -> anyhow::Result<Target> {
    let token = |request: &Request<()>| request.metadata().get("authorization").cloned().context("a token");
    let (mailbox, message) =
        parse_message(letters.first().context("a letter")?).map_err(|_| anyhow::anyhow!("a name"))?;
    let MailboxRef::Id(mailbox) = mailbox else { anyhow::bail!("a mailbox by its id") };
    let cpr_number = owner.person.cpr_number.clone();
    let hash = lookup.hash("cpr", &[cpr_number.as_bytes()]);
    let (halves, _) = hash.as_bytes().as_chunks::<16>();
    let [first, second] = halves else { anyhow::bail!("a hash of two halves") };
    let recipient = [first, second].map(|half| Uuid::from_bytes(*half));
    Ok(Target {
        owner: token(&owner.request(()))?,
        sender: token(&owner.suite().authority().request(()))?,
        cpr_number,
        mailbox: owner.mailbox.clone(),
        letters,
        act: Act { verb: Verb::List, recipient, mailbox: mailbox.as_uuid(), message: message.as_uuid() },
    })
}
