//! The events this service takes in.

use crate::domain::message::Link;
use crate::domain::notice::{MAX_SUBJECT, Notice, is_placeholder};
use crate::domain::post::{CommercialPortal, Mark};
use crate::error::Error;
use crate::usecase::{Parts, complete_forward, end_exemption, put_notice};
use api::core::v1::Portal;
use api::event::v1::{AccessCreatedAtMunicipality, NoticeRequested};
use events::{Handler, Payload};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use kernel::{ForwardId, MailboxId, PersonId, Timestamp, resource, text};
use rpc::Fields;
use rpc::convert::from_proto;
use sql::Tx;
use std::sync::Arc;
use uuid::Uuid;

/// The most characters of one language of a notice.
const MAX_BODY: usize = 10_000;
/// The most persons a notice names.
const MAX_MENTIONS: usize = 10;
/// The most characters of a link's text and of its address.
const MAX_LINK: (usize, usize) = (100, 500);

/// An event that is understood.
pub enum Event {
    /// A message for somebody.
    Notice(Notice),
    /// The municipality has created an access for this owner at this moment (X5).
    AccessCreatedAtMunicipality(PersonId, Timestamp),
    /// A letter forwarded to an e-mail address was sent, or can't be.
    ForwardCompleted {
        /// Which forwarding.
        forward: (MailboxId, ForwardId),
        /// Whether it was sent.
        sent: bool,
    },
}

/// Takes in events.
pub struct Incoming(pub Arc<Parts>);

impl Handler for Incoming {
    type Incoming = Event;
    type Error = Error;

    /// What isn't understood yet stays with its sender until it is.
    fn read(&self, payload: Payload, fields: &mut Fields) -> Option<Event> {
        match payload {
            Payload::NoticeRequested(notice) => read_notice(&notice, fields).map(Event::Notice),
            Payload::AccessCreatedAtMunicipality(created) => read_created(&created, fields),
            Payload::ForwardCompleted(completed) => {
                let field = "forward_completed.forward";
                let forward = fields.required(field, &completed.forward, resource::parse_forward)?;
                Some(Event::ForwardCompleted { forward, sent: completed.sent })
            }
            _ => None,
        }
    }

    /// The mailbox that it is about.
    fn locks(&self, event: &Event) -> Uuid {
        match event {
            Event::Notice(notice) => notice.recipient.as_uuid(),
            Event::AccessCreatedAtMunicipality(owner, _) => owner.as_uuid(),
            Event::ForwardCompleted { forward: (mailbox, _), .. } => mailbox.as_uuid(),
        }
    }

    fn take<'t>(&'t self, tx: &'t mut Tx, event: Event) -> BoxFuture<'t, Result<(), Error>> {
        match event {
            Event::Notice(notice) => put_notice::run(&self.0, tx, notice).boxed(),
            Event::AccessCreatedAtMunicipality(owner, moment) => {
                end_exemption::by_access(&self.0, tx, owner, moment).boxed()
            }
            Event::ForwardCompleted { forward, sent } => complete_forward::run(&self.0, tx, forward, sent).boxed(),
        }
    }
}

fn read_created(created: &AccessCreatedAtMunicipality, fields: &mut Fields) -> Option<Event> {
    let owner = fields.required("access_created_at_municipality.owner", &created.owner, resource::parse_person);
    let moment = fields.present("access_created_at_municipality.create_time", created.create_time);
    let moment = moment.and_then(|time| fields.take("access_created_at_municipality.create_time", from_proto(time)));
    Some(Event::AccessCreatedAtMunicipality(owner?, moment?))
}

fn read_notice(notice: &NoticeRequested, fields: &mut Fields) -> Option<Notice> {
    let recipient = fields.required("notice_requested.recipient", &notice.recipient, resource::parse_person);
    let mut one_line = |field: &str, value: &str| fields.required(field, value, |value| text::line(value, MAX_SUBJECT));
    let subject_da = one_line("notice_requested.subject_da", &notice.subject_da);
    let subject_en = one_line("notice_requested.subject_en", &notice.subject_en);
    let mut many = |field: &str, value: &str| fields.required(field, value, |value| text::body(value, MAX_BODY));
    let body_da = many("notice_requested.body_da", &notice.body_da);
    let body_en = many("notice_requested.body_en", &notice.body_en);
    let mentions = read_mentions(notice, fields);
    let link = fields.take("notice_requested.link_url", read_link(notice));
    let mark = fields.take("notice_requested.portal", read_mark(notice));
    Some(Notice {
        recipient: recipient?,
        subject: (subject_da?, subject_en?),
        body: (body_da?, body_en?),
        mentions: mentions?,
        link: link?,
        mark: mark?,
    })
}

fn read_mark(notice: &NoticeRequested) -> Result<Mark, &'static str> {
    match notice.portal() {
        Portal::Unspecified => Ok(Mark::Own),
        Portal::EBoks => Ok(Mark::OwnPrivate(CommercialPortal::EBoks)),
        Portal::MitDk => Ok(Mark::OwnPrivate(CommercialPortal::MitDk)),
        Portal::BorgerDk | Portal::DigitalPostApp => Err("must be a commercial portal"),
    }
}

fn read_mentions(notice: &NoticeRequested, fields: &mut Fields) -> Option<Vec<(String, PersonId)>> {
    if notice.mentions.len() > MAX_MENTIONS {
        fields.refuse("notice_requested.mentions", format!("must be at most {MAX_MENTIONS}"));
        return None;
    }
    let mut mentions = Vec::with_capacity(notice.mentions.len());
    for mention in &notice.mentions {
        if !is_placeholder(&mention.placeholder) {
            fields
                .refuse("notice_requested.mentions.placeholder", "must be 1-30 characters of a-z and \"_\" in braces");
        }
        let person = fields.required("notice_requested.mentions.person", &mention.person, resource::parse_person)?;
        mentions.push((mention.placeholder.clone(), person));
    }
    Some(mentions)
}

/// Text and address go together, and the address is https.
fn read_link(notice: &NoticeRequested) -> Result<Option<Link>, String> {
    if notice.link_text.is_empty() && notice.link_url.is_empty() {
        return Ok(None);
    }
    let label = text::line(&notice.link_text, MAX_LINK.0).map_err(|error| format!("its text {error}"))?;
    let url = text::line(&notice.link_url, MAX_LINK.1).map_err(|error| error.to_string())?;
    if url.starts_with("https://") { Ok(Some(Link { text: label, url })) } else { Err("must be https".to_owned()) }
}
