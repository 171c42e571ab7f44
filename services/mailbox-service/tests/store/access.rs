//! access-service as the test wants it.

use api::access::v1 as proto;
use api::access::v1::authorization_service_server::{AuthorizationService, AuthorizationServiceServer};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio_stream::wrappers::{ReceiverStream, TcpListenerStream};
use tonic::{Request, Response, Status};

/// Answers every question in the same way, and counts them.
#[derive(Clone, Default)]
pub(crate) struct FakeAccess {
    decision: Arc<Mutex<Option<proto::Decision>>>,
    asked: Arc<AtomicUsize>,
}

impl FakeAccess {
    /// Serves; returns where.
    pub(crate) async fn serve(&self) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let service = AuthorizationServiceServer::new(self.clone());
        let server = tonic::transport::Server::builder().add_service(service);
        tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));
        format!("http://{address}")
    }

    /// From now on the answer is this.
    pub(crate) fn answers(&self, decision: proto::Decision) {
        *self.decision.lock().expect("the lock") = Some(decision);
    }

    /// From now on there is no answer.
    pub(crate) fn is_away(&self) {
        *self.decision.lock().expect("the lock") = None;
    }

    fn decided(&self) -> Result<proto::Decision, Status> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.decision.lock().expect("the lock").clone().ok_or_else(|| Status::unavailable("away"))
    }

    /// How often it was asked.
    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

#[tonic::async_trait]
impl AuthorizationService for FakeAccess {
    type WatchAccessChangesStream = ReceiverStream<Result<proto::WatchAccessChangesResponse, Status>>;

    async fn check(&self, _: Request<proto::CheckRequest>) -> Result<Response<proto::CheckResponse>, Status> {
        let decision = Some(self.decided()?);
        Ok(Response::new(proto::CheckResponse { decision }))
    }

    async fn batch_check(
        &self,
        request: Request<proto::BatchCheckRequest>,
    ) -> Result<Response<proto::BatchCheckResponse>, Status> {
        let decision = self.decided()?;
        let decisions = vec![decision; request.get_ref().questions.len()];
        Ok(Response::new(proto::BatchCheckResponse { decisions }))
    }

    async fn watch_access_changes(
        &self,
        _: Request<proto::WatchAccessChangesRequest>,
    ) -> Result<Response<Self::WatchAccessChangesStream>, Status> {
        Err(Status::unimplemented("not asked here"))
    }

    async fn check_access_active(
        &self,
        _: Request<proto::CheckAccessActiveRequest>,
    ) -> Result<Response<proto::CheckAccessActiveResponse>, Status> {
        Err(Status::unimplemented("not asked here"))
    }
}
