//! A check: the same messages, the same query, and nothing else.

use super::query::Query;
use crate::arguments::RawServer;
use api::access::v1::authorization_service_server::{AuthorizationService, AuthorizationServiceServer};
use api::access::v1::{
    AccessQuestion, BatchCheckRequest, BatchCheckResponse, CheckAccessActiveRequest, CheckAccessActiveResponse,
    CheckRequest, CheckResponse, Decision, DecisionGround, WatchAccessChangesRequest, WatchAccessChangesResponse,
};
use api::core::v1::{Capacity, PostKind};
use kernel::resource::{self, MailboxRef};
use tonic::service::Routes;
use tonic::{Request, Response, Status};

/// The service, to be served.
pub(crate) async fn routes(arguments: &RawServer) -> anyhow::Result<Routes> {
    Ok(Routes::new(AuthorizationServiceServer::new(Bare(Query::open(&arguments.url).await?))))
}

/// Answers yes whenever the query finds something.
struct Bare(Query);

#[tonic::async_trait]
impl AuthorizationService for Bare {
    type WatchAccessChangesStream = tokio_stream::Empty<Result<WatchAccessChangesResponse, Status>>;

    async fn check(&self, request: Request<CheckRequest>) -> Result<Response<CheckResponse>, Status> {
        let CheckRequest { actor, question } = request.into_inner();
        let AccessQuestion { mailbox, .. } = question.unwrap_or_default();
        let malformed = || Status::invalid_argument("a name");
        let actor = resource::parse_person(&actor).map_err(|_| malformed())?;
        let Ok(MailboxRef::Id(mailbox)) = resource::parse_mailbox(&mailbox) else { return Err(malformed()) };
        let found = self.0.run(mailbox.as_uuid(), actor.as_uuid()).await;
        let access = found.map_err(|error| Status::internal(error.to_string()))?;
        let access = access.ok_or_else(|| Status::not_found("no access"))?;
        let ground = DecisionGround {
            access: resource::access(mailbox, access.into()),
            post_kind: PostKind::Public.into(),
            capacity: Capacity::Reader.into(),
            access_version: 2,
            ..DecisionGround::default()
        };
        let decision = Decision { allowed: true, grounds: vec![ground], ..Decision::default() };
        Ok(Response::new(CheckResponse { decision: Some(decision) }))
    }

    async fn batch_check(&self, _: Request<BatchCheckRequest>) -> Result<Response<BatchCheckResponse>, Status> {
        Err(Status::unimplemented("a bare server"))
    }

    async fn watch_access_changes(
        &self,
        _: Request<WatchAccessChangesRequest>,
    ) -> Result<Response<Self::WatchAccessChangesStream>, Status> {
        Err(Status::unimplemented("a bare server"))
    }

    async fn check_access_active(
        &self,
        _: Request<CheckAccessActiveRequest>,
    ) -> Result<Response<CheckAccessActiveResponse>, Status> {
        Err(Status::unimplemented("a bare server"))
    }
}
