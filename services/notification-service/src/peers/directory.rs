//! Who persons are: asked of mailbox-service. Who a CPR number is, is remembered by its keyed hash (P1).

use crate::error::Error;
use crate::service::Service;
use crate::store::{has_ended, known_person};
use api::mailbox::v1::directory_service_client::DirectoryServiceClient;
use api::mailbox::v1::{BatchGetPersonsRequest, PersonView, ResolveCallerRequest};
use kernel::{Citizen, PersonId, resource, text};
use rpc::{Call, Client, Reason, Refusal};
use std::collections::HashMap;

/// mailbox-service's directory.
#[derive(Clone)]
pub struct Directory {
    client: Client,
    service: Service,
}

/// A person, as far as e-mail needs to know.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Person {
    /// Full name.
    pub name: String,
    /// Whether their mailbox is closed (P8).
    pub closed: bool,
}

impl Directory {
    /// Asks through `client`.
    pub fn new(client: Client, service: Service) -> Self {
        Self { client, service }
    }

    /// Who the citizen of `call` is.
    pub async fn caller(&self, call: &Call, citizen: &Citizen) -> Result<PersonId, Refusal> {
        let cpr = self.service.cpr_hash(&citizen.cpr);
        let known = self.service.db.read(|tx| Box::pin(async move { known_person::find(tx, cpr).await }));
        if let Some(person) = known.await.map_err(|error| Refusal::from(Error::Sql(error)))? {
            return Ok(person);
        }
        let request = self.client.request_for(ResolveCallerRequest {}, call)?;
        let response = DirectoryServiceClient::new(self.client.channel()).resolve_caller(request).await;
        let resolved = response.map_err(|status| self.client.failed(status))?.into_inner();
        if resolved.closed {
            // Not remembered, and nobody acts for the dead (P8).
            return Err(Refusal::new(Reason::CallerHasNoDigitalPost));
        }
        let person = resource::parse_person(&resolved.person).map_err(Refusal::internal)?;
        let remembered = self.service.db.write(move |tx| {
            Box::pin(async move {
                // Told of the end in the meantime, it is forgotten and asked about again.
                if has_ended::any(tx, vec![person.as_uuid()]).await? {
                    return Ok(());
                }
                known_person::remember(tx, cpr, person).await
            })
        });
        remembered.await.map_err(|error| Refusal::from(Error::Sql(error)))?;
        Ok(person)
    }

    /// The full name of one person.
    pub async fn name(&self, person: PersonId) -> Result<String, Refusal> {
        let mut persons = self.persons(&[person]).await?;
        Ok(persons.remove(&person).map(|person| person.name).unwrap_or_default())
    }

    /// Up to 200 persons; unknown ones are left out.
    pub async fn persons(&self, persons: &[PersonId]) -> Result<HashMap<PersonId, Person>, Refusal> {
        if persons.is_empty() {
            return Ok(HashMap::new());
        }
        let names = persons.iter().map(|person| resource::person(*person)).collect();
        let request = self.client.request(BatchGetPersonsRequest { persons: names })?;
        let response = DirectoryServiceClient::new(self.client.channel()).batch_get_persons(request).await;
        let views = response.map_err(|status| self.client.failed(status))?.into_inner().persons;
        Ok(views.iter().filter_map(read).collect())
    }
}

fn read(view: &PersonView) -> Option<(PersonId, Person)> {
    let person = resource::parse_person(&view.person).ok()?;
    let name: String = view.display_name.chars().filter(|c| !text::is_invisible(*c)).collect();
    (!name.is_empty()).then_some((person, Person { name, closed: view.closed }))
}
