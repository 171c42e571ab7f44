//! Out: into the outbox.

use api::event::v1::{Event, event::Payload};
use kernel::{EventId, Random, ServiceName};
use prost::Message as _;
use rpc::{convert, trace};
use sql::Tx;
use sql::outbox::{self, Outgoing};
use std::sync::Arc;

/// Writes the events of one service.
#[derive(Clone)]
pub struct Emitter {
    source: ServiceName,
    random: Arc<dyn Random>,
}

impl Emitter {
    /// Events of `source`.
    pub fn new(source: ServiceName, random: Arc<dyn Random>) -> Self {
        Self { source, random }
    }

    /// Writes an event for `destination`, to be handed over after the transaction has committed.
    pub async fn emit(&self, tx: &mut Tx, destination: ServiceName, payload: Payload) -> Result<(), sql::Error> {
        self.emit_all(tx, destination, vec![payload]).await
    }

    /// The same for many events at once.
    pub async fn emit_all(
        &self,
        tx: &mut Tx,
        destination: ServiceName,
        payloads: Vec<Payload>,
    ) -> Result<(), sql::Error> {
        let now = tx.now().await?;
        let trace = trace::text().unwrap_or_default();
        let event = |payload| {
            let id = EventId::new(now, &*self.random);
            let event = Event {
                id: id.to_string(),
                source: self.source.to_string(),
                occurred_time: Some(convert::to_proto(now)),
                traceparent: trace.clone(),
                payload: Some(payload),
            };
            Outgoing { id, payload: event.encode_to_vec() }
        };
        outbox::push(tx, destination, payloads.into_iter().map(event).collect()).await
    }
}
