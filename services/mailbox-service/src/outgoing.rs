//! The events this service emits.

use crate::domain::forward::Forward;
use crate::domain::message::Arrival;
use crate::domain::post::Mark;
use api::event::v1::{CprNumberChanged, ForwardRequested, MailboxClosed, PublicPostArrived};
use events::Payload;
use kernel::{PersonId, resource};
use rpc::convert;

/// To notification-service: new public post (N5); none for private post. The owner's own notices are told to the owner
/// only (A17, N7).
pub fn public_post_arrived(letter: &Arrival) -> Option<Payload> {
    let owner_only = match letter.mark {
        Mark::Public => false,
        Mark::Own => true,
        Mark::Private(_) | Mark::OwnPrivate(_) => return None,
    };
    Some(Payload::PublicPostArrived(PublicPostArrived {
        mailbox: resource::mailbox(letter.mailbox),
        message: resource::message(letter.mailbox, letter.id),
        available_time: Some(convert::to_proto(letter.available_time)),
        owner_only,
    }))
}

/// To notification-service: a letter is to be sent to an e-mail address (M7).
pub fn forward_requested(forward: &Forward) -> Payload {
    Payload::ForwardRequested(ForwardRequested {
        forward: resource::forward(forward.mailbox, forward.id),
        forwarded_by: resource::person(forward.forwarded_by),
    })
}

/// To both other services: a mailbox is closed by its owner's death (P8).
pub fn mailbox_closed(person: PersonId) -> Payload {
    Payload::MailboxClosed(MailboxClosed { person: resource::person(person) })
}

/// To both other services: what they remember of a person's CPR number no longer holds (P1).
pub fn cpr_number_changed(person: PersonId) -> Payload {
    Payload::CprNumberChanged(CprNumberChanged { person: resource::person(person) })
}
