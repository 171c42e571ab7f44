//! Those who can't be named, and all the places where a person is named (rule A2).

use crate::actor::caseworker::{creation, desk_request};
use crate::actor::citizen_access::{offer, request};
use crate::actor::exemption_desk::granted;
use crate::actor::register::registration;
use crate::{Caseworker, Citizen, Person, Suite, Until};
use api::access::v1::{
    CreateAccessForCitizenRequest, GiveAccessRequest, ListAccessesOfCitizenRequest, RequestAccessForCitizenRequest,
    RequestAccessRequest,
};
use api::core::v1::PersonParticulars;
use tonic::Status;

/// The ways not to fit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    /// Nobody has the number.
    UnknownNumber,
    /// Somebody of another first name has it.
    WrongFirstName,
    /// Somebody of another last name has it.
    WrongLastName,
    /// Not yet fifteen, and so without Digital Post (rule P2).
    TooYoung,
    /// Exempt from Digital Post.
    Exempt,
    /// Dead.
    Dead,
}

impl Way {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::UnknownNumber, Self::WrongFirstName, Self::WrongLastName, Self::TooYoung, Self::Exempt, Self::Dead];
}

/// People who can't be named: another one each time, so that no limit comes in between.
#[derive(Clone)]
pub struct Nobodies {
    suite: Suite,
    count: u32,
}

impl Nobodies {
    /// None yet.
    pub fn new(suite: &Suite) -> Self {
        Self { suite: suite.clone(), count: 0 }
    }

    /// The next one, who does not fit in this way.
    ///
    /// # Panics
    /// When somebody can't be registered.
    pub async fn next(&mut self, way: Way) -> PersonParticulars {
        self.count += 1;
        let person = Person::of_crowd(self.count);
        let named = person.particulars();
        match way {
            Way::UnknownNumber => return named,
            // Born in 2015.
            Way::TooYoung => {
                return PersonParticulars { cpr_number: format!("61011543{:02}", self.count % 100), ..named };
            }
            Way::WrongFirstName | Way::WrongLastName | Way::Exempt | Way::Dead => {}
        }
        self.suite.register().registers(registration(&person)).await.expect("a person is registered");
        let wrong = || "Ukendt".to_owned();
        match way {
            Way::WrongFirstName => PersonParticulars { first_name: wrong(), ..named },
            Way::WrongLastName => PersonParticulars { last_name: wrong(), ..named },
            Way::UnknownNumber | Way::TooYoung => named,
            Way::Exempt => {
                self.suite.exemption_desk().records(granted(&person)).await.expect("an exemption is recorded");
                named
            }
            Way::Dead => {
                self.suite.register().reports_death_of(&person).await.expect("a death is recorded");
                self.suite.settle().await;
                named
            }
        }
    }
}

/// Every field in which a person is named.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Naming {
    /// The reader of an offer.
    GivenReader,
    /// The owner of a request.
    AskedOwner,
    /// The owner of an access created at the desk.
    CreatedOwner,
    /// Its reader.
    CreatedReader,
    /// The owner of a request made at the desk.
    DeskAskedOwner,
    /// The reader who makes it.
    DeskAskingReader,
    /// The citizen whose accesses a caseworker lists.
    ListedCitizen,
}

impl Naming {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::GivenReader,
        Self::AskedOwner,
        Self::CreatedOwner,
        Self::CreatedReader,
        Self::DeskAskedOwner,
        Self::DeskAskingReader,
        Self::ListedCitizen,
    ];

    /// Whether somebody can't be named here for this reason. A caseworker sees what the exempt and the dead had, and an
    /// exempt owner gives access at the desk (rule X5).
    pub fn refuses(self, way: Way) -> bool {
        match self {
            Self::ListedCitizen => !matches!(way, Way::Exempt | Way::Dead),
            Self::CreatedOwner => way != Way::Exempt,
            _ => true,
        }
    }

    /// Names `nobody` in this place, and `citizen` in the other where two are named; `citizen` calls, or the caseworker.
    pub async fn names(self, nobody: PersonParticulars, citizen: &Citizen, desk: &Caseworker) -> Result<(), Status> {
        let clients = citizen.suite().clients();
        let (one, never, named) = (&citizen.person, Until::Never, Some(nobody));
        match self {
            Self::GivenReader => {
                let given = GiveAccessRequest { reader: named, ..offer(one, never) };
                clients.read_access().give_access(citizen.request(given)).await.map(drop)
            }
            Self::AskedOwner => {
                let asked = RequestAccessRequest { owner: named, ..request(one, never) };
                clients.read_access().request_access(citizen.request(asked)).await.map(drop)
            }
            Self::CreatedOwner => {
                let created = CreateAccessForCitizenRequest { owner: named, ..creation(one, one, never) };
                clients.caseworker_access().create_access_for_citizen(desk.request(created)).await.map(drop)
            }
            Self::CreatedReader => {
                let created = CreateAccessForCitizenRequest { reader: named, ..creation(one, one, never) };
                clients.caseworker_access().create_access_for_citizen(desk.request(created)).await.map(drop)
            }
            Self::DeskAskedOwner => {
                let asked = RequestAccessForCitizenRequest { owner: named, ..desk_request(one, one, never) };
                clients.caseworker_access().request_access_for_citizen(desk.request(asked)).await.map(drop)
            }
            Self::DeskAskingReader => {
                let asked = RequestAccessForCitizenRequest { reader: named, ..desk_request(one, one, never) };
                clients.caseworker_access().request_access_for_citizen(desk.request(asked)).await.map(drop)
            }
            Self::ListedCitizen => {
                let list = ListAccessesOfCitizenRequest { citizen: named, ..ListAccessesOfCitizenRequest::default() };
                clients.caseworker_access().list_accesses_of_citizen(desk.request(list)).await.map(drop)
            }
        }
    }
}
