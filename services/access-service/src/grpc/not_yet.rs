//! The RPCs of later issues. Empty when all are done.

use crate::error::Error;
use api::access::v1::caseworker_access_service_server::CaseworkerAccessService;
use api::access::v1::{
    ChangeExpiryForCitizenRequest, ChangeExpiryForCitizenResponse, CreateAccessForCitizenRequest,
    CreateAccessForCitizenResponse, ListAccessesOfCitizenRequest, ListAccessesOfCitizenResponse, RecordApprovalRequest,
    RecordApprovalResponse, RemoveAccessForCitizenRequest, RemoveAccessForCitizenResponse,
    RequestAccessForCitizenRequest, RequestAccessForCitizenResponse,
};
use rpc::Refusal;
use tonic::{Request, Response, Status};

/// `ReadAccessService.ExplainAccess` (rule A23).
pub(super) fn explain_access() -> Refusal {
    not_yet("ExplainAccess")
}

/// `AuthorizationService.WatchAccessChanges`.
pub(super) fn watch_access_changes() -> Refusal {
    not_yet("WatchAccessChanges")
}

/// The whole of `CaseworkerAccessService` (rules A13-A16, A25).
pub struct CaseworkerAccess;

#[tonic::async_trait]
impl CaseworkerAccessService for CaseworkerAccess {
    async fn create_access_for_citizen(
        &self,
        _: Request<CreateAccessForCitizenRequest>,
    ) -> Result<Response<CreateAccessForCitizenResponse>, Status> {
        Err(not_yet("CreateAccessForCitizen").into())
    }

    async fn request_access_for_citizen(
        &self,
        _: Request<RequestAccessForCitizenRequest>,
    ) -> Result<Response<RequestAccessForCitizenResponse>, Status> {
        Err(not_yet("RequestAccessForCitizen").into())
    }

    async fn record_approval(
        &self,
        _: Request<RecordApprovalRequest>,
    ) -> Result<Response<RecordApprovalResponse>, Status> {
        Err(not_yet("RecordApproval").into())
    }

    async fn change_expiry_for_citizen(
        &self,
        _: Request<ChangeExpiryForCitizenRequest>,
    ) -> Result<Response<ChangeExpiryForCitizenResponse>, Status> {
        Err(not_yet("ChangeExpiryForCitizen").into())
    }

    async fn remove_access_for_citizen(
        &self,
        _: Request<RemoveAccessForCitizenRequest>,
    ) -> Result<Response<RemoveAccessForCitizenResponse>, Status> {
        Err(not_yet("RemoveAccessForCitizen").into())
    }

    async fn list_accesses_of_citizen(
        &self,
        _: Request<ListAccessesOfCitizenRequest>,
    ) -> Result<Response<ListAccessesOfCitizenResponse>, Status> {
        Err(not_yet("ListAccessesOfCitizen").into())
    }
}

fn not_yet(rpc: &'static str) -> Refusal {
    Error::NotYet(rpc).into()
}
