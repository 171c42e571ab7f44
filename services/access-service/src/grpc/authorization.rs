//! `AuthorizationService`.

use super::watching::{Answers, Watching};
use super::{command, view};
use crate::usecase::{self, Context};
use api::access::v1::authorization_service_server::AuthorizationService;
use api::access::v1::{
    BatchCheckRequest, BatchCheckResponse, CheckAccessActiveRequest, CheckAccessActiveResponse, CheckRequest,
    CheckResponse, WatchAccessChangesRequest,
};
use rpc::{Call, Refusal};
use tonic::{Request, Response, Status};

/// The service.
pub struct Authorization {
    context: Context,
    watching: Watching,
}

impl Authorization {
    /// The service on `context`.
    pub fn new(context: Context, watching: Watching) -> Self {
        Self { context, watching }
    }
}

#[tonic::async_trait]
impl AuthorizationService for Authorization {
    type WatchAccessChangesStream = Answers;

    async fn check(&self, request: Request<CheckRequest>) -> Result<Response<CheckResponse>, Status> {
        let call = Call::of(&request)?;
        let (actor, question) = command::check(request.get_ref())?;
        let decisions = usecase::check::check(&self.context, call.on_behalf_of()?, actor, vec![question]).await;
        let decision = decisions.map_err(Refusal::from)?.pop().map(view::decision);
        Ok(Response::new(CheckResponse { decision }))
    }

    async fn batch_check(&self, request: Request<BatchCheckRequest>) -> Result<Response<BatchCheckResponse>, Status> {
        let call = Call::of(&request)?;
        let (actor, questions) = command::batch_check(request.get_ref())?;
        let decisions = usecase::check::check(&self.context, call.on_behalf_of()?, actor, questions).await;
        let decisions = decisions.map_err(Refusal::from)?.into_iter().map(view::decision).collect();
        Ok(Response::new(BatchCheckResponse { decisions }))
    }

    async fn watch_access_changes(
        &self,
        request: Request<WatchAccessChangesRequest>,
    ) -> Result<Response<Self::WatchAccessChangesStream>, Status> {
        let call = Call::of(&request)?;
        Ok(Response::new(self.watching.open(&call, &request.get_ref().resume_token).await?))
    }

    async fn check_access_active(
        &self,
        request: Request<CheckAccessActiveRequest>,
    ) -> Result<Response<CheckAccessActiveResponse>, Status> {
        let request = request.into_inner();
        let names = command::accesses(&request)?;
        let accesses = usecase::active::active(&self.context, names).await.map_err(Refusal::from)?;
        let activities = request.accesses.into_iter().zip(accesses);
        let activities = activities.map(|(name, access)| view::activity(name, access)).collect();
        Ok(Response::new(CheckAccessActiveResponse { activities }))
    }
}
