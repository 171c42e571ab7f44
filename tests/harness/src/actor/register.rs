//! The population register.

use crate::person::Person;
use crate::refused::Refused;
use crate::suite::{Suite, answer};
use api::mailbox::v1::{
    PersonRegistration, PersonStatus, RecordDeathRequest, RegisterPersonRequest, RegisterPersonResponse,
    RegisterPersonsRequest, RegisterPersonsResponse,
};
use kernel::{Caller, RegisterSystem};
use tonic::{Request, Status};

/// A register system that calls.
#[derive(Clone)]
pub struct Register {
    suite: Suite,
    caller: Caller,
}

impl Suite {
    /// The population register.
    pub fn register(&self) -> Register {
        let caller = Caller::RegisterSystem(RegisterSystem { system_id: "cpr-extract".to_owned() });
        Register { suite: self.clone(), caller }
    }
}

/// A person's line in an extract.
pub fn registration(person: &Person) -> PersonRegistration {
    PersonRegistration {
        cpr_number: person.cpr_number.clone(),
        names: Some(person.names()),
        status: PersonStatus::Resident.into(),
        ..PersonRegistration::default()
    }
}

impl Register {
    /// A request of the register's.
    pub fn request<T>(&self, message: T) -> Request<T> {
        self.suite.request(&self.caller, message)
    }

    /// Registers one person.
    pub async fn registers(&self, registration: PersonRegistration) -> Result<RegisterPersonResponse, Refused> {
        let request = RegisterPersonRequest { registration: Some(registration), request_id: String::new() };
        answer(self.suite.clients().registry().register_person(self.request(request)).await)
    }

    /// Reports that somebody died on the day on which the stories begin, and nothing else.
    pub async fn reports_death_of(&self, person: &Person) -> Result<(), Refused> {
        let request = RecordDeathRequest {
            cpr_number: person.cpr_number.clone(),
            death_date: "2026-11-22".to_owned(),
            request_id: String::new(),
        };
        answer(self.suite.clients().registry().record_death(self.request(request)).await).map(|_| ())
    }

    /// Registers many; the answers in their order.
    pub async fn registers_all(
        &self,
        registrations: Vec<PersonRegistration>,
    ) -> Result<Vec<RegisterPersonsResponse>, Refused> {
        let lines = (0_i64..).zip(registrations).map(|(line_number, registration)| RegisterPersonsRequest {
            line_number,
            registration: Some(registration),
        });
        let request = self.request(tokio_stream::iter(lines.collect::<Vec<_>>()));
        let mut outcomes = answer(self.suite.clients().registry().register_persons(request).await)?;
        let mut all = Vec::new();
        while let Some(outcome) = outcomes.message().await.map_err(|status: Status| Refused::from(status))? {
            all.push(outcome);
        }
        Ok(all)
    }
}
