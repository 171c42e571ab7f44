//! Events on their way to another process that refuses one of them, or is away.

use crate::storage::{NOON, Storage};
use api::event::v1::event_service_server::{EventService, EventServiceServer};
use api::event::v1::{Event, ReceiveEventsRequest, ReceiveEventsResponse};
use events::Relay;
use harness::on_both;
use identity::{ServiceTokenConfig, ServiceTokens};
use kernel::{Clock as _, EventId, ServiceName, SystemRandom, Timestamp};
use prost::Message as _;
use rpc::{Client, ClientConfig};
use sql::outbox::{self, Outgoing};
use sql::{Error, queue};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Code, Request, Response, Status};
use uuid::Uuid;

on_both! {
    Storage: an_event_that_is_refused_holds_up_no_other,
    a_row_that_holds_no_event_holds_up_no_other,
    while_the_other_is_away_events_go_together_a_few_times,
    pauses_between_tries_grow_up_to_a_minute,
}

const TO: ServiceName = ServiceName::Mailbox;

/// The other process: what it was sent, call by call, and which event it refuses in which way; none: any.
#[derive(Clone)]
struct Other {
    calls: Arc<Mutex<Vec<Vec<String>>>>,
    refuses: Option<String>,
    code: Code,
}

#[tonic::async_trait]
impl EventService for Other {
    async fn receive_events(
        &self,
        request: Request<ReceiveEventsRequest>,
    ) -> Result<Response<ReceiveEventsResponse>, Status> {
        let ids: Vec<String> = request.into_inner().events.into_iter().map(|event| event.id).collect();
        let refused = self.refuses.as_ref().is_none_or(|refused| ids.contains(refused));
        self.calls.lock().unwrap().push(ids);
        if refused { Err(Status::new(self.code, "")) } else { Ok(Response::new(ReceiveEventsResponse::default())) }
    }
}

impl Other {
    async fn serve(refuses: Option<Uuid>, code: Code) -> (Self, String) {
        let other = Self { calls: Arc::default(), refuses: refuses.map(|id| id.to_string()), code };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = Server::builder().add_service(EventServiceServer::new(other.clone()));
        tokio::spawn(server.serve_with_incoming(TcpIncoming::from(listener)));
        (other, url)
    }

    /// How many events came with each call since it was asked last.
    fn sizes(&self) -> Vec<usize> {
        std::mem::take(&mut *self.calls.lock().unwrap()).iter().map(Vec::len).collect()
    }
}

/// What relays the events of `storage` to `url`.
fn relay(storage: &Storage, url: String) -> Relay {
    let folder = TempDir::new().unwrap();
    let key_file = folder.path().join("service.pem");
    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap();
    std::fs::write(&key_file, key.serialize_pem()).unwrap();
    let config = ServiceTokenConfig { issuer: "access".to_owned(), key_id: "access-1".to_owned(), key_file };
    let clock = Arc::new(storage.clock.clone());
    let tokens = ServiceTokens::new(&config, ServiceName::Access, "digitalpost", clock).unwrap();
    let peer = ClientConfig { url, connections: 1, authority_file: None, certificate_file: None, key_file: None };
    Relay::new(storage.db.clone(), Client::new(TO, &peer, tokens).unwrap(), TO, Arc::new(SystemRandom))
}

/// Queues `count` events; their ids.
async fn push(storage: &Storage, count: usize) -> Vec<Uuid> {
    let ids: Vec<EventId> = (0..count).map(|_| EventId::new(NOON, &SystemRandom)).collect();
    let payload = |id: &EventId| Event { id: id.to_string(), ..Event::default() }.encode_to_vec();
    push_as(storage, ids.iter().map(|id| Outgoing { id: *id, payload: payload(id) }).collect()).await;
    ids.iter().map(|id| id.as_uuid()).collect()
}

async fn push_as(storage: &Storage, events: Vec<Outgoing>) {
    let pushed: Result<(), Error> = storage.db.write(move |tx| Box::pin(outbox::push(tx, TO, events))).await;
    pushed.unwrap();
}

async fn left(storage: &Storage) -> i64 {
    storage.count("SELECT COUNT(*) AS n FROM outbox").await
}

async fn next_due(storage: &Storage) -> Timestamp {
    let due: Result<_, Error> =
        storage.db.read(|tx| Box::pin(async move { queue::next_due(tx, outbox::queue_for(TO)).await })).await;
    due.unwrap().unwrap()
}

async fn an_event_that_is_refused_holds_up_no_other(storage: Storage) {
    let ids = push(&storage, 4).await;
    let (other, url) = Other::serve(Some(ids[1]), Code::InvalidArgument).await;
    let relay = relay(&storage, url);
    assert!(relay.run_once().await.unwrap());
    assert_eq!(other.sizes(), [4, 1, 1, 1, 1], "all together, then each by itself");
    assert_eq!(left(&storage).await, 1);
    assert!(!relay.run_once().await.unwrap(), "the one that is left has its pause");
    storage.clock.advance(Duration::from_mins(1));
    assert!(relay.run_once().await.unwrap());
    assert_eq!((other.sizes(), left(&storage).await), (vec![1], 1), "and is tried again");
}

async fn a_row_that_holds_no_event_holds_up_no_other(storage: Storage) {
    push(&storage, 2).await;
    push_as(&storage, vec![Outgoing { id: EventId::new(NOON, &SystemRandom), payload: vec![0xff] }]).await;
    let (other, url) = Other::serve(Some(Uuid::nil()), Code::Internal).await;
    let relay = relay(&storage, url);
    assert!(relay.run_once().await.unwrap());
    assert_eq!((other.sizes(), left(&storage).await), (vec![2], 1));
    storage.clock.advance(Duration::from_hours(24));
    assert!(!relay.run_once().await.unwrap(), "it is set aside");
    assert_eq!(outbox::redrive(&storage.db, TO).await.unwrap(), 1);
}

/// That the other is away says nothing about the events; that one of them takes it too long looks the same.
async fn while_the_other_is_away_events_go_together_a_few_times(storage: Storage) {
    push(&storage, 3).await;
    let (other, url) = Other::serve(None, Code::Unavailable).await;
    let relay = relay(&storage, url);
    for attempt in 1..=4 {
        assert!(relay.run_once().await.unwrap());
        let expected: &[usize] = if attempt < 4 { &[3] } else { &[3, 1, 1, 1] };
        assert_eq!(other.sizes(), expected, "attempt {attempt}");
        storage.clock.advance(Duration::from_mins(1));
    }
    assert_eq!(left(&storage).await, 3);
}

async fn pauses_between_tries_grow_up_to_a_minute(storage: Storage) {
    push(&storage, 1).await;
    let (_, url) = Other::serve(None, Code::Unavailable).await;
    let relay = relay(&storage, url);
    let mut pauses = Vec::new();
    for _ in 0..12 {
        assert!(relay.run_once().await.unwrap());
        let due = next_due(&storage).await;
        pauses.push(due.since(storage.clock.now()));
        storage.clock.advance(*pauses.last().unwrap());
    }
    assert!(pauses[0] < Duration::from_millis(500) && pauses[3] >= Duration::from_secs(2), "{pauses:?}");
    assert!(pauses.iter().all(|pause| *pause <= Duration::from_mins(1)), "{pauses:?}");
    assert!(pauses[11] >= Duration::from_secs(30), "{pauses:?}");
}
