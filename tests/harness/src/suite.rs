//! The three services on real sockets: in one test process with a clock that the test drives, or as the binaries that
//! ship (see [`crate::processes`]).

mod outage;
mod start;
mod two;

use crate::mail::{self, Mail};
use crate::refused::Refused;
use kernel::{Caller, Clock, ManualClock, ServiceName, Timestamp};
use local::client::Clients;
use local::{Ports, Secrets};
use runtime::Job;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio_util::sync::{CancellationToken, DropGuard};
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity};
use tonic::{Request, Response, Status};

pub use two::TwoSuites;

/// 2026-11-22T12:00:00Z, a Sunday, 13:00 in Denmark: when every story begins.
pub const NOON: Timestamp = Timestamp::from_micros(1_795_348_800_000_000);

/// A suite. Clones share it.
#[derive(Clone)]
pub struct Suite(Arc<Inner>);

pub(crate) struct Inner {
    /// What tokens are made by.
    pub(crate) clock: Arc<dyn Clock>,
    /// The same, where the test drives it.
    pub(crate) driven: Option<ManualClock>,
    pub(crate) secrets: Secrets,
    pub(crate) ports: Ports,
    pub(crate) clients: Clients,
    /// What is done by hand, and by whom; nothing where the services do it themselves.
    pub(crate) jobs: Vec<(ServiceName, Arc<dyn Job>)>,
    pub(crate) mail: PathBuf,
    /// Stops one service each.
    pub(crate) stopping: Vec<(ServiceName, CancellationToken)>,
    #[expect(dead_code, reason = "stops the services when it is dropped")]
    pub(crate) stop: DropGuard,
    pub(crate) folder: Arc<TempDir>,
}

/// How often the jobs are gone through before they are taken to go on for ever.
const ROUNDS: usize = 1_000;

impl Suite {
    pub(crate) fn new(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }

    /// Where calls go.
    pub fn clients(&self) -> &Clients {
        &self.0.clients
    }

    /// Where the services listen.
    pub fn ports(&self) -> &Ports {
        &self.0.ports
    }

    /// Keys and certificates, and where they lie.
    pub fn secrets(&self) -> &Secrets {
        &self.0.secrets
    }

    /// The clock of all three services.
    ///
    /// # Panics
    /// With the binaries that ship: nobody drives their clock.
    pub fn clock(&self) -> &ManualClock {
        self.0.driven.as_ref().expect("a clock that the test drives")
    }

    /// A folder of the suite's own, gone with it.
    pub fn folder(&self) -> &Path {
        self.0.folder.path()
    }

    /// Begins the orderly end of a service; it is not there any more for the others and for [`Suite::settle`].
    pub fn stop(&self, service: ServiceName) {
        for (_, stopping) in self.0.stopping.iter().filter(|(name, _)| *name == service) {
            stopping.cancel();
        }
    }

    /// A connection to `to`, with the client certificate of `from` where a service calls.
    ///
    /// # Panics
    /// When the certificates can't be used.
    pub fn channel(&self, to: ServiceName, from: Option<ServiceName>) -> Channel {
        let layout = self.0.secrets.layout();
        let read = |path: PathBuf| std::fs::read(path).expect("a certificate or key");
        let authority = Certificate::from_pem(read(layout.authority().certificate));
        let mut tls = ClientTlsConfig::new().ca_certificate(authority);
        if let Some(service) = from {
            let own = layout.client_certificate(service);
            tls = tls.identity(Identity::from_pem(read(own.certificate), read(own.key)));
        }
        let endpoint = Endpoint::from_shared(self.0.ports.url(to)).expect("a URL");
        endpoint.tls_config(tls).expect("certificates that fit").connect_lazy()
    }

    /// A request by `caller`, whose token is valid now.
    ///
    /// # Panics
    /// When no token can be made.
    pub fn request<T>(&self, caller: &Caller, message: T) -> Request<T> {
        let token = self.0.secrets.token(caller, self.0.clock.now()).expect("a token");
        with_token(message, &token)
    }

    /// Lets every service do what it does by itself, until none of them has anything left to do at this moment. With the
    /// binaries that ship it is theirs to do, and this does nothing.
    ///
    /// # Panics
    /// When a job fails, or there is no end.
    pub async fn settle(&self) {
        self.settle_only(ServiceName::ALL).await;
    }

    /// The same for some of the services, while the others are slow.
    ///
    /// # Panics
    /// When a job fails, or there is no end.
    pub async fn settle_only(&self, services: &[ServiceName]) {
        let stopped = |service| self.0.stopping.iter().any(|(name, token)| *name == service && token.is_cancelled());
        let services: Vec<ServiceName> = services.iter().copied().filter(|service| !stopped(*service)).collect();
        for _ in 0..ROUNDS {
            let mut busy = false;
            for (_, job) in self.0.jobs.iter().filter(|(service, _)| services.contains(service)) {
                let name = job.name();
                busy |= job.run_once().await.unwrap_or_else(|error| panic!("the job {name} failed: {error:#}"));
            }
            if !busy {
                return;
            }
        }
        panic!("the jobs find no end");
    }

    /// Lets `duration` pass, and the services do what falls due.
    pub async fn advance(&self, duration: Duration) {
        self.clock().advance(duration);
        self.settle().await;
    }

    /// The e-mails that were sent so far.
    ///
    /// # Panics
    /// When they can't be read.
    pub fn mails(&self) -> Vec<Mail> {
        mail::read(&self.0.mail).expect("the folder of e-mails")
    }

    /// Those of them that went to `address`.
    pub fn mails_to(&self, address: &str) -> Vec<Mail> {
        self.mails().into_iter().filter(|mail| mail.to.contains(address)).collect()
    }
}

/// A request with this token.
///
/// # Panics
/// When the token can't stand in a header.
pub fn with_token<T>(message: T, token: &str) -> Request<T> {
    let mut request = Request::new(message);
    let header = format!("Bearer {token}").parse().expect("a token that can stand in a header");
    request.metadata_mut().insert("authorization", header);
    request
}

/// A part that every answer of its kind has.
pub fn there<T>(part: Option<T>) -> Result<T, Refused> {
    part.ok_or_else(|| Status::data_loss("the answer lacks what it promises").into())
}

/// The answer, or the refusal as a client reads it.
pub fn answer<T>(answered: Result<Response<T>, Status>) -> Result<T, Refused> {
    answered.map(Response::into_inner).map_err(Refused::from)
}
