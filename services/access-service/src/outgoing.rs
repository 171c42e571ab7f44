//! Events that we emit: notices to the parties, and the end of an access.

use crate::domain::notice::{Notice, Told, notices};
use crate::domain::party::Party;
use crate::domain::{Access, EndReason, Hand, words};
use crate::grpc::convert;
use api::core::v1::Portal;
use api::event::v1::{AccessCreatedAtMunicipality, AccessEnded, Mention, NoticeRequested};
use events::{Emitter, Payload};
use kernel::{ServiceName, resource};
use rpc::convert::to_proto;
use sql::{Error, Tx};

/// Writes what concerns the parties and the other services into the outbox.
#[derive(Clone)]
pub struct Outgoing {
    emitter: Emitter,
    manage_url: String,
}

impl Outgoing {
    /// Events through `emitter`; notices link to `manage_url`.
    pub fn new(emitter: Emitter, manage_url: String) -> Self {
        Self { emitter, manage_url }
    }

    /// Tells the parties of `told`, which `hand` did and of which `access` is the outcome (rules A4, A7, A16, A21, A22).
    pub async fn tell(&self, tx: &mut Tx, access: &Access, told: Told, hand: &Hand) -> Result<(), Error> {
        for notice in notices(access, told, hand.desk().map(|desk| desk.attendance.presence)) {
            let payload = Payload::NoticeRequested(self.event(access, notice));
            self.emitter.emit(tx, ServiceName::Mailbox, payload).await?;
        }
        Ok(())
    }

    /// Tells notification-service that the access is over (rule N5).
    pub async fn ended(&self, tx: &mut Tx, access: &Access, reason: EndReason) -> Result<(), Error> {
        let event = AccessEnded {
            access: resource::access(access.owner, access.id),
            mailbox: resource::mailbox(access.owner),
            reader: resource::person(access.reader),
            end_reason: convert::end_reason(reason).into(),
        };
        self.emitter.emit(tx, ServiceName::Notification, Payload::AccessEnded(event)).await
    }

    /// Tells mailbox-service that an access was given at a municipality: an exemption of the owner ends (rule X5).
    pub async fn created_at_municipality(&self, tx: &mut Tx, access: &Access) -> Result<(), Error> {
        let event = AccessCreatedAtMunicipality {
            owner: resource::person(access.owner),
            access: resource::access(access.owner, access.id),
            create_time: Some(to_proto(access.create_time)),
        };
        self.emitter.emit(tx, ServiceName::Mailbox, Payload::AccessCreatedAtMunicipality(event)).await
    }

    fn event(&self, access: &Access, notice: Notice) -> NoticeRequested {
        let mentions = [(Party::Owner, "{owner}"), (Party::Reader, "{reader}")];
        let mentioned = |placeholder: &str| {
            [&notice.subject_da, &notice.subject_en, &notice.body_da, &notice.body_en]
                .iter()
                .any(|text| text.contains(placeholder))
        };
        let mentions =
            mentions.into_iter().filter(|(_, placeholder)| mentioned(placeholder)).map(|(party, placeholder)| {
                Mention { placeholder: placeholder.to_owned(), person: resource::person(access.person(party)) }
            });
        let mentions = mentions.collect();
        let (link_text, link_url) = if notice.link {
            (words::SEE_YOUR_ACCESSES.to_owned(), self.manage_url.clone())
        } else {
            (String::new(), String::new())
        };
        NoticeRequested {
            recipient: resource::person(access.person(notice.to)),
            subject_da: notice.subject_da,
            subject_en: notice.subject_en,
            body_da: notice.body_da,
            body_en: notice.body_en,
            mentions,
            portal: access.scope.portal().map_or(Portal::Unspecified, convert::portal).into(),
            link_text,
            link_url,
        }
    }
}
