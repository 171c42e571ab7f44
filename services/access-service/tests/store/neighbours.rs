//! Stand-ins for the other two services: a directory of persons, and an inbox for events.

use api::event::v1::event::Payload;
use api::event::v1::event_service_server::{EventService, EventServiceServer};
use api::event::v1::{ReceiveEventsRequest, ReceiveEventsResponse};
use api::mailbox::v1::directory_service_server::{DirectoryService, DirectoryServiceServer};
use api::mailbox::v1::{
    BatchGetPersonsRequest, BatchGetPersonsResponse, FetchForwardRequest, FetchForwardResponse, MatchPersonRequest,
    MatchPersonResponse, MatchPurpose, PersonView, ResolveCallerRequest, ResolveCallerResponse,
};
use futures::stream::BoxStream;
use kernel::{PersonId, SystemRandom, Timestamp, resource};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::sync::Semaphore;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};

/// A person as mailbox-service would know them.
#[derive(Clone)]
pub(crate) struct Known {
    pub(crate) id: PersonId,
    pub(crate) first: String,
    pub(crate) last: String,
    pub(crate) exempt: bool,
    pub(crate) closed: bool,
}

/// What the stand-ins know and have been told.
#[derive(Default)]
pub(crate) struct Memory {
    pub(crate) persons: HashMap<String, Known>,
    /// Whose each citizen's token is.
    pub(crate) tokens: HashMap<String, String>,
    pub(crate) events: Vec<(String, Payload)>,
    pub(crate) resolved: usize,
    /// Names are not to be had.
    pub(crate) nameless: bool,
    /// Answers about callers and particulars wait here, where there is one.
    pub(crate) gate: Option<Arc<Semaphore>>,
    /// How often particulars were compared.
    pub(crate) matched: usize,
}

#[derive(Clone, Default)]
pub(crate) struct Neighbours(pub(crate) Arc<Mutex<Memory>>);

impl Neighbours {
    pub(crate) async fn start(&self) -> SocketAddr {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = tonic::transport::Server::builder()
            .add_service(DirectoryServiceServer::new(self.clone()))
            .add_service(EventServiceServer::new(self.clone()));
        tokio::spawn(server.serve_with_incoming(TcpIncoming::from(listener)));
        address
    }

    /// Has answers about callers and particulars wait for permits of this gate.
    pub(crate) fn gate(&self) -> Arc<Semaphore> {
        let gate = Arc::new(Semaphore::new(0));
        self.0.lock().unwrap().gate = Some(gate.clone());
        gate
    }

    async fn wait_at_the_gate(&self) {
        let gate = self.0.lock().unwrap().gate.clone();
        if let Some(gate) = gate {
            gate.acquire().await.unwrap().forget();
        }
    }

    pub(crate) fn register(&self, cpr: &str, first: &str, last: &str) -> PersonId {
        let id = PersonId::new(Timestamp::from_micros(1_700_000_000_000_000), &SystemRandom);
        let person = Known { id, first: first.to_owned(), last: last.to_owned(), exempt: false, closed: false };
        self.0.lock().unwrap().persons.insert(cpr.to_owned(), person);
        id
    }
}

#[tonic::async_trait]
impl DirectoryService for Neighbours {
    type FetchForwardStream = BoxStream<'static, Result<FetchForwardResponse, Status>>;

    async fn resolve_caller(
        &self,
        request: Request<ResolveCallerRequest>,
    ) -> Result<Response<ResolveCallerResponse>, Status> {
        let token = request.metadata().get("x-on-behalf-of").unwrap().to_str().unwrap();
        let token = token.strip_prefix("Bearer ").unwrap();
        let person = {
            let mut memory = self.0.lock().unwrap();
            memory.resolved += 1;
            memory.persons[&memory.tokens[token]].clone()
        };
        self.wait_at_the_gate().await;
        Ok(Response::new(ResolveCallerResponse {
            person: resource::person(person.id),
            mailbox: resource::mailbox(person.id),
            exempt: person.exempt,
            closed: person.closed,
        }))
    }

    async fn match_person(
        &self,
        request: Request<MatchPersonRequest>,
    ) -> Result<Response<MatchPersonResponse>, Status> {
        assert!(request.metadata().contains_key("x-on-behalf-of"));
        self.wait_at_the_gate().await;
        let request = request.into_inner();
        let purpose = request.purpose();
        let asked = request.particulars.unwrap();
        let mut memory = self.0.lock().unwrap();
        memory.matched += 1;
        let fits = |known: &&Known| {
            let named = known.first == asked.first_name && known.last == asked.last_name;
            named
                && match purpose {
                    MatchPurpose::Registered => true,
                    MatchPurpose::OwnerAtMunicipality => !known.closed,
                    MatchPurpose::NewParty | MatchPurpose::Unspecified => !known.exempt && !known.closed,
                }
        };
        let found = memory.persons.get(&asked.cpr_number).filter(fits);
        Ok(Response::new(MatchPersonResponse {
            person: found.map(|known| resource::person(known.id)).unwrap_or_default(),
        }))
    }

    async fn batch_get_persons(
        &self,
        request: Request<BatchGetPersonsRequest>,
    ) -> Result<Response<BatchGetPersonsResponse>, Status> {
        let memory = self.0.lock().unwrap();
        if memory.nameless {
            return Err(Status::unavailable("away"));
        }
        let view = |name: String| match memory.persons.values().find(|known| resource::person(known.id) == name) {
            Some(known) => PersonView {
                person: name,
                display_name: format!("{} {}", known.first, known.last),
                can_be_reader: !known.exempt && !known.closed,
                closed: known.closed,
            },
            None => PersonView { person: name, ..PersonView::default() },
        };
        let persons = request.into_inner().persons.into_iter().map(view).collect();
        Ok(Response::new(BatchGetPersonsResponse { persons }))
    }

    async fn fetch_forward(
        &self,
        _: Request<FetchForwardRequest>,
    ) -> Result<Response<Self::FetchForwardStream>, Status> {
        Err(Status::unimplemented(""))
    }
}

#[tonic::async_trait]
impl EventService for Neighbours {
    async fn receive_events(
        &self,
        request: Request<ReceiveEventsRequest>,
    ) -> Result<Response<ReceiveEventsResponse>, Status> {
        let mut memory = self.0.lock().unwrap();
        for event in request.into_inner().events {
            memory.events.push((event.source, event.payload.unwrap()));
        }
        Ok(Response::new(ReceiveEventsResponse { new_count: 0 }))
    }
}
