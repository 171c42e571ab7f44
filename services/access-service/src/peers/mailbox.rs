//! mailbox-service's directory: who the caller is, who fits particulars, names and flags of persons.

use api::core::v1::PersonParticulars;
use api::mailbox::v1::directory_service_client::DirectoryServiceClient;
use api::mailbox::v1::{BatchGetPersonsRequest, MatchPersonRequest, MatchPurpose, PersonView, ResolveCallerRequest};
use kernel::{Particulars, PersonId, resource};
use rpc::{Call, Client, Refusal};
use std::collections::{BTreeSet, HashMap};
use std::time::Duration;
use tonic::transport::Channel;

/// The most persons of one question.
const MOST_PERSONS: usize = 200;

/// The directory.
#[derive(Clone)]
pub struct Directory {
    client: Client,
}

/// Who the caller is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Resolved {
    /// The person, and so the mailbox.
    pub person: PersonId,
    /// Exempt at this moment.
    pub exempt: bool,
    /// The mailbox is closed.
    pub closed: bool,
}

/// A person as we may show and use them.
#[derive(Clone)]
pub struct Person {
    /// Full name; empty for a person who is not known.
    pub display_name: String,
    /// Whether they can become or stay a reader (rule A3).
    pub can_be_reader: bool,
    /// Whether their mailbox is closed.
    pub closed: bool,
}

/// What a person is named for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// To be a party of a new access: with Digital Post, not exempt (rule A3).
    NewParty,
    /// To be the owner of an access made at the municipality; may be exempt (rule X5).
    OwnerAtMunicipality,
    /// To be looked at by a caseworker: anyone registered (rule A16).
    Registered,
}

impl From<Purpose> for MatchPurpose {
    fn from(purpose: Purpose) -> Self {
        match purpose {
            Purpose::NewParty => Self::NewParty,
            Purpose::OwnerAtMunicipality => Self::OwnerAtMunicipality,
            Purpose::Registered => Self::Registered,
        }
    }
}

impl Directory {
    /// The directory behind `client`.
    pub fn new(client: Client) -> Self {
        Self { client }
    }

    /// Who the citizen of `call` is.
    pub async fn resolve_caller(&self, call: &Call) -> Result<Resolved, Refusal> {
        let request = self.client.request_for(ResolveCallerRequest {}, call)?;
        let answer = self.stub().resolve_caller(request).await.map_err(|status| self.client.failed(status))?;
        let answer = answer.into_inner();
        Ok(Resolved { person: person(&answer.person)?, exempt: answer.exempt, closed: answer.closed })
    }

    /// The person whom the particulars fit and who may be named for `purpose` (rules A2, A3). `None` says no more than that.
    pub async fn match_person(
        &self,
        particulars: &Particulars,
        purpose: Purpose,
        call: &Call,
    ) -> Result<Option<PersonId>, Refusal> {
        let wire = PersonParticulars {
            first_name: particulars.name.first().to_owned(),
            last_name: particulars.name.last().to_owned(),
            cpr_number: particulars.cpr.digits().to_owned(),
        };
        let message = MatchPersonRequest { particulars: Some(wire), purpose: MatchPurpose::from(purpose).into() };
        let request = self.client.request_for(message, call)?;
        let answer = self.stub().match_person(request).await.map_err(|status| self.client.failed(status))?;
        let found = answer.into_inner().person;
        if found.is_empty() { Ok(None) } else { person(&found).map(Some) }
    }

    /// Names and flags of `persons`, waiting no longer than `patience` for each 200.
    pub async fn persons(
        &self,
        persons: BTreeSet<PersonId>,
        patience: Duration,
    ) -> Result<HashMap<PersonId, Person>, Refusal> {
        let mut found = HashMap::with_capacity(persons.len());
        let persons: Vec<PersonId> = persons.into_iter().collect();
        for some in persons.chunks(MOST_PERSONS) {
            let names = some.iter().map(|id| resource::person(*id)).collect();
            let mut request = self.client.request(BatchGetPersonsRequest { persons: names })?;
            request.set_timeout(patience);
            let answer = self.stub().batch_get_persons(request).await.map_err(|status| self.client.failed(status))?;
            for view in answer.into_inner().persons {
                found.insert(person(&view.person)?, view.into());
            }
        }
        Ok(found)
    }

    fn stub(&self) -> DirectoryServiceClient<Channel> {
        DirectoryServiceClient::new(self.client.channel())
    }
}

impl From<PersonView> for Person {
    fn from(view: PersonView) -> Self {
        Self { display_name: view.display_name, can_be_reader: view.can_be_reader, closed: view.closed }
    }
}

fn person(name: &str) -> Result<PersonId, Refusal> {
    resource::parse_person(name).map_err(Refusal::internal)
}
