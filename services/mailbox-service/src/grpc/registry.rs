//! RegistryService: what the population register reports, and what municipalities decide on exemption.

mod exemption;
mod extract;

use super::batches::{self, Answers};
use crate::domain::person::{Outcome, Person, PersonStatus, Registration};
use crate::usecase::{Parts, change_cpr_number, get_person, record_death, register};
use api::mailbox::v1 as proto;
use api::mailbox::v1::registry_service_server::RegistryService;
use kernel::{CprNumber, Date, PersonName, resource, text};
use prost::Message as _;
use rpc::{Call, Fields, Refusal, convert};
use std::sync::Arc;
use tonic::{Request, Response, Status, Streaming};

/// The most characters of a postal address.
const MAX_ADDRESS: usize = 300;

/// Serves RegistryService.
pub struct Registry(pub Arc<Parts>);

#[tonic::async_trait]
impl RegistryService for Registry {
    type RegisterPersonsStream = Answers<proto::RegisterPersonsResponse>;

    async fn register_person(
        &self,
        request: Request<proto::RegisterPersonRequest>,
    ) -> Result<Response<proto::RegisterPersonResponse>, Status> {
        let call = Call::of(&request)?;
        let request = request.into_inner();
        let mut fields = Fields::new();
        fields.request_id(&request.request_id);
        let registration = fields.present("registration", request.registration.as_ref());
        let line = registration.and_then(|line| parse(&mut fields, "registration.", line, self.today()));
        let (line,) = fields.all((line,))?;
        let content = request.registration.unwrap_or_default().encode_to_vec();
        let call = self.0.repeatable(&call, "RegisterPerson", &request.request_id, &content);
        let (registered, outcome) = register::one(&self.0, line, call).await.map_err(Refusal::from)?;
        let response =
            proto::RegisterPersonResponse { person: Some(person(&registered)), outcome: to_proto(outcome).into() };
        Ok(Response::new(response))
    }

    async fn register_persons(
        &self,
        request: Request<Streaming<proto::RegisterPersonsRequest>>,
    ) -> Result<Response<Self::RegisterPersonsStream>, Status> {
        let call = Call::of(&request)?;
        let extract = extract::Extract(self.0.clone());
        Ok(Response::new(batches::run(extract, &self.0.turns, &self.0.streams, &call, request.into_inner())?))
    }

    async fn change_cpr_number(
        &self,
        request: Request<proto::ChangeCprNumberRequest>,
    ) -> Result<Response<proto::ChangeCprNumberResponse>, Status> {
        let call = Call::of(&request)?;
        let mut request = request.into_inner();
        let mut fields = Fields::new();
        fields.request_id(&request.request_id);
        let old = fields.required("old_cpr_number", &request.old_cpr_number, CprNumber::parse);
        let new = fields.required("new_cpr_number", &request.new_cpr_number, CprNumber::parse);
        if old.is_some() && old == new {
            fields.refuse("new_cpr_number", "must be another than the old one");
        }
        let (old, new) = fields.all((old, new))?;
        let request_id = std::mem::take(&mut request.request_id);
        let call = self.0.repeatable(&call, "ChangeCprNumber", &request_id, &request.encode_to_vec());
        let changed = change_cpr_number::run(&self.0, old, new, call).await.map_err(Refusal::from)?;
        Ok(Response::new(proto::ChangeCprNumberResponse { person: Some(person(&changed)) }))
    }

    async fn record_death(
        &self,
        request: Request<proto::RecordDeathRequest>,
    ) -> Result<Response<proto::RecordDeathResponse>, Status> {
        let call = Call::of(&request)?;
        let mut request = request.into_inner();
        let mut fields = Fields::new();
        fields.request_id(&request.request_id);
        let cpr = fields.required("cpr_number", &request.cpr_number, CprNumber::parse);
        let date = fields.required("death_date", &request.death_date, |text| death_date(text, self.today()));
        let (cpr, date) = fields.all((cpr, date))?;
        let request_id = std::mem::take(&mut request.request_id);
        let call = self.0.repeatable(&call, "RecordDeath", &request_id, &request.encode_to_vec());
        let dead = record_death::run(&self.0, cpr, date, call).await.map_err(Refusal::from)?;
        Ok(Response::new(proto::RecordDeathResponse { person: Some(person(&dead)) }))
    }

    async fn get_person(
        &self,
        request: Request<proto::GetPersonRequest>,
    ) -> Result<Response<proto::GetPersonResponse>, Status> {
        let mut fields = Fields::new();
        let cpr = fields.required("cpr_number", &request.get_ref().cpr_number, CprNumber::parse);
        let (cpr,) = fields.all((cpr,))?;
        let found = get_person::run(&self.0, &cpr).await.map_err(Refusal::from)?;
        Ok(Response::new(proto::GetPersonResponse { person: Some(person(&found)) }))
    }

    async fn record_exemption(
        &self,
        request: Request<proto::RecordExemptionRequest>,
    ) -> Result<Response<proto::RecordExemptionResponse>, Status> {
        let call = Call::of(&request)?;
        Ok(Response::new(exemption::record(&self.0, &call, request.into_inner()).await?))
    }

    async fn end_exemption(
        &self,
        request: Request<proto::EndExemptionRequest>,
    ) -> Result<Response<proto::EndExemptionResponse>, Status> {
        let call = Call::of(&request)?;
        Ok(Response::new(exemption::end(&self.0, &call, request.into_inner()).await?))
    }

    async fn list_exemptions(
        &self,
        request: Request<proto::ListExemptionsRequest>,
    ) -> Result<Response<proto::ListExemptionsResponse>, Status> {
        let call = Call::of(&request)?;
        Ok(Response::new(exemption::list(&self.0, &call, request.into_inner()).await?))
    }
}

impl Registry {
    fn today(&self) -> Date {
        Date::in_denmark(self.0.clock.now())
    }
}

fn parse(fields: &mut Fields, path: &str, line: &proto::PersonRegistration, today: Date) -> Option<Registration> {
    let at = |field: &str| format!("{path}{field}");
    let cpr = fields.required(&at("cpr_number"), &line.cpr_number, CprNumber::parse);
    let names = fields.present(&at("names"), line.names.as_ref());
    let name = names.and_then(|names| parse_name(fields, &at("names."), &names.first_name, &names.last_name));
    let status = fields.take(&at("status"), parse_status(line.status));
    let address = fields.optional(&at("postal_address"), &line.postal_address, |value| text::body(value, MAX_ADDRESS));
    let death = if status == Some(PersonStatus::Dead) {
        fields.required(&at("death_date"), &line.death_date, |value| death_date(value, today)).map(Some)
    } else if line.death_date.is_empty() {
        Some(None)
    } else {
        fields.refuse(&at("death_date"), "must be empty unless the status is DEAD");
        None
    };
    Some(Registration { cpr: cpr?, name: name?, status: status?, postal_address: address?, death_date: death? })
}

/// Names, each part checked by itself.
pub(super) fn parse_name(fields: &mut Fields, path: &str, first: &str, last: &str) -> Option<PersonName> {
    let first = fields.required(&format!("{path}first_name"), first, PersonName::parse_part);
    let last = fields.required(&format!("{path}last_name"), last, PersonName::parse_part);
    PersonName::parse(&first?, &last?).ok()
}

fn parse_status(status: i32) -> Result<PersonStatus, &'static str> {
    match proto::PersonStatus::try_from(status) {
        Ok(proto::PersonStatus::Unspecified | proto::PersonStatus::Resident) => Ok(PersonStatus::Resident),
        Ok(proto::PersonStatus::MovedAbroad) => Ok(PersonStatus::MovedAbroad),
        Ok(proto::PersonStatus::NoFixedResidence) => Ok(PersonStatus::NoFixedResidence),
        Ok(proto::PersonStatus::Dead) => Ok(PersonStatus::Dead),
        Err(_) => Err("is not a known status"),
    }
}

fn death_date(text: &str, today: Date) -> Result<Date, String> {
    let date = Date::parse(text).map_err(|error| error.to_string())?;
    if date <= today { Ok(date) } else { Err("must be today at the latest".to_owned()) }
}

fn person(person: &Person) -> proto::Person {
    let status = match person.status {
        PersonStatus::Resident => proto::PersonStatus::Resident,
        PersonStatus::MovedAbroad => proto::PersonStatus::MovedAbroad,
        PersonStatus::NoFixedResidence => proto::PersonStatus::NoFixedResidence,
        PersonStatus::Dead => proto::PersonStatus::Dead,
    };
    proto::Person {
        name: resource::person(person.id),
        mailbox: resource::mailbox(person.id),
        display_name: person.name.full(),
        status: status.into(),
        mailbox_closed: person.close_time.is_some(),
        exemption: person.exemption.map(|id| resource::exemption(person.id, id)).unwrap_or_default(),
        create_time: Some(convert::to_proto(person.create_time)),
    }
}

fn to_proto(outcome: Outcome) -> proto::RegistrationOutcome {
    match outcome {
        Outcome::Created => proto::RegistrationOutcome::Created,
        Outcome::Updated => proto::RegistrationOutcome::Updated,
        Outcome::Unchanged => proto::RegistrationOutcome::Unchanged,
    }
}
