//! DirectoryService: what the other services need to know of persons.

mod forward;

use crate::usecase::{Parts, directory};
use api::mailbox::v1 as proto;
use api::mailbox::v1::directory_service_server::DirectoryService;
use kernel::{PersonId, User, resource};
use rpc::{Call, Fields, Refusal};
use std::sync::Arc;
use tonic::{Request, Response, Status};

/// The most persons of one look-up.
const MAX_PERSONS: usize = 200;

/// Serves DirectoryService.
pub struct Directory(pub Arc<Parts>);

#[tonic::async_trait]
impl DirectoryService for Directory {
    type FetchForwardStream = forward::Frames;

    async fn resolve_caller(
        &self,
        request: Request<proto::ResolveCallerRequest>,
    ) -> Result<Response<proto::ResolveCallerResponse>, Status> {
        let call = Call::of(&request)?;
        let User::Citizen(citizen) = call.on_behalf_of()? else {
            return Err(Refusal::new(rpc::Reason::CallerHasNoDigitalPost).into());
        };
        let (person, recipient) = directory::resolve(&self.0, &citizen.cpr).await.map_err(Refusal::from)?;
        Ok(Response::new(proto::ResolveCallerResponse {
            person: resource::person(person),
            mailbox: resource::mailbox(person),
            exempt: recipient.exempt,
            closed: recipient.closed,
        }))
    }

    async fn match_person(
        &self,
        request: Request<proto::MatchPersonRequest>,
    ) -> Result<Response<proto::MatchPersonResponse>, Status> {
        let call = Call::of(&request)?;
        let at_municipality = matches!(call.on_behalf_of()?, User::Caseworker(_));
        let request = request.into_inner();
        let mut fields = Fields::new();
        let purpose = fields.take("purpose", purpose(request.purpose(), at_municipality));
        let particulars = fields.particulars("particulars", request.particulars.as_ref());
        let (purpose, particulars) = fields.all((purpose, particulars))?;
        let found = directory::find_match(&self.0, particulars, purpose).await.map_err(Refusal::from)?;
        Ok(Response::new(proto::MatchPersonResponse { person: found.map(resource::person).unwrap_or_default() }))
    }

    async fn batch_get_persons(
        &self,
        request: Request<proto::BatchGetPersonsRequest>,
    ) -> Result<Response<proto::BatchGetPersonsResponse>, Status> {
        let names = request.into_inner().persons;
        let mut fields = Fields::new();
        if names.is_empty() || names.len() > MAX_PERSONS {
            fields.refuse("persons", format!("must be 1 to {MAX_PERSONS}"));
        }
        let names = names.iter().take(MAX_PERSONS);
        let ids: Option<Vec<PersonId>> =
            names.map(|name| fields.required("persons", name, resource::parse_person)).collect();
        let (ids,) = fields.all((ids,))?;
        let found = directory::get_many(&self.0, ids).await.map_err(Refusal::from)?;
        let view = |view: directory::View| proto::PersonView {
            person: resource::person(view.id),
            display_name: view.display_name,
            can_be_reader: !view.closed && !view.exempt,
            closed: view.closed,
        };
        Ok(Response::new(proto::BatchGetPersonsResponse { persons: found.into_iter().map(view).collect() }))
    }

    async fn fetch_forward(
        &self,
        request: Request<proto::FetchForwardRequest>,
    ) -> Result<Response<Self::FetchForwardStream>, Status> {
        let call = Call::of(&request)?;
        Ok(Response::new(forward::fetch(&self.0, &call, request.into_inner()).await?))
    }
}

/// Only a caseworker looks for more than who can become a party.
fn purpose(purpose: proto::MatchPurpose, at_municipality: bool) -> Result<directory::Purpose, &'static str> {
    match purpose {
        proto::MatchPurpose::NewParty => Ok(directory::Purpose::NewParty),
        proto::MatchPurpose::OwnerAtMunicipality if at_municipality => Ok(directory::Purpose::OwnerAtMunicipality),
        proto::MatchPurpose::Registered if at_municipality => Ok(directory::Purpose::Registered),
        proto::MatchPurpose::Unspecified => Err("is required"),
        _ => Err("is only for a caseworker"),
    }
}
