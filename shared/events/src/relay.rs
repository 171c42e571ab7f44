//! From the outbox to the other process.

use api::event::v1::event_service_client::EventServiceClient;
use api::event::v1::{Event, ReceiveEventsRequest};
use kernel::{Random, ServiceName, random};
use prost::Message as _;
use rpc::Client;
use rpc::trace::{Kind, Span};
use sql::queue::{self, Claim, Held};
use sql::{Db, Error, Tx, outbox};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use tonic::{Code, Status};

/// The most events of one batch.
const BATCH: i64 = 100;
/// How long a claim holds: longer than a batch can take, short enough that a crash delays little.
const LEASE: Duration = Duration::from_secs(15);
/// How often a batch is tried whole while the other seems to be away.
const TRIES_TOGETHER: i64 = 3;
/// The longest pause between tries.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// Hands the events for one destination over.
pub struct Relay {
    db: Db,
    client: Client,
    destination: ServiceName,
    random: Arc<dyn Random>,
}

impl Relay {
    /// Takes from the outbox of `db` what is for `destination` and sends it through `client`.
    pub fn new(db: Db, client: Client, destination: ServiceName, random: Arc<dyn Random>) -> Self {
        Self { db, client, destination, random }
    }

    /// Which process it hands over to.
    pub fn destination(&self) -> ServiceName {
        self.destination
    }

    /// Hands over one batch of what is due. False: nothing was.
    pub async fn run_once(&self) -> Result<bool, Error> {
        if !queue::is_due(&self.db, outbox::queue_for(self.destination)).await? {
            return Ok(false);
        }
        let since = Instant::now();
        let batch = self.claim().await?;
        if batch.is_empty() {
            return Ok(false);
        }
        match self.send(batch.iter().map(|(_, event)| event.clone()).collect()).await {
            Ok(()) => self.delivered(claims(&batch)).await?,
            // The fault may be one event's: each gets a try of its own, so that it holds up no other. An event that takes
            // the other too long looks as if the other were away, so after a few tries that is no excuse either.
            Err(status) if batch.len() > 1 && (!is_away(&status) || tries(&batch) > TRIES_TOGETHER) => {
                self.one_by_one(batch, since + LEASE / 2).await?;
            }
            Err(status) => self.postpone(claims(&batch), &status).await?,
        }
        Ok(true)
    }

    /// Tries each event by itself, until `end`; the rest is postponed untried.
    async fn one_by_one(&self, batch: Vec<(Claim, Event)>, end: Instant) -> Result<(), Error> {
        let mut batch = batch.into_iter();
        while let Some((claim, event)) = batch.next() {
            match self.send(vec![event]).await {
                Ok(()) => self.delivered(vec![claim]).await?,
                Err(status) => {
                    self.postpone(vec![claim], &status).await?;
                    if Instant::now() >= end {
                        return self.postpone(batch.map(|(claim, _)| claim).collect(), &status).await;
                    }
                }
            }
        }
        Ok(())
    }

    /// Claims a batch. A row that holds no event is set aside: it would hold up all behind it.
    async fn claim(&self) -> Result<Vec<(Claim, Event)>, Error> {
        let queue = outbox::queue_for(self.destination);
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    let claims = queue::claim(tx, queue, BATCH, LEASE).await?;
                    let mut payloads = outbox::payloads(tx, claims.iter().map(|claim| claim.id).collect()).await?;
                    let mut batch = Vec::with_capacity(claims.len());
                    for claim in claims {
                        let payload = payloads.remove(&claim.id);
                        match payload.and_then(|payload| Event::decode(&*payload).ok()) {
                            Some(event) => batch.push((claim, event)),
                            None => set_aside(tx, queue, claim).await?,
                        }
                    }
                    Ok(batch)
                })
            })
            .await
    }

    async fn send(&self, events: Vec<Event>) -> Result<(), Status> {
        let span = Span::begin("hand over", Kind::Producer, events.iter().map(|event| &event.traceparent));
        span.set("destination", self.destination);
        span.set("events", events.len());
        let sent = span.around(async {
            let request = self.client.request(ReceiveEventsRequest { events })?;
            EventServiceClient::new(self.client.channel()).receive_events(request).await.map(|_| ())
        });
        sent.await.inspect_err(|status| span.fail(status.code()))
    }

    async fn delivered(&self, claims: Vec<Claim>) -> Result<(), Error> {
        let destination = self.destination;
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    let lost = claims.len() - outbox::delivered(tx, destination, &claims).await?;
                    if lost > 0 {
                        // Handed over twice; the receiver takes them in once.
                        tracing::warn!(%destination, lost, "claims were lost before the hand-over was noted");
                    }
                    Ok(())
                })
            })
            .await
    }

    async fn postpone(&self, claims: Vec<Claim>, status: &Status) -> Result<(), Error> {
        tracing::warn!(destination = %self.destination, events = claims.len(), code = ?status.code(), "events could not be handed over");
        metrics::counter!("outbox_failures_total", "destination" => self.destination.as_str()).increment(1);
        let queue = outbox::queue_for(self.destination);
        let [spread] = random::bytes::<1>(&*self.random);
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    let now = tx.now().await?;
                    for claim in claims {
                        let due = now.plus(queue::backoff(claim.attempt, LONGEST_PAUSE, spread));
                        if queue::postpone(tx, queue, claim, due).await? == Held::No {
                            tracing::warn!(event = %claim.id, "the claim was lost before the failure was noted");
                        }
                    }
                    Ok(())
                })
            })
            .await
    }
}

async fn set_aside(tx: &mut Tx, queue: &'static str, claim: Claim) -> Result<(), Error> {
    tracing::error!(event = %claim.id, queue, "an outbox row holds no event and is set aside");
    metrics::counter!("outbox_parked_total", "queue" => queue).increment(1);
    if queue::park(tx, queue, claim).await? == Held::No {
        tracing::warn!(event = %claim.id, "the claim was lost before it was set aside");
    }
    Ok(())
}

/// How often the most tried event of the batch has been tried, this time included.
fn tries(batch: &[(Claim, Event)]) -> i64 {
    batch.iter().map(|(claim, _)| claim.attempt).max().unwrap_or_default()
}

fn claims(batch: &[(Claim, Event)]) -> Vec<Claim> {
    batch.iter().map(|(claim, _)| *claim).collect()
}

/// Whether the other process could not be reached, which says nothing about the events.
fn is_away(status: &Status) -> bool {
    matches!(status.code(), Code::Unavailable | Code::DeadlineExceeded | Code::Cancelled | Code::ResourceExhausted)
}
