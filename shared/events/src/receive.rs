//! In: each event once.

use api::event::v1::event::Payload;
use api::event::v1::event_service_server::EventService;
use api::event::v1::{Event, ReceiveEventsRequest, ReceiveEventsResponse};
use futures::future::BoxFuture;
use kernel::EventId;
use rpc::trace::{Kind, Span};
use rpc::{Call, Fields, Reason, Refusal};
use sql::{Db, Tx, inbox};
use std::collections::HashSet;
use std::sync::Arc;
use tonic::{Request, Response, Status};
use uuid::Uuid;

/// The most events of one batch.
const MAX_BATCH: usize = 100;

/// What a service does with the events it gets.
pub trait Handler: Send + Sync + 'static {
    /// An event as the service understands it.
    type Incoming: Send + 'static;
    /// What may go wrong while it takes effect.
    type Error: From<sql::Error> + Into<Refusal> + Send + 'static;

    /// Reads a payload. `None`: not one this service understands. Wrong fields go to `fields`.
    fn read(&self, payload: Payload, fields: &mut Fields) -> Option<Self::Incoming>;

    /// What the event locks while it takes effect. A batch is taken in this order, so that of two batches at once one waits
    /// for the other, and never both.
    fn locks(&self, incoming: &Self::Incoming) -> Uuid;

    /// Does what the event asks for. Called once for each event, in the transaction that notes its id.
    fn take<'t>(&'t self, tx: &'t mut Tx, incoming: Self::Incoming) -> BoxFuture<'t, Result<(), Self::Error>>;

    /// The same for all new events of a batch, in the order of what they lock. For a handler to say where it takes many that
    /// follow each other together.
    fn take_all<'t>(
        &'t self,
        tx: &'t mut Tx,
        events: Vec<New<Self::Incoming>>,
    ) -> BoxFuture<'t, Result<(), Self::Error>> {
        Box::pin(async move {
            for New { incoming, span } in events {
                span.around(self.take(tx, incoming)).await?;
            }
            Ok(())
        })
    }
}

/// An event that was not taken in before.
#[derive(Debug)]
pub struct New<I> {
    /// What it tells.
    pub incoming: I,
    /// Its part of the trace of its cause, whatever it shares the batch with.
    pub span: Span,
}

/// Serves `EventService` for a handler.
pub struct Receiver<H> {
    db: Db,
    handler: Arc<H>,
}

impl<H: Handler> Receiver<H> {
    /// Takes events into `db` and gives them to `handler`.
    pub fn new(db: Db, handler: Arc<H>) -> Self {
        Self { db, handler }
    }

    fn read(&self, source: &str, events: Vec<Event>) -> Result<Vec<Read<H::Incoming>>, Refusal> {
        let mut fields = Fields::new();
        if events.is_empty() || events.len() > MAX_BATCH {
            fields.refuse("events", format!("must be 1 to {MAX_BATCH}"));
        }
        let mut seen = HashSet::new();
        let mut read = Vec::new();
        for (at, event) in events.into_iter().take(MAX_BATCH).enumerate() {
            let place = format!("events[{at}]");
            let id = fields.within(&place, |fields| {
                if event.source != source {
                    fields.refuse("source", "must be the calling service");
                }
                let id = fields.take("id", event.id.parse::<EventId>());
                if id.is_some_and(|id| !seen.insert(id)) {
                    fields.refuse("id", "must not be there twice");
                }
                id
            });
            let not_understood = || Refusal::new(Reason::EventNotUnderstood).with("event", &event.id);
            let payload = event.payload.ok_or_else(not_understood)?;
            let (before, kind) = (fields.count(), kind(&payload));
            let incoming = fields.within(&place, |fields| self.handler.read(payload, fields));
            match (id, incoming) {
                (Some(id), Some(incoming)) => read.push(Read { id, kind, traceparent: event.traceparent, incoming }),
                (_, None) if fields.count() == before => return Err(not_understood()),
                _ => {}
            }
        }
        fields.all((Some(read),)).map(|(read,)| read)
    }

    async fn receive(&self, call: Call, request: ReceiveEventsRequest) -> Result<ReceiveEventsResponse, Refusal> {
        let mut events = self.read(call.service()?.name.as_str(), request.events)?;
        // Ids first and then what the effects lock, each in one order for all batches (see `Handler::locks`).
        events.sort_by_key(|event| event.id);
        let handler = self.handler.clone();
        let new_count = self.db.write(move |tx| {
            Box::pin(async move {
                let ids: Vec<EventId> = events.iter().map(|event| event.id).collect();
                let added: HashSet<EventId> = inbox::add(tx, &ids).await?.into_iter().collect();
                let mut new: Vec<_> = events.into_iter().filter(|event| added.contains(&event.id)).collect();
                new.sort_by_key(|event| handler.locks(&event.incoming));
                let new_count = i32::try_from(new.len()).unwrap_or(i32::MAX);
                handler.take_all(tx, new.into_iter().map(begin).collect()).await?;
                Ok::<_, H::Error>(new_count)
            })
        });
        Ok(ReceiveEventsResponse { new_count: new_count.await.map_err(Into::into)? })
    }
}

/// An event that was read.
struct Read<I> {
    id: EventId,
    kind: &'static str,
    traceparent: String,
    incoming: I,
}

fn begin<I>(event: Read<I>) -> New<I> {
    let span = Span::begin(event.kind, Kind::Consumer, [event.traceparent]);
    span.set("event", event.id);
    New { incoming: event.incoming, span }
}

fn kind(payload: &Payload) -> &'static str {
    match payload {
        Payload::NoticeRequested(_) => "NoticeRequested",
        Payload::AccessEnded(_) => "AccessEnded",
        Payload::PublicPostArrived(_) => "PublicPostArrived",
        Payload::AccessCreatedAtMunicipality(_) => "AccessCreatedAtMunicipality",
        Payload::ForwardRequested(_) => "ForwardRequested",
        Payload::ForwardCompleted(_) => "ForwardCompleted",
        Payload::CprNumberChanged(_) => "CprNumberChanged",
        Payload::MailboxClosed(_) => "MailboxClosed",
    }
}

#[tonic::async_trait]
impl<H: Handler> EventService for Receiver<H> {
    async fn receive_events(
        &self,
        request: Request<ReceiveEventsRequest>,
    ) -> Result<Response<ReceiveEventsResponse>, Status> {
        let call = Call::of(&request)?;
        Ok(Response::new(self.receive(call, request.into_inner()).await?))
    }
}
