//! Caseworkers at a municipality's desk.

use super::citizen::Citizen;
use crate::refused::Refused;
use crate::suite::{Suite, answer, there};
use crate::{Person, Until};
use api::access::v1::{
    AccessParty, ChangeExpiryForCitizenRequest, CreateAccessForCitizenRequest, Guardianship,
    ListAccessesOfCitizenRequest, ReadAccess, RecordApprovalRequest, RecordedAccess, RemoveAccessForCitizenRequest,
    RequestAccessForCitizenRequest,
};
use api::core::v1::{Attendance, AttendanceKind, IdentificationKind};
use kernel::{Caller, CvrNumber};
use tonic::Request;

/// A caseworker who has logged in at work.
#[derive(Clone)]
pub struct Caseworker {
    pub(crate) suite: Suite,
    caller: Caller,
    /// What their system sends with each thing they do; empty where it does not repeat calls.
    pub(crate) request_id: String,
}

impl Suite {
    /// A caseworker of the municipality of Odense.
    pub fn caseworker(&self) -> Caseworker {
        self.caseworker_called("b-1234")
    }

    /// Another one.
    ///
    /// # Panics
    /// Never: the CVR number of Odense is one.
    pub fn caseworker_called(&self, employee_id: &str) -> Caseworker {
        let caller = Caller::Caseworker(kernel::Caseworker {
            employee_id: employee_id.to_owned(),
            municipality: "0461".to_owned(),
            cvr: CvrNumber::parse("29189668").expect("eight digits"),
        });
        Caseworker { suite: self.clone(), caller, request_id: String::new() }
    }
}

/// The statement that the citizen's will came in this way, with a passport.
pub fn stated(kind: AttendanceKind) -> Attendance {
    Attendance {
        kind: kind.into(),
        identification: IdentificationKind::Passport.into(),
        identification_description: String::new(),
        case_reference: "2026-1122".to_owned(),
    }
}

/// The citizen attended, with a passport.
pub fn attended() -> Attendance {
    stated(AttendanceKind::CitizenAttended)
}

/// The access that `owner` would give to `reader` at the desk.
pub fn creation(owner: &Person, reader: &Person, until: Until) -> CreateAccessForCitizenRequest {
    CreateAccessForCitizenRequest {
        owner: Some(owner.particulars()),
        reader: Some(reader.particulars()),
        expiry: Some(until.into()),
        attendance: Some(attended()),
        request_id: String::new(),
    }
}

/// What `reader` would ask of `owner` at the desk.
pub fn desk_request(reader: &Person, owner: &Person, until: Until) -> RequestAccessForCitizenRequest {
    RequestAccessForCitizenRequest {
        reader: Some(reader.particulars()),
        owner: Some(owner.particulars()),
        expiry: Some(until.into()),
        guardianship: None,
        attendance: Some(attended()),
        request_id: String::new(),
    }
}

impl Caseworker {
    /// The same, whose calls go to the processes of another suite.
    #[must_use]
    pub fn through(&self, suite: &Suite) -> Self {
        Self { suite: suite.clone(), ..self.clone() }
    }

    /// The same, whose system names what they do with this request id, so that it can be repeated.
    #[must_use]
    pub fn under(&self, request_id: &str) -> Self {
        Self { request_id: request_id.to_owned(), ..self.clone() }
    }

    /// As the token says.
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// A request of theirs.
    pub fn request<T>(&self, message: T) -> Request<T> {
        self.suite.request(&self.caller, message)
    }

    /// Creates an access in the name of `owner`, who attends.
    pub async fn creates_access(
        &self,
        owner: &Citizen,
        reader: &Citizen,
        until: Until,
    ) -> Result<RecordedAccess, Refused> {
        let request_id = self.request_id.clone();
        self.creates(CreateAccessForCitizenRequest { request_id, ..creation(&owner.person, &reader.person, until) })
            .await
    }

    /// Creates an access in just these words.
    pub async fn creates(&self, request: CreateAccessForCitizenRequest) -> Result<RecordedAccess, Refused> {
        let answered = self.suite.clients().caseworker_access().create_access_for_citizen(self.request(request)).await;
        self.suite.settle().await;
        there(answer(answered)?.access)
    }

    /// Asks in the name of `reader`, who attends, also as guardian.
    pub async fn asks_for(
        &self,
        reader: &Citizen,
        owner: &Citizen,
        until: Until,
        guardianship: Option<Guardianship>,
    ) -> Result<RecordedAccess, Refused> {
        let (request, request_id) = (desk_request(&reader.person, &owner.person, until), self.request_id.clone());
        self.asks(RequestAccessForCitizenRequest { guardianship, request_id, ..request }).await
    }

    /// Asks in just these words.
    pub async fn asks(&self, request: RequestAccessForCitizenRequest) -> Result<RecordedAccess, Refused> {
        let answered = self.suite.clients().caseworker_access().request_access_for_citizen(self.request(request)).await;
        self.suite.settle().await;
        there(answer(answered)?.access)
    }

    /// Records the approval of the version that `access` shows.
    pub async fn approves(&self, access: &ReadAccess, attendance: Attendance) -> Result<RecordedAccess, Refused> {
        let request = RecordApprovalRequest {
            name: access.name.clone(),
            version: access.version,
            attendance: Some(attendance),
            request_id: self.request_id.clone(),
        };
        let answered = self.suite.clients().caseworker_access().record_approval(self.request(request)).await;
        self.suite.settle().await;
        there(answer(answered)?.access)
    }

    /// Changes the expiry of the version that `access` shows, for the owner, who attends.
    pub async fn changes_expiry(&self, access: &ReadAccess, until: Until) -> Result<RecordedAccess, Refused> {
        let request = ChangeExpiryForCitizenRequest {
            name: access.name.clone(),
            version: access.version,
            expiry: Some(until.into()),
            attendance: Some(attended()),
            request_id: self.request_id.clone(),
        };
        let answered = self.suite.clients().caseworker_access().change_expiry_for_citizen(self.request(request)).await;
        self.suite.settle().await;
        there(answer(answered)?.access)
    }

    /// Ends the access for `party`, who attends.
    pub async fn removes(&self, access: &ReadAccess, party: AccessParty) -> Result<RecordedAccess, Refused> {
        let request = RemoveAccessForCitizenRequest {
            name: access.name.clone(),
            party: party.into(),
            attendance: Some(attended()),
            request_id: self.request_id.clone(),
        };
        let answered = self.suite.clients().caseworker_access().remove_access_for_citizen(self.request(request)).await;
        self.suite.settle().await;
        there(answer(answered)?.access)
    }

    /// The accesses of `citizen`, ended ones too, with what was recorded.
    pub async fn accesses_of(&self, citizen: &Citizen) -> Result<Vec<RecordedAccess>, Refused> {
        let request = ListAccessesOfCitizenRequest {
            citizen: Some(citizen.person.particulars()),
            include_ended: true,
            ..ListAccessesOfCitizenRequest::default()
        };
        Ok(answer(self.suite.clients().caseworker_access().list_accesses_of_citizen(self.request(request)).await)?
            .accesses)
    }
}
