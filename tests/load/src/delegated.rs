//! The newest 50 letters of a mailbox, listed by somebody who may read them, beside the owner's own listing.

use crate::arguments::{Delegated, engines};
use crate::measure::{Answer, measure};
use crate::report::{Side, Sides, step};
use crate::stage::Stage;
use anyhow::{Context as _, ensure};
use api::mailbox::v1::ListMessagesRequest;
use api::mailbox::v1::mailbox_service_client::MailboxServiceClient;
use engines::Engine;
use harness::{Citizen, Letter, Person, Refused, Suite, Until};
use kernel::ServiceName;
use std::sync::Arc;
use tonic::Request;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::Channel;

/// How many letters are listed.
const PAGE: i32 = 50;
/// How many mailboxes are made at once.
const AT_ONCE: usize = 8;

/// A list of one mailbox, as one citizen asks for it.
#[derive(Clone)]
pub(crate) struct Listing {
    token: MetadataValue<Ascii>,
    mailbox: String,
}

pub(crate) async fn run(sizes: &Delegated) -> anyhow::Result<()> {
    for engine in engines(sizes.run.engine) {
        one(sizes, engine).await?;
    }
    Ok(())
}

async fn one(sizes: &Delegated, engine: Engine) -> anyhow::Result<()> {
    let stage = Stage::start(engine).await?;
    let others = sizes.accesses.saturating_sub(sizes.mailboxes);
    stage.fill_accesses(others).await?;
    let suite = stage.processes.suite();
    let (mut by_readers, mut by_owners) = (Vec::new(), Vec::new());
    for first in (0..sizes.mailboxes).step_by(AT_ONCE) {
        let some = first..sizes.mailboxes.min(first + u32::try_from(AT_ONCE)?);
        let made = some.map(|at| mailbox(suite, others + 2 * at, sizes.letters));
        for made in futures::future::join_all(made).await {
            let (reader, owner) = made.map_err(|refused| anyhow::anyhow!("{refused:?}"))?;
            by_readers.push(listing(&reader, &owner)?);
            by_owners.push(listing(&owner, &owner)?);
        }
    }
    println!("{engine:?}: {} accesses, {} mailboxes of {} letters", sizes.accesses, by_owners.len(), sizes.letters);
    let least = usize::try_from(sizes.letters)?.min(usize::try_from(PAGE)?);
    let channels: Vec<Channel> =
        (0..sizes.run.connections).map(|_| suite.channel(ServiceName::Mailbox, None)).collect();
    let lists = [by_readers.into(), by_owners.into()];
    for &callers in &sizes.run.callers {
        let mut measured = [Side::default(), Side::default()];
        for _ in 0..sizes.run.rounds {
            for (side, listings) in measured.iter_mut().zip(&lists) {
                side.add(measure(callers, sizes.run.length(), listing_each(&channels, listings, least)).await?);
            }
        }
        step(engine, callers, &Sides { names: ["by a reader", "by the owner"], sides: measured });
    }
    Ok(())
}

/// Lists each in turn, through each connection in turn; a list must be as long as it can be.
pub(crate) fn listing_each(
    channels: &[Channel],
    listings: &Arc<[Listing]>,
    least: usize,
) -> impl Fn(usize) -> Answer + Clone + Send + 'static {
    let clients: Vec<_> = channels.iter().cloned().map(MailboxServiceClient::new).collect();
    let listings = listings.clone();
    move |number| {
        let mut client = clients[number % clients.len()].clone();
        let Listing { token, mailbox } = listings[number % listings.len()].clone();
        Box::pin(async move {
            let mut request = Request::new(ListMessagesRequest {
                parent: mailbox,
                page_size: PAGE,
                ..ListMessagesRequest::default()
            });
            request.metadata_mut().insert("authorization", token);
            let listed = client.list_messages(request).await?.into_inner().messages.len();
            ensure!(listed >= least, "only {listed} letters are listed");
            Ok(())
        })
    }
}

pub(crate) fn listing(citizen: &Citizen, owner: &Citizen) -> anyhow::Result<Listing> {
    let token = citizen.request(()).metadata().get("authorization").cloned().context("a token")?;
    Ok(Listing { token, mailbox: owner.mailbox.clone() })
}

/// A mailbox with letters and one reader, through the public API: persons of the crowd from `number` on.
pub(crate) async fn mailbox(suite: &Suite, number: u32, letters: u32) -> Result<(Citizen, Citizen), Refused> {
    let owner = suite.citizen(Person::of_crowd(number)).await;
    let reader = suite.citizen(Person::of_crowd(number + 1)).await;
    for letter in 0..letters {
        suite.authority().delivers(&owner.person, Letter::about(&format!("Sag {letter}"))).await?;
    }
    let offered = owner.gives_access(&reader, Until::Never).await?;
    reader.approves(&offered).await?;
    Ok((reader, owner))
}
