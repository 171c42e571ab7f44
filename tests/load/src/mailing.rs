//! Reading beside a mass mailing: the newest 50 letters, listed by owners at a steady rate, before a mailing and until the
//! last letter is answered for and told of by e-mail, which a fast mail server takes.

use crate::arguments::{Mailing, engines};
use crate::delegated::{Listing, listing, listing_each, mailbox};
use crate::mail::config;
use crate::measure::paced;
use crate::register::{extract, in_parts, mailing};
use crate::report::Side;
use crate::sink::Sink;
use crate::stage::Stage;
use crate::subscribers::{Subscribers, registered};
use engines::Engine;
use harness::Suite;
use kernel::ServiceName;
use notification_service::config::MailConfig;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tonic::transport::Channel;

/// Streams of the extract at once.
const STREAMS: u32 = 4;
/// Letters in each mailbox that is read.
const LETTERS: u32 = 50;
/// Connections of the readers: as many replicas as would call.
const CONNECTIONS: usize = 4;
/// Of the time of reading before the mailing, how much is read before that and not counted.
const WARM_UP: u32 = 3;

pub(crate) async fn run(sizes: &Mailing) -> anyhow::Result<()> {
    for engine in engines(sizes.engine) {
        one(sizes, engine).await?;
    }
    Ok(())
}

async fn one(sizes: &Mailing, engine: Engine) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let sink = Sink::start(folder.path()).await?;
    let mut stage = Stage::start_with_mail(engine, config(&sink, MailConfig::default().parallel)).await?;
    let suite = stage.processes.suite().clone();
    in_parts(STREAMS, sizes.mailboxes, |part| extract(suite.clone(), part)).await?;
    let accesses = stage.fill_accesses_to(&registered(&stage).await?).await?;
    stage.processes.terminate(ServiceName::Notification)?;
    let subscribers = Subscribers::fill(&stage, &accesses, 0).await?;
    stage.processes.start_again(ServiceName::Notification).await?;
    let listings = listings(&suite, sizes).await?;
    stage.vacuum(ServiceName::Mailbox).await?;
    let channels: Vec<Channel> = (0..CONNECTIONS).map(|_| suite.channel(ServiceName::Mailbox, None)).collect();
    let lists = listing_each(&channels, &listings, usize::try_from(LETTERS)?);
    let time = Duration::from_secs(sizes.seconds);
    paced(sizes.rate, tokio::time::sleep(time / WARM_UP), &lists).await?;
    let (alone, ()) = paced(sizes.rate, tokio::time::sleep(time), &lists).await?;
    let sending = async {
        let took = in_parts(sizes.streams, sizes.letters, |part| mailing(suite.clone(), part, sizes.mailboxes)).await?;
        let begun = Instant::now();
        subscribers.are_all_told(&stage).await?;
        anyhow::Ok((took, begun.elapsed()))
    };
    let (beside, done) = paced(sizes.rate, sending, &lists).await?;
    let (took, told) = done.map(|(took, told)| (took.as_secs_f64(), told.as_secs_f64()))?;
    println!(
        "{engine:?}: {} letters to {} mailboxes in {took:.1} s, {:.0}/s; {} e-mails, the last {told:.1} s later",
        sizes.letters,
        sizes.mailboxes,
        f64::from(sizes.letters) / took,
        sink.takes(0).await.len(),
    );
    for (name, measured) in [("lists before", alone), ("lists beside", beside)] {
        let mut side = Side::default();
        side.add(measured);
        println!("{}  ({} calls, no error)", side.line(name), side.calls());
    }
    Ok(())
}

/// Mailboxes of others, to be listed by their owners.
async fn listings(suite: &Suite, sizes: &Mailing) -> anyhow::Result<Arc<[Listing]>> {
    let mut listings = Vec::new();
    for at in 0..sizes.read {
        let made = mailbox(suite, sizes.mailboxes + 2 * at, LETTERS).await;
        let (_, owner) = made.map_err(|refused| anyhow::anyhow!("{refused:?}"))?;
        listings.push(listing(&owner, &owner)?);
    }
    Ok(listings.into())
}
