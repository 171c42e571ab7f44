//! Events that we take in: what mailbox-service tells of persons.

use crate::error::Error;
use crate::usecase::Context;
use crate::usecase::close_mailbox::close_mailbox;
use crate::usecase::forget_person::forget_person;
use events::{Handler, Payload};
use futures::future::BoxFuture;
use kernel::{PersonId, resource};
use rpc::Fields;
use sql::Tx;
use uuid::Uuid;

/// The handler of the events.
pub struct Incoming(pub Context);

/// An event as we understand it.
pub enum Event {
    /// The person's CPR number has changed (rule P1).
    CprNumberChanged(PersonId),
    /// The person's mailbox is closed (rule P8).
    MailboxClosed(PersonId),
}

impl Handler for Incoming {
    type Incoming = Event;
    type Error = Error;

    fn read(&self, payload: Payload, fields: &mut Fields) -> Option<Event> {
        let (field, person, event): (_, _, fn(PersonId) -> Event) = match payload {
            Payload::CprNumberChanged(event) => ("cpr_number_changed.person", event.person, Event::CprNumberChanged),
            Payload::MailboxClosed(event) => ("mailbox_closed.person", event.person, Event::MailboxClosed),
            _ => return None,
        };
        fields.required(field, &person, resource::parse_person).map(event)
    }

    /// The person's accesses.
    fn locks(&self, event: &Event) -> Uuid {
        let (Event::CprNumberChanged(person) | Event::MailboxClosed(person)) = event;
        person.as_uuid()
    }

    fn take<'t>(&'t self, tx: &'t mut Tx, event: Event) -> BoxFuture<'t, Result<(), Error>> {
        Box::pin(async move {
            match event {
                Event::CprNumberChanged(person) => forget_person(tx, person).await,
                Event::MailboxClosed(person) => close_mailbox(&self.0, tx, person).await,
            }
        })
    }
}
