//! A citizen at a portal.

use super::register::registration;
use crate::person::Person;
use crate::refused::Refused;
use crate::suite::{Suite, there};
use kernel::{Caller, CprNumber, Portal};
use tonic::Request;

/// A citizen who has Digital Post and has logged in.
#[derive(Clone)]
pub struct Citizen {
    pub(crate) suite: Suite,
    /// Who it is.
    pub person: Person,
    /// The name of their mailbox.
    pub mailbox: String,
    portal: Portal,
    /// What their portal sends with each thing they do; empty where it does not repeat calls.
    pub(crate) request_id: String,
}

impl Suite {
    /// `person`, registered, with a mailbox, on borger.dk.
    ///
    /// # Panics
    /// When the person can't be registered.
    pub async fn citizen(&self, person: Person) -> Citizen {
        let citizen = self.registers(person).await.expect("a person is registered");
        self.settle().await;
        citizen
    }

    /// The same, and nothing else: the services have not gone on yet.
    pub async fn registers(&self, person: Person) -> Result<Citizen, Refused> {
        let registered = self.register().registers(registration(&person)).await?;
        let (mailbox, portal) = (there(registered.person)?.mailbox, Portal::BorgerDk);
        Ok(Citizen { suite: self.clone(), person, mailbox, portal, request_id: String::new() })
    }

    /// Karen and Niels, between whom most stories happen.
    pub async fn karen_and_niels(&self) -> (Citizen, Citizen) {
        (self.citizen(Person::karen()).await, self.citizen(Person::niels()).await)
    }
}

impl Citizen {
    /// The same citizen, logged in at another portal.
    #[must_use]
    pub fn at(&self, portal: Portal) -> Self {
        Self { portal, ..self.clone() }
    }

    /// The same citizen, whose calls go to the processes of another suite.
    #[must_use]
    pub fn through(&self, suite: &Suite) -> Self {
        Self { suite: suite.clone(), ..self.clone() }
    }

    /// The same citizen, whose portal names what they do with this request id, so that it can be repeated.
    #[must_use]
    pub fn under(&self, request_id: &str) -> Self {
        Self { request_id: request_id.to_owned(), ..self.clone() }
    }

    /// Somebody of these particulars, who need not be registered: what `self` is mistaken for, or pretends to be.
    #[must_use]
    pub fn mistaken_for(&self, person: Person) -> Self {
        Self { person, ..self.clone() }
    }

    /// The suite they call.
    pub fn suite(&self) -> &Suite {
        &self.suite
    }

    /// The name of the person, as the services call them among themselves.
    pub fn person_name(&self) -> String {
        self.mailbox.replace("mailboxes/", "persons/")
    }

    /// As the token says.
    ///
    /// # Panics
    /// When the person's number is none.
    pub fn caller(&self) -> Caller {
        let cpr = CprNumber::parse(&self.person.cpr_number).expect("a CPR number");
        Caller::Citizen(kernel::Citizen { cpr, portal: self.portal })
    }

    /// A request of theirs.
    pub fn request<T>(&self, message: T) -> Request<T> {
        self.suite.request(&self.caller(), message)
    }
}
