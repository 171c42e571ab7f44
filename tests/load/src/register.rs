//! A register extract and a mass mailing, as a population register and an authority would send them, beside the rate at which
//! the database alone takes the same rows.

use crate::arguments::{Register, engines};
use crate::rows::{self, Copied};
use crate::stage::Stage;
use anyhow::{Context as _, ensure};
use api::mailbox::v1::deliver_messages_response::Outcome;
use api::mailbox::v1::{DeliverMessagesRequest, Delivery, RegisterPersonsRequest};
use engines::Engine;
use harness::actor::authority::new_uuid;
use harness::actor::register::registration;
use harness::{Person, Suite};
use kernel::ServiceName;
use std::time::{Duration, Instant};

/// About a page of text.
const BODY: &str = "Kære borger. Vi har truffet en afgørelse i din sag og skriver for at fortælle dig om den. ";
const SENTENCES: usize = 20;
/// The tables of the extract, which the mailing leaves as they are.
const OF_PERSONS: [&str; 2] = ["person", "cpr_lookup"];
/// How many persons the crowd has.
const CROWD: u32 = 112_000;

pub(crate) async fn run(sizes: &Register) -> anyhow::Result<()> {
    ensure!(sizes.persons <= CROWD && sizes.streams > 0, "at most {CROWD} persons, at least one stream");
    for engine in engines(sizes.engine) {
        one(sizes, engine).await?;
    }
    Ok(())
}

async fn one(sizes: &Register, engine: Engine) -> anyhow::Result<()> {
    let stage = Stage::start(engine).await?;
    let suite = stage.processes.suite();
    let url = stage.processes.database_url(ServiceName::Mailbox);
    let registered = in_parts(sizes.streams, sizes.persons, |part| extract(suite.clone(), part)).await?;
    let alone = rows::copy(engine, url, &[], sizes.persons, sizes.persons).await?;
    tell(&stage, "persons", sizes.persons, registered, alone)?;
    let persons = sizes.persons;
    let delivered = in_parts(sizes.streams, sizes.letters, |part| mailing(suite.clone(), part, persons)).await?;
    let alone = rows::copy(engine, url, &OF_PERSONS, sizes.letters, sizes.copied).await?;
    tell(&stage, "letters", sizes.letters, delivered, alone)
}

fn tell(stage: &Stage, what: &str, number: u32, took: Duration, alone: Option<Copied>) -> anyhow::Result<()> {
    let rate = f64::from(number) / took.as_secs_f64();
    let peak = stage.processes.peak_memory(ServiceName::Mailbox)? / (1024 * 1024);
    print!(
        "{:?}: {number} {what} in {:.1} s, {rate:.0}/s, memory at most {peak} MiB",
        stage.engine,
        took.as_secs_f64()
    );
    match alone {
        Some(copied) => {
            let limit = f64::from(copied.of) / copied.took.as_secs_f64();
            println!("  the same rows alone: {limit:.0}/s ({})  ratio {:.2}", copied.rows(), rate / limit);
        }
        None => println!(),
    }
    Ok(())
}

/// What a stream has to send: every `step`th from `first` on.
#[derive(Clone, Copy)]
pub(crate) struct Part {
    first: u32,
    step: u32,
    number: u32,
}

impl Part {
    fn numbers(self) -> impl Iterator<Item = u32> + Send {
        (self.first..self.number).step_by(self.step as usize)
    }
}

/// Sends all of it in so many streams at once; how long that took.
pub(crate) async fn in_parts<F>(streams: u32, number: u32, send: impl Fn(Part) -> F) -> anyhow::Result<Duration>
where
    F: Future<Output = anyhow::Result<u32>> + Send + 'static,
{
    let started = Instant::now();
    let sending = (0..streams).map(|first| tokio::spawn(send(Part { first, step: streams, number })));
    let mut done = 0;
    for sent in futures::future::join_all(sending).await {
        done += sent??;
    }
    ensure!(done == number, "{done} of {number} were answered");
    Ok(started.elapsed())
}

pub(crate) async fn extract(suite: Suite, part: Part) -> anyhow::Result<u32> {
    let lines = part.numbers().map(|number| RegisterPersonsRequest {
        line_number: i64::from(number),
        registration: Some(registration(&Person::of_crowd(number))),
    });
    let request = suite.register().request(tokio_stream::iter(lines));
    let mut outcomes = suite.clients().registry().register_persons(request).await?.into_inner();
    let mut done = 0;
    while let Some(outcome) = outcomes.message().await? {
        ensure!(outcome.refusal.is_none(), "line {} is refused", outcome.line_number);
        done += 1;
    }
    Ok(done)
}

pub(crate) async fn mailing(suite: Suite, part: Part, persons: u32) -> anyhow::Result<u32> {
    let items = part.numbers().map(move |number| DeliverMessagesRequest { delivery: Some(letter(number, persons)) });
    let request = suite.authority().request(tokio_stream::iter(items));
    let mut answers = suite.clients().delivery().deliver_messages(request).await?.into_inner();
    let mut done = 0;
    while let Some(answer) = answers.message().await? {
        match answer.outcome.context("an outcome")? {
            Outcome::Receipt(_) => done += 1,
            Outcome::Refusal(refusal) => anyhow::bail!("item {}: {:?}", answer.item_number, refusal.reason()),
        }
    }
    Ok(done)
}

fn letter(number: u32, persons: u32) -> Delivery {
    Delivery {
        message_uuid: new_uuid(),
        cpr_number: Person::of_crowd(number % persons).cpr_number,
        subject: format!("Sag {number}"),
        body_text: BODY.repeat(SENTENCES),
        ..Delivery::default()
    }
}
