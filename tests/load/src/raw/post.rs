//! Acts on post: an empty call, and the statements that the act can't do without.

use super::statements::Statements;
use crate::arguments::RawServer;
use crate::post::Act;
use anyhow::Context as _;
use sql::{DatabaseConfig, Db, TimeSource};
use std::sync::Arc;
use tokio_stream::Empty;
use tonic::service::Routes;
use tonic::{Request, Response, Status};
use tonic_health::pb::health_server::{Health, HealthServer};
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};

/// The service, to be served: the smallest message that there is anyway carries what to do.
pub(crate) async fn routes(arguments: &RawServer) -> anyhow::Result<Routes> {
    let clock = TimeSource::Engine(Arc::new(kernel::SystemClock));
    let db = Db::open(&DatabaseConfig::at(&arguments.url), mailbox_service::MIGRATIONS, clock).await?;
    let statements = Arc::new(Statements::of(&db).await?);
    Ok(Routes::new(HealthServer::new(Bare { db, statements })))
}

struct Bare {
    db: Db,
    statements: Arc<Statements>,
}

#[tonic::async_trait]
impl Health for Bare {
    type WatchStream = Empty<Result<HealthCheckResponse, Status>>;

    async fn check(&self, request: Request<HealthCheckRequest>) -> Result<Response<HealthCheckResponse>, Status> {
        let act = Act::parse(&request.get_ref().service).context("an act");
        let act = act.map_err(|error| Status::invalid_argument(error.to_string()))?;
        let done = self.statements.run(&self.db, act).await;
        done.map_err(|error| Status::internal(error.to_string()))?;
        Ok(Response::new(HealthCheckResponse::default()))
    }

    async fn watch(&self, _: Request<HealthCheckRequest>) -> Result<Response<Self::WatchStream>, Status> {
        Err(Status::unimplemented("a bare server"))
    }
}
