//! `OperatorService`: the ledger, as operators see it.

use crate::domain::overview::Redriven;
use crate::error::Error;
use crate::grpc::report::report;
use crate::grpc::{ledger_view, once, page_token, parse, status};
use crate::service::Service;
use crate::usecase::overview::{list, summary};
use crate::usecase::redrive::redrive;
use api::notification::v1 as proto;
use api::notification::v1::operator_service_server::OperatorService;
use kernel::resource;
use rpc::{Call, Reason, Refusal};
use tonic::{Request, Response, Status};

/// Serves operators.
pub struct Operators(pub Service);

impl Operators {
    async fn list(
        &self,
        call: &Call,
        request: proto::ListLedgerEntriesRequest,
    ) -> Result<proto::ListLedgerEntriesResponse, Refusal> {
        call.operator()?;
        let (filter, size) = parse::list_ledger(&request)?;
        let scope = page_token::Ledger { service: &self.0, caller: call.principal(), filter };
        let cursor = scope.open(&request.page_token)?;
        let (page, next) = list(&self.0, filter, cursor, size).await?;
        Ok(proto::ListLedgerEntriesResponse {
            entries: page.into_iter().map(ledger_view::entry).collect(),
            next_page_token: next.map(|next| scope.seal(next)).unwrap_or_default(),
        })
    }

    async fn redrive(
        &self,
        call: &Call,
        mut request: proto::RedriveLedgerEntriesRequest,
    ) -> Result<proto::RedriveLedgerEntriesResponse, Refusal> {
        call.operator()?;
        let ids = parse::redrive(&request)?;
        let request_id = std::mem::take(&mut request.request_id);
        let once = once(&self.0, call, "RedriveLedgerEntries", &request_id, &request);
        let outcomes = redrive(&self.0, ids.clone(), once).await;
        let outcomes = outcomes.map_err(|error| status::refusal(error, &request_id))?;
        let outcome = |(id, redriven)| proto::RedriveOutcome {
            name: resource::ledger_entry(id),
            refusal: refusal(redriven).map(Refusal::into_item),
        };
        Ok(proto::RedriveLedgerEntriesResponse { outcomes: ids.into_iter().zip(outcomes).map(outcome).collect() })
    }
}

fn refusal(redriven: Redriven) -> Option<Refusal> {
    match redriven {
        Redriven::Again => None,
        Redriven::Unknown => Some(Error::NotFound.into()),
        Redriven::NotParked(state) => {
            Some(Refusal::new(Reason::StateConflict).with("state", ledger_view::state_word(state)))
        }
    }
}

#[tonic::async_trait]
impl OperatorService for Operators {
    async fn get_ledger_summary(
        &self,
        request: Request<proto::GetLedgerSummaryRequest>,
    ) -> Result<Response<proto::GetLedgerSummaryResponse>, Status> {
        Call::of(&request)?.operator()?;
        let summary = summary(&self.0).await.map_err(Refusal::from)?;
        Ok(Response::new(ledger_view::summary(&summary)))
    }

    async fn list_ledger_entries(
        &self,
        request: Request<proto::ListLedgerEntriesRequest>,
    ) -> Result<Response<proto::ListLedgerEntriesResponse>, Status> {
        let call = Call::of(&request)?;
        Ok(Response::new(self.list(&call, request.into_inner()).await?))
    }

    async fn redrive_ledger_entries(
        &self,
        request: Request<proto::RedriveLedgerEntriesRequest>,
    ) -> Result<Response<proto::RedriveLedgerEntriesResponse>, Status> {
        let call = Call::of(&request)?;
        Ok(Response::new(self.redrive(&call, request.into_inner()).await?))
    }

    async fn report_delivery_status(
        &self,
        request: Request<proto::ReportDeliveryStatusRequest>,
    ) -> Result<Response<proto::ReportDeliveryStatusResponse>, Status> {
        let call = Call::of(&request)?;
        Ok(Response::new(report(&self.0, &call, request.into_inner()).await?))
    }
}
