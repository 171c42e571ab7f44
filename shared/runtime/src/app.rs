//! A service that is built and not yet running.

use crate::base::Base;
use crate::metrics::Measure;
use crate::worker::{self, Job, Sweep};
use axum::response::IntoResponse;
use events::Relay;
use futures::FutureExt as _;
use http::Request;
use kernel::{Random, ServiceName};
use rpc::health::Probe;
use rpc::layer::auth::Auth;
use rpc::{Client, Server, Streams};
use sql::Db;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tonic::body::Body;
use tonic::server::NamedService;
use tonic::service::{Routes, RoutesBuilder};
use tower::Service;

/// How long work that is under way may go on once the server has ended; it knew since the beginning of the end. What is
/// left is as after a crash: claimed, and done elsewhere when the lease is over.
const WORKERS_GRACE: Duration = Duration::from_secs(3);

/// The parts of a service: what it serves, and what it does by itself.
pub struct App {
    name: ServiceName,
    server: Server,
    streams: Streams,
    db: Db,
    auth: Auth,
    random: Arc<dyn Random>,
    routes: RoutesBuilder,
    names: Vec<&'static str>,
    jobs: Vec<Arc<dyn Job>>,
    destinations: Vec<ServiceName>,
}

impl App {
    /// An app on `base` that serves nothing yet, and by itself only forgets old ids.
    pub fn new(base: Base) -> Self {
        let jobs: Vec<Arc<dyn Job>> = vec![Arc::new(Sweep(base.db.clone()))];
        Self {
            name: base.name,
            server: base.server,
            streams: base.streams,
            db: base.db,
            auth: base.auth,
            random: base.random,
            routes: Routes::builder(),
            names: Vec::new(),
            jobs,
            destinations: Vec::new(),
        }
    }

    /// Serves `service` too.
    #[must_use]
    pub fn serving<S>(mut self, service: S) -> Self
    where
        S: Service<Request<Body>, Error = Infallible> + NamedService + Clone + Send + Sync + 'static,
        S::Response: IntoResponse,
        S::Future: Send + 'static,
    {
        self.names.push(S::NAME);
        self.routes.add_service(service);
        self
    }

    /// Does `job` by itself too.
    #[must_use]
    pub fn working(mut self, job: impl Job) -> Self {
        self.jobs.push(Arc::new(job));
        self
    }

    /// Hands its events for `peer` over too.
    #[must_use]
    pub fn telling(mut self, peer: ServiceName, client: Client) -> Self {
        self.destinations.push(peer);
        let relay = Relay::new(self.db.clone(), client, peer, self.random.clone());
        self.working(relay)
    }

    /// Which service this is.
    pub fn name(&self) -> ServiceName {
        self.name
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// What it does by itself, for a test to do by hand.
    pub fn jobs(&self) -> Vec<Arc<dyn Job>> {
        self.jobs.clone()
    }

    /// Serves, and does its work, until `stopping`; then ends in order.
    pub async fn run(self, stopping: CancellationToken) -> anyhow::Result<()> {
        let workers = TaskTracker::new();
        let measure: Arc<dyn Job> = Arc::new(Measure { db: self.db.clone(), destinations: self.destinations.clone() });
        for job in self.jobs.iter().chain(&[measure]) {
            workers.spawn(worker::run(job.clone(), self.db.clone(), stopping.clone()));
        }
        workers.close();
        let ended = self.serve(stopping.clone(), workers).await;
        stopping.cancel();
        ended
    }

    /// Serves until `stopping`, and leaves its work to be done by hand.
    pub async fn serve_only(self, stopping: CancellationToken) -> anyhow::Result<()> {
        let nobody = TaskTracker::new();
        nobody.close();
        self.serve(stopping, nobody).await
    }

    async fn serve(self, stopping: CancellationToken, workers: TaskTracker) -> anyhow::Result<()> {
        let db = self.db.clone();
        let probe: Probe = Box::new(move || {
            let db = db.clone();
            async move { db.probe().await.is_ok() }.boxed()
        });
        let (streams, ending) = (self.streams.clone(), stopping.clone());
        let ends_streams = tokio::spawn(async move {
            ending.cancelled().await;
            streams.end();
        });
        let served = self.server.serve(self.routes, self.names, self.auth, probe, stopping.clone()).await;
        stopping.cancel();
        ends_streams.abort();
        let db = self.db.clone();
        let at_rest = async move {
            workers.wait().await;
            db.close().await;
        };
        if tokio::time::timeout(WORKERS_GRACE, at_rest).await.is_err() {
            tracing::warn!("work that did not finish in time was left; its lease ends by itself");
        }
        Ok(served?)
    }
}
