//! `OperatorService`: the ledger, as operators see it.

use crate::domain::ledger::{Kind, State};
use crate::error::Error;
use crate::grpc::not_yet;
use crate::service::Service;
use crate::store::ledger;
use api::notification::v1 as proto;
use api::notification::v1::operator_service_server::OperatorService;
use rpc::{Call, Refusal, convert};
use tonic::{Request, Response, Status};

/// Serves operators.
pub struct Operators(pub Service);

#[tonic::async_trait]
impl OperatorService for Operators {
    async fn get_ledger_summary(
        &self,
        request: Request<proto::GetLedgerSummaryRequest>,
    ) -> Result<Response<proto::GetLedgerSummaryResponse>, Status> {
        Call::of(&request)?.operator()?;
        let summary = self.0.db.read(|tx| Box::pin(ledger::summary(tx)));
        let summary = summary.await.map_err(|error| Refusal::from(Error::Sql(error)))?;
        let age = |since| prost_types::Duration::try_from(summary.now.since(since)).unwrap_or_default();
        let count = |&(state, kind, count): &(State, Kind, i64)| proto::LedgerCount {
            state: wire_state(state).into(),
            kind: wire_kind(kind).into(),
            count,
        };
        Ok(Response::new(proto::GetLedgerSummaryResponse {
            counts: summary.counts.iter().map(count).collect(),
            oldest_owed_time: summary.oldest_owed.map(convert::to_proto),
            oldest_owed_age: summary.oldest_owed.map(age),
        }))
    }

    async fn list_ledger_entries(
        &self,
        _: Request<proto::ListLedgerEntriesRequest>,
    ) -> Result<Response<proto::ListLedgerEntriesResponse>, Status> {
        Err(not_yet::list_ledger_entries().into())
    }

    async fn redrive_ledger_entries(
        &self,
        _: Request<proto::RedriveLedgerEntriesRequest>,
    ) -> Result<Response<proto::RedriveLedgerEntriesResponse>, Status> {
        Err(not_yet::redrive_ledger_entries().into())
    }

    async fn report_delivery_status(
        &self,
        _: Request<proto::ReportDeliveryStatusRequest>,
    ) -> Result<Response<proto::ReportDeliveryStatusResponse>, Status> {
        Err(not_yet::report_delivery_status().into())
    }
}

fn wire_state(state: State) -> proto::LedgerState {
    match state {
        State::Owed => proto::LedgerState::Owed,
        State::Sending => proto::LedgerState::Sending,
        State::Sent => proto::LedgerState::Sent,
        State::Dropped => proto::LedgerState::Dropped,
        State::Failed => proto::LedgerState::Failed,
        State::Parked => proto::LedgerState::Parked,
    }
}

fn wire_kind(kind: Kind) -> proto::LedgerKind {
    match kind {
        Kind::Code => proto::LedgerKind::Code,
        Kind::NewPost => proto::LedgerKind::NewPost,
        Kind::AddressChanged => proto::LedgerKind::AddressChanged,
        Kind::Forward => proto::LedgerKind::Forward,
    }
}
