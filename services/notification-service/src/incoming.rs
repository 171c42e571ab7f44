//! Events taken in. Each comes out the same in every order: an end is for good, and what is owed is decided again at
//! sending.

use crate::domain::forward::ForwardName;
use crate::error::Error;
use crate::service::Service;
use crate::store::known_person;
use crate::usecase::count_letters::{Arrived, count_letters};
use crate::usecase::end;
use crate::usecase::forward::owe::owe;
use events::{Handler, New, Payload};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use kernel::resource::{self, InvalidResourceName, MailboxRef};
use kernel::{AccessId, MailboxId, PersonId};
use rpc::{Fields, trace};
use sql::Tx;
use uuid::Uuid;

/// What the other services tell this one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Incoming {
    /// An access has ended: its subscription ends (N5).
    AccessEnded(AccessId),
    /// A mailbox is closed: subscriptions about it, and its owner's own, end (P8).
    MailboxClosed(PersonId),
    /// A person has a new CPR number: the old one is forgotten (P1).
    CprNumberChanged(PersonId),
    /// New public post (N5).
    PostArrived {
        /// In which mailbox.
        mailbox: MailboxId,
        /// It is a notice about the owner's own accesses or subscriptions, which is nobody else's to know of (N7, A17).
        owner_only: bool,
    },
    /// A letter is to go to an e-mail address (M7).
    ForwardRequested(ForwardName),
}

/// Takes events in.
pub struct Events(pub Service);

impl Handler for Events {
    type Incoming = Incoming;
    type Error = Error;

    fn read(&self, payload: Payload, fields: &mut Fields) -> Option<Incoming> {
        match payload {
            Payload::AccessEnded(event) => fields
                .required("access_ended.access", &event.access, resource::parse_access)
                .map(|(_, access)| Incoming::AccessEnded(access)),
            Payload::MailboxClosed(event) => fields
                .required("mailbox_closed.person", &event.person, resource::parse_person)
                .map(Incoming::MailboxClosed),
            Payload::CprNumberChanged(event) => fields
                .required("cpr_number_changed.person", &event.person, resource::parse_person)
                .map(Incoming::CprNumberChanged),
            Payload::PublicPostArrived(event) => {
                let mailbox = fields.required("public_post_arrived.mailbox", &event.mailbox, mailbox);
                mailbox.map(|mailbox| Incoming::PostArrived { mailbox, owner_only: event.owner_only })
            }
            Payload::ForwardRequested(event) => fields
                .required("forward_requested.forward", &event.forward, resource::parse_forward)
                .map(|(mailbox, id)| Incoming::ForwardRequested(ForwardName { mailbox, id })),
            // For others.
            _ => None,
        }
    }

    /// The subscriptions of an access, of a person, or about a mailbox; a forwarding locks nothing that is there.
    fn locks(&self, incoming: &Incoming) -> Uuid {
        match incoming {
            Incoming::AccessEnded(access) => access.as_uuid(),
            Incoming::MailboxClosed(id)
            | Incoming::CprNumberChanged(id)
            | Incoming::PostArrived { mailbox: id, .. } => id.as_uuid(),
            Incoming::ForwardRequested(name) => name.id.as_uuid(),
        }
    }

    fn take<'t>(&'t self, tx: &'t mut Tx, incoming: Incoming) -> BoxFuture<'t, Result<(), Error>> {
        async move {
            match incoming {
                Incoming::AccessEnded(access) => end::end_of_access(tx, &self.0, access).await,
                Incoming::MailboxClosed(person) => end::end_of_person(tx, &self.0, person).await,
                Incoming::CprNumberChanged(person) => Ok(known_person::forget(tx, person).await?),
                Incoming::PostArrived { mailbox, owner_only } => {
                    count_letters(tx, &self.0, vec![Arrived { mailbox, owner_only, trace: trace::text() }]).await
                }
                Incoming::ForwardRequested(name) => owe(tx, name).await,
            }
        }
        .boxed()
    }

    /// Letters that follow each other, as those of a mass mailing do, are counted together.
    fn take_all<'t>(&'t self, tx: &'t mut Tx, events: Vec<New<Incoming>>) -> BoxFuture<'t, Result<(), Error>> {
        async move {
            for run in events.chunk_by(|one, next| arrived(one).is_some() && arrived(next).is_some()) {
                match run {
                    [New { incoming, span }] => span.around(self.take(tx, *incoming)).await?,
                    letters => count_letters(tx, &self.0, letters.iter().filter_map(arrived).collect()).await?,
                }
            }
            Ok(())
        }
        .boxed()
    }
}

/// The letter that the event tells of, if it tells of one.
fn arrived(event: &New<Incoming>) -> Option<Arrived> {
    let Incoming::PostArrived { mailbox, owner_only } = event.incoming else { return None };
    Some(Arrived { mailbox, owner_only, trace: event.span.traceparent().map(|trace| trace.to_string()) })
}

/// A mailbox by its id; between services nobody is "me".
fn mailbox(name: &str) -> Result<MailboxId, InvalidResourceName> {
    match resource::parse_mailbox(name)? {
        MailboxRef::Id(id) => Ok(id),
        MailboxRef::Own => Err(InvalidResourceName("mailboxes/{mailbox}")),
    }
}
