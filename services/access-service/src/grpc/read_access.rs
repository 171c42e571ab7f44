//! `ReadAccessService`.

use super::names::{self, patience};
use super::surface::Surface;
use super::view::Persons;
use super::{command, view};
use crate::domain::party::Party;
use crate::domain::words;
use crate::error::AccessName;
use crate::usecase::begin::{Begin, begin};
use crate::usecase::change::{Wish, change};
use crate::usecase::explain::explain;
use crate::usecase::list::{List, list};
use crate::usecase::open_mailboxes::open_mailboxes;
use crate::usecase::recognise::recognise;
use crate::usecase::{Context, Repeatable, Shown, approve, get};
use api::access::v1::read_access_service_server::ReadAccessService;
use api::access::v1::{
    ApproveAccessRequest, ApproveAccessResponse, ChangeExpiryRequest, ChangeExpiryResponse, DeclineAccessRequest,
    DeclineAccessResponse, ExplainAccessRequest, ExplainAccessResponse, GetAccessRequest, GetAccessResponse,
    GiveAccessRequest, GiveAccessResponse, ListEndedAccessesRequest, ListEndedAccessesResponse,
    ListGivenAccessesRequest, ListGivenAccessesResponse, ListOpenMailboxesRequest, ListOpenMailboxesResponse,
    ListReceivedAccessesRequest, ListReceivedAccessesResponse, ReadAccess, RemoveAccessRequest, RemoveAccessResponse,
    RequestAccessRequest, RequestAccessResponse, WithdrawAccessRequest, WithdrawAccessResponse,
};
use crypto::PageTokens;
use kernel::{PageSize, Portal};
use rpc::{Call, Refusal};
use tonic::{Request, Response, Status};

/// The service.
pub struct ReadAccesses {
    surface: Surface,
}

impl ReadAccesses {
    /// The service on `context`, with page tokens by `tokens`.
    pub fn new(context: Context, tokens: PageTokens) -> Self {
        Self { surface: Surface::new(context, tokens) }
    }

    async fn begin(&self, call: &Call, wanted: Begin, repeat: Repeatable) -> Result<ReadAccess, Refusal> {
        let shown = begin(&self.surface.context, call, wanted, repeat).await?;
        Ok(self.show_changed(call, &shown).await)
    }

    async fn change(
        &self,
        call: &Call,
        name: AccessName,
        wish: Wish,
        repeat: Repeatable,
    ) -> Result<ReadAccess, Refusal> {
        let acting = recognise(&self.surface.context, call).await?;
        let shown = change(&self.surface.context, acting, name, wish, repeat).await?;
        Ok(self.show_changed(call, &shown).await)
    }

    async fn show_changed(&self, call: &Call, shown: &Shown) -> ReadAccess {
        view::access(shown, &names::after_a_change(&self.surface.context, call, shown).await)
    }

    /// A page of one of the lists, and the token of the next.
    async fn page(
        &self,
        call: &Call,
        wanted: List,
        size: PageSize,
        token: &str,
    ) -> Result<(Vec<ReadAccess>, String), Refusal> {
        let acting = recognise(&self.surface.context, call).await?;
        let list_of_caller = format!("accesses/{wanted:?}/{}/{}", acting.person, acting.portal);
        let cursor = self.surface.tokens.cursor(&list_of_caller, token)?;
        let page = list(&self.surface.context, acting, wanted, cursor, size).await?;
        let persons = match page.accesses.as_slice() {
            [] => Persons::new(),
            some => names::of(&self.surface.context, call, some).await?,
        };
        let accesses = page.accesses.iter().map(|shown| view::access(shown, &persons)).collect();
        Ok((accesses, self.surface.tokens.of_cursor(&list_of_caller, page.next)))
    }
}

fn portal(call: &Call) -> Result<Portal, Refusal> {
    call.citizen().map(|citizen| citizen.portal)
}

#[tonic::async_trait]
impl ReadAccessService for ReadAccesses {
    async fn give_access(&self, request: Request<GiveAccessRequest>) -> Result<Response<GiveAccessResponse>, Status> {
        let call = Call::of(&request)?;
        let request = request.into_inner();
        let wanted = command::give(&request, portal(&call)?, self.surface.today().await?)?;
        let repeat = self.surface.repeatable(&call, request);
        let access = self.begin(&call, wanted, repeat).await?;
        Ok(Response::new(GiveAccessResponse { access: Some(access) }))
    }

    async fn request_access(
        &self,
        request: Request<RequestAccessRequest>,
    ) -> Result<Response<RequestAccessResponse>, Status> {
        let call = Call::of(&request)?;
        let request = request.into_inner();
        let wanted = command::request(&request, portal(&call)?, self.surface.today().await?)?;
        let repeat = self.surface.repeatable(&call, request);
        let access = self.begin(&call, wanted, repeat).await?;
        Ok(Response::new(RequestAccessResponse { access: Some(access) }))
    }

    async fn approve_access(
        &self,
        request: Request<ApproveAccessRequest>,
    ) -> Result<Response<ApproveAccessResponse>, Status> {
        let call = Call::of(&request)?;
        let request = request.into_inner();
        let (name, version) = command::approve(&request)?;
        let repeat = self.surface.repeatable(&call, request);
        let acting = recognise(&self.surface.context, &call).await.map_err(Refusal::from)?;
        let shown = approve::approve(&self.surface.context, acting, name, version, repeat, patience(&call)).await;
        let access = self.show_changed(&call, &shown.map_err(Refusal::from)?).await;
        Ok(Response::new(ApproveAccessResponse { access: Some(access) }))
    }

    async fn decline_access(
        &self,
        request: Request<DeclineAccessRequest>,
    ) -> Result<Response<DeclineAccessResponse>, Status> {
        let call = Call::of(&request)?;
        let request = request.into_inner();
        let name = command::named(&request.name, &request.request_id)?;
        let repeat = self.surface.repeatable(&call, request);
        let access = self.change(&call, name, Wish::Decline, repeat).await?;
        Ok(Response::new(DeclineAccessResponse { access: Some(access) }))
    }

    async fn withdraw_access(
        &self,
        request: Request<WithdrawAccessRequest>,
    ) -> Result<Response<WithdrawAccessResponse>, Status> {
        let call = Call::of(&request)?;
        let request = request.into_inner();
        let name = command::named(&request.name, &request.request_id)?;
        let repeat = self.surface.repeatable(&call, request);
        let access = self.change(&call, name, Wish::Withdraw, repeat).await?;
        Ok(Response::new(WithdrawAccessResponse { access: Some(access) }))
    }

    async fn remove_access(
        &self,
        request: Request<RemoveAccessRequest>,
    ) -> Result<Response<RemoveAccessResponse>, Status> {
        let call = Call::of(&request)?;
        let request = request.into_inner();
        let name = command::named(&request.name, &request.request_id)?;
        let repeat = self.surface.repeatable(&call, request);
        let access = self.change(&call, name, Wish::Remove, repeat).await?;
        Ok(Response::new(RemoveAccessResponse { access: Some(access) }))
    }

    async fn change_expiry(
        &self,
        request: Request<ChangeExpiryRequest>,
    ) -> Result<Response<ChangeExpiryResponse>, Status> {
        let call = Call::of(&request)?;
        let request = request.into_inner();
        let (name, version, expiry) = command::change_expiry(&request, self.surface.today().await?)?;
        let repeat = self.surface.repeatable(&call, request);
        let access = self.change(&call, name, Wish::ChangeExpiry { version, expiry }, repeat).await?;
        Ok(Response::new(ChangeExpiryResponse { access: Some(access) }))
    }

    async fn get_access(&self, request: Request<GetAccessRequest>) -> Result<Response<GetAccessResponse>, Status> {
        let call = Call::of(&request)?;
        let name = command::named(&request.get_ref().name, "")?;
        let acting = recognise(&self.surface.context, &call).await.map_err(Refusal::from)?;
        let shown = get::get(&self.surface.context, acting, name).await.map_err(Refusal::from)?;
        let persons = names::of(&self.surface.context, &call, std::slice::from_ref(&shown)).await?;
        Ok(Response::new(GetAccessResponse { access: Some(view::access(&shown, &persons)) }))
    }

    async fn list_given_accesses(
        &self,
        request: Request<ListGivenAccessesRequest>,
    ) -> Result<Response<ListGivenAccessesResponse>, Status> {
        let call = Call::of(&request)?;
        let request = request.into_inner();
        let size = command::page_size(request.page_size)?;
        let (accesses, next_page_token) = self.page(&call, List::Live(Party::Owner), size, &request.page_token).await?;
        let (heading_da, heading_en) = (words::GIVEN.da.to_owned(), words::GIVEN.en.to_owned());
        Ok(Response::new(ListGivenAccessesResponse { accesses, next_page_token, heading_da, heading_en }))
    }

    async fn list_received_accesses(
        &self,
        request: Request<ListReceivedAccessesRequest>,
    ) -> Result<Response<ListReceivedAccessesResponse>, Status> {
        let call = Call::of(&request)?;
        let request = request.into_inner();
        let size = command::page_size(request.page_size)?;
        let (accesses, next_page_token) =
            self.page(&call, List::Live(Party::Reader), size, &request.page_token).await?;
        let (heading_da, heading_en) = (words::RECEIVED.da.to_owned(), words::RECEIVED.en.to_owned());
        Ok(Response::new(ListReceivedAccessesResponse { accesses, next_page_token, heading_da, heading_en }))
    }

    async fn list_ended_accesses(
        &self,
        request: Request<ListEndedAccessesRequest>,
    ) -> Result<Response<ListEndedAccessesResponse>, Status> {
        let call = Call::of(&request)?;
        let request = request.into_inner();
        let (party, size) = command::ended(&request)?;
        let (accesses, next_page_token) = self.page(&call, List::Ended(party), size, &request.page_token).await?;
        Ok(Response::new(ListEndedAccessesResponse { accesses, next_page_token }))
    }

    async fn list_open_mailboxes(
        &self,
        request: Request<ListOpenMailboxesRequest>,
    ) -> Result<Response<ListOpenMailboxesResponse>, Status> {
        let call = Call::of(&request)?;
        let request = request.into_inner();
        let size = command::page_size(request.page_size)?;
        let acting = recognise(&self.surface.context, &call).await.map_err(Refusal::from)?;
        let list_of_caller = format!("open-mailboxes/{}/{}", acting.person, acting.portal);
        let after = self.surface.tokens.place(&list_of_caller, &request.page_token).map_err(Refusal::from)?;
        let page = open_mailboxes(&self.surface.context, acting, after, size, patience(&call)).await;
        let page = page.map_err(Refusal::from)?;
        let next_page_token = self.surface.tokens.of_place(&list_of_caller, page.next);
        let mailboxes = page.mailboxes.into_iter().map(|open| view::open_mailbox(acting.person, open)).collect();
        Ok(Response::new(ListOpenMailboxesResponse { mailboxes, next_page_token }))
    }

    async fn explain_access(
        &self,
        request: Request<ExplainAccessRequest>,
    ) -> Result<Response<ExplainAccessResponse>, Status> {
        let call = Call::of(&request)?;
        let why = command::explain(request.get_ref())?;
        let acting = recognise(&self.surface.context, &call).await.map_err(Refusal::from)?;
        let explained = explain(&self.surface.context, acting, why).await.map_err(Refusal::from)?;
        let persons = match &explained.shown {
            Some(shown) => names::of(&self.surface.context, &call, std::slice::from_ref(shown)).await?,
            None => Persons::new(),
        };
        Ok(Response::new(view::explained(explained, &persons)))
    }
}
