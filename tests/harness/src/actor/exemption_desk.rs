//! The desk of a municipality that decides on applications for exemption, and what citizens do about their own.

use super::citizen::Citizen;
use crate::person::Person;
use crate::refused::Refused;
use crate::suite::{Suite, answer, there};
use api::mailbox::v1::{
    ApplicationKind, EndExemptionRequest, EndOwnExemptionRequest, Exemption, ExemptionDecision, ExemptionReason,
    GetPersonRequest, ListExemptionsRequest, ListExemptionsResponse, RecordExemptionRequest,
};
use kernel::{Caller, Caseworker, CvrNumber};
use tonic::Request;

/// A caseworker who decides on exemptions.
#[derive(Clone)]
pub struct ExemptionDesk {
    suite: Suite,
    caller: Caller,
}

impl Suite {
    /// The desk in Odense.
    pub fn exemption_desk(&self) -> ExemptionDesk {
        self.exemption_desk_in("0461", "e-17")
    }

    /// The desk of another municipality, and who sits there.
    ///
    /// # Panics
    /// Never: the CVR number is one.
    pub fn exemption_desk_in(&self, municipality: &str, employee_id: &str) -> ExemptionDesk {
        let caller = Caller::Caseworker(Caseworker {
            employee_id: employee_id.to_owned(),
            municipality: municipality.to_owned(),
            cvr: CvrNumber::parse("35209115").expect("eight digits"),
        });
        ExemptionDesk { suite: self.clone(), caller }
    }
}

/// An application that `person` handed in, in person, granted because there is no computer at home.
pub fn granted(person: &Person) -> RecordExemptionRequest {
    RecordExemptionRequest {
        cpr_number: person.cpr_number.clone(),
        decision: ExemptionDecision::Granted.into(),
        reasons: vec![ExemptionReason::NoComputerAtHome.into()],
        application_kind: ApplicationKind::InPerson.into(),
        case_reference: "2026-4711".to_owned(),
        ..RecordExemptionRequest::default()
    }
}

impl ExemptionDesk {
    /// A request of the caseworker's.
    pub fn request<T>(&self, message: T) -> Request<T> {
        self.suite.request(&self.caller, message)
    }

    /// Exempts somebody.
    pub async fn exempts(&self, citizen: &Citizen) -> Result<Exemption, Refused> {
        self.records(granted(&citizen.person)).await
    }

    /// Records a decision in just these words.
    pub async fn records(&self, request: RecordExemptionRequest) -> Result<Exemption, Refused> {
        let request = self.request(request);
        there(answer(self.suite.clients().registry().record_exemption(request).await)?.exemption)
    }

    /// Ends an exemption.
    pub async fn ends(&self, exemption: &Exemption) -> Result<Exemption, Refused> {
        let (name, case_reference) = (exemption.name.clone(), "2026-4712".to_owned());
        self.ends_as(EndExemptionRequest { name, case_reference, request_id: String::new() }).await
    }

    /// Ends an exemption in just these words.
    pub async fn ends_as(&self, request: EndExemptionRequest) -> Result<Exemption, Refused> {
        let request = self.request(request);
        there(answer(self.suite.clients().registry().end_exemption(request).await)?.exemption)
    }

    /// The name of the exemption in force; empty where there is none.
    pub async fn exemption_of(&self, person: &Person) -> Result<String, Refused> {
        let request = self.request(GetPersonRequest { cpr_number: person.cpr_number.clone() });
        Ok(there(answer(self.suite.clients().registry().get_person(request).await)?.person)?.exemption)
    }

    /// The decisions about a citizen, latest first.
    pub async fn decisions_on(&self, citizen: &Citizen) -> Result<Vec<Exemption>, Refused> {
        let parent = citizen.mailbox.replace("mailboxes/", "persons/");
        Ok(self.lists(ListExemptionsRequest { parent, ..ListExemptionsRequest::default() }).await?.exemptions)
    }

    /// A page of decisions.
    pub async fn lists(&self, request: ListExemptionsRequest) -> Result<ListExemptionsResponse, Refused> {
        let request = self.request(request);
        answer(self.suite.clients().registry().list_exemptions(request).await)
    }
}

impl Citizen {
    /// Ends the exemption of the owner of `mailbox`, their own or not.
    pub async fn ends_exemption(&self, mailbox: &str) -> Result<Exemption, Refused> {
        let request = EndOwnExemptionRequest { name: mailbox.to_owned(), request_id: String::new() };
        there(answer(self.suite.clients().mailbox().end_own_exemption(self.request(request)).await)?.exemption)
    }
}
