//! `CaseworkerAccessService`.

use super::names::{self, patience};
use super::surface::Surface;
use super::view::Persons;
use super::{desk_command, view};
use crate::domain::Access;
use crate::usecase::begin_at_desk::{BeginAtDesk, begin_at_desk};
use crate::usecase::change_at_desk::change_at_desk;
use crate::usecase::list_of_citizen::{list_of_citizen, name_citizen, records};
use crate::usecase::{Context, Repeatable, Shown};
use api::access::v1::caseworker_access_service_server::CaseworkerAccessService;
use api::access::v1::{
    ChangeExpiryForCitizenRequest, ChangeExpiryForCitizenResponse, CreateAccessForCitizenRequest,
    CreateAccessForCitizenResponse, ListAccessesOfCitizenRequest, ListAccessesOfCitizenResponse, RecordApprovalRequest,
    RecordApprovalResponse, RecordedAccess, RemoveAccessForCitizenRequest, RemoveAccessForCitizenResponse,
    RequestAccessForCitizenRequest, RequestAccessForCitizenResponse,
};
use crypto::PageTokens;
use rpc::{Call, Refusal};
use tonic::{Request, Response, Status};

/// The service.
pub struct CaseworkerAccess {
    surface: Surface,
}

impl CaseworkerAccess {
    /// The service on `context`, with page tokens by `tokens`.
    pub fn new(context: Context, tokens: PageTokens) -> Self {
        Self { surface: Surface::new(context, tokens) }
    }

    async fn begin(&self, call: &Call, wanted: BeginAtDesk, repeat: Repeatable) -> Result<RecordedAccess, Refusal> {
        let access = begin_at_desk(&self.surface.context, call, wanted, repeat).await?;
        self.show_changed(call, access).await
    }

    async fn change(
        &self,
        call: &Call,
        (name, wish, attendance): desk_command::Change,
        repeat: Repeatable,
    ) -> Result<RecordedAccess, Refusal> {
        let stated = (call.caseworker()?.clone(), attendance);
        let access = change_at_desk(&self.surface.context, stated, name, wish, repeat, patience(call)).await?;
        self.show_changed(call, access).await
    }

    async fn show_changed(&self, call: &Call, access: Access) -> Result<RecordedAccess, Refusal> {
        let shown = Shown { access, side: None };
        let records = records(&self.surface.context, std::slice::from_ref(&shown)).await?;
        let persons = names::after_a_change(&self.surface.context, call, &shown).await;
        Ok(view::recorded(&shown, &persons, &records))
    }

    async fn list(
        &self,
        call: &Call,
        request: &ListAccessesOfCitizenRequest,
    ) -> Result<ListAccessesOfCitizenResponse, Refusal> {
        let (citizen, party, size) = desk_command::list(request)?;
        let caseworker = call.caseworker()?.clone();
        let citizen = name_citizen(&self.surface.context, call, &citizen).await?;
        let wanted = (party, request.include_ended);
        let list = format!("citizen/{wanted:?}/{citizen}/{}", call.principal());
        let cursor = self.surface.tokens.cursor(&list, &request.page_token)?;
        let page = list_of_citizen(&self.surface.context, caseworker, citizen, wanted, cursor, size).await?;
        let records = records(&self.surface.context, &page.accesses).await?;
        let persons = match page.accesses.as_slice() {
            [] => Persons::new(),
            some => names::of(&self.surface.context, call, some).await?,
        };
        let accesses = page.accesses.iter().map(|shown| view::recorded(shown, &persons, &records)).collect();
        Ok(ListAccessesOfCitizenResponse { accesses, next_page_token: self.surface.tokens.of_cursor(&list, page.next) })
    }
}

#[tonic::async_trait]
impl CaseworkerAccessService for CaseworkerAccess {
    async fn create_access_for_citizen(
        &self,
        request: Request<CreateAccessForCitizenRequest>,
    ) -> Result<Response<CreateAccessForCitizenResponse>, Status> {
        let call = Call::of(&request)?;
        let request = request.into_inner();
        let wanted = desk_command::create(&request, self.surface.today().await?)?;
        let repeat = self.surface.repeatable(&call, request);
        let access = self.begin(&call, wanted, repeat).await?;
        Ok(Response::new(CreateAccessForCitizenResponse { access: Some(access) }))
    }

    async fn request_access_for_citizen(
        &self,
        request: Request<RequestAccessForCitizenRequest>,
    ) -> Result<Response<RequestAccessForCitizenResponse>, Status> {
        let call = Call::of(&request)?;
        let request = request.into_inner();
        let wanted = desk_command::request(&request, self.surface.today().await?)?;
        let repeat = self.surface.repeatable(&call, request);
        let access = self.begin(&call, wanted, repeat).await?;
        Ok(Response::new(RequestAccessForCitizenResponse { access: Some(access) }))
    }

    async fn record_approval(
        &self,
        request: Request<RecordApprovalRequest>,
    ) -> Result<Response<RecordApprovalResponse>, Status> {
        let call = Call::of(&request)?;
        let request = request.into_inner();
        let wanted = desk_command::approve(&request)?;
        let repeat = self.surface.repeatable(&call, request);
        let access = self.change(&call, wanted, repeat).await?;
        Ok(Response::new(RecordApprovalResponse { access: Some(access) }))
    }

    async fn change_expiry_for_citizen(
        &self,
        request: Request<ChangeExpiryForCitizenRequest>,
    ) -> Result<Response<ChangeExpiryForCitizenResponse>, Status> {
        let call = Call::of(&request)?;
        let request = request.into_inner();
        let wanted = desk_command::change_expiry(&request, self.surface.today().await?)?;
        let repeat = self.surface.repeatable(&call, request);
        let access = self.change(&call, wanted, repeat).await?;
        Ok(Response::new(ChangeExpiryForCitizenResponse { access: Some(access) }))
    }

    async fn remove_access_for_citizen(
        &self,
        request: Request<RemoveAccessForCitizenRequest>,
    ) -> Result<Response<RemoveAccessForCitizenResponse>, Status> {
        let call = Call::of(&request)?;
        let request = request.into_inner();
        let wanted = desk_command::remove(&request)?;
        let repeat = self.surface.repeatable(&call, request);
        let access = self.change(&call, wanted, repeat).await?;
        Ok(Response::new(RemoveAccessForCitizenResponse { access: Some(access) }))
    }

    async fn list_accesses_of_citizen(
        &self,
        request: Request<ListAccessesOfCitizenRequest>,
    ) -> Result<Response<ListAccessesOfCitizenResponse>, Status> {
        let call = Call::of(&request)?;
        Ok(Response::new(self.list(&call, request.get_ref()).await?))
    }
}
