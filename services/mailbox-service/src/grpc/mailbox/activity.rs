//! The activity log on the wire.

use super::messages::time;
use crate::domain::acting::{Act, Acting};
use crate::domain::activity::{Activity, Actor, Filter, Kind};
use crate::error::Error;
use crate::grpc::convert;
use crate::usecase::{Parts, admit, list_activity};
use api::core::v1 as core;
use api::mailbox::v1 as proto;
use kernel::{PageSize, PersonId, resource};
use rpc::convert::to_proto;
use rpc::{Call, Fields, Refusal};
use std::collections::HashMap;
use std::sync::Arc;

pub(super) async fn list(
    parts: &Arc<Parts>,
    call: &Call,
    request: proto::ListActivityRequest,
) -> Result<proto::ListActivityResponse, Refusal> {
    let mut fields = Fields::new();
    let mailbox = fields.required("parent", &request.parent, resource::parse_mailbox);
    let message = fields.optional("message", &request.message, resource::parse_message);
    let from = fields.take("from_time", time(request.from_time));
    let before = fields.take("before_time", time(request.before_time));
    let size = fields.take("page_size", PageSize::parse(request.page_size));
    let (mailbox, message, from, before, size) = fields.all((mailbox, message, from, before, size))?;
    let admitted = admit::admit(parts, call, mailbox, Act::ReadActivity).await?;
    let acting = admitted.acting.clone();
    let message = match message {
        Some((mailbox, message)) if acting.is_in(mailbox) => Some(message),
        Some(_) => return Err(Error::NotFound.into()),
        None => None,
    };
    let filter = Filter { message, from, before };
    let context = format!("ListActivity/{}/{filter:?}", acting.binding());
    let cursor = read_token(parts, &context, &request.page_token)?;
    let page = list_activity::run(parts, admitted, filter, cursor, size).await?;
    let token = |next: i64| parts.keys.page_tokens.seal(&context, &next.to_be_bytes(), &*parts.random);
    Ok(proto::ListActivityResponse {
        next_page_token: page.next.map(token).unwrap_or_default(),
        activities: page.activities.into_iter().map(|activity| view(&acting, activity, &page.names)).collect(),
    })
}

fn read_token(parts: &Parts, context: &str, token: &str) -> Result<Option<i64>, Error> {
    if token.is_empty() {
        return Ok(None);
    }
    let bytes = parts.keys.page_tokens.open(context, token).map_err(|_| Error::PageToken)?;
    let bytes = bytes.try_into().map_err(|_| Error::PageToken)?;
    Ok(Some(i64::from_be_bytes(bytes)))
}

/// The entry as `acting` sees it: a reader is told neither its number nor by which access another reader acted (A11, A17).
fn view(acting: &Acting, activity: Activity, names: &HashMap<PersonId, String>) -> proto::Activity {
    let Activity { id, sequence, time, entry } = activity;
    let mailbox = acting.mailbox;
    let mut view = proto::Activity {
        name: resource::activity(mailbox, id),
        sequence: if acting.is_owner() { sequence } else { 0 },
        kind: kind(entry.kind).into(),
        activity_time: Some(to_proto(time)),
        messages: entry.letters.iter().map(|letter| resource::message(mailbox, *letter)).collect(),
        folder: entry.folder.map(|folder| resource::folder(mailbox, &folder.id())).unwrap_or_default(),
        post_kind: entry.mark.map_or(core::PostKind::Unspecified, convert::post_kind).into(),
        ..proto::Activity::default()
    };
    if let (Some(file), [letter]) = (entry.file, entry.letters.as_slice()) {
        view.file = resource::file(mailbox, *letter, &file.to_string());
    }
    match entry.actor {
        Actor::Citizen { person, capacity, portal, access } => {
            view.actor = resource::person(person);
            view.actor_display_name = names.get(&person).cloned().unwrap_or_default();
            view.capacity = convert::capacity(capacity).into();
            view.portal = convert::portal(portal).into();
            let told = acting.is_owner() || acting.actor == person;
            view.access = access.filter(|_| told).map(|access| resource::access(mailbox, access)).unwrap_or_default();
        }
        Actor::Caseworker(municipality) => {
            view.actor_display_name = municipality;
            view.capacity = core::Capacity::Caseworker.into();
        }
        Actor::Sender(sender) => {
            view.actor_display_name = sender;
            view.capacity = core::Capacity::Sender.into();
        }
        Actor::System => view.capacity = core::Capacity::System.into(),
    }
    view
}

fn kind(kind: Kind) -> proto::ActivityKind {
    match kind {
        Kind::Arrived => proto::ActivityKind::Arrived,
        Kind::Opened | Kind::OpenedUnread => proto::ActivityKind::Opened,
        Kind::Downloaded => proto::ActivityKind::Downloaded,
        Kind::MarkedRead => proto::ActivityKind::MarkedRead,
        Kind::MarkedUnread => proto::ActivityKind::MarkedUnread,
        Kind::Moved => proto::ActivityKind::Moved,
        Kind::Deleted => proto::ActivityKind::Deleted,
        Kind::Restored => proto::ActivityKind::Restored,
        Kind::Purged => proto::ActivityKind::Purged,
        Kind::Forwarded => proto::ActivityKind::Forwarded,
        Kind::Sent => proto::ActivityKind::Sent,
        Kind::Replied => proto::ActivityKind::Replied,
        Kind::Served => proto::ActivityKind::Served,
        Kind::FolderCreated => proto::ActivityKind::FolderCreated,
        Kind::FolderRenamed => proto::ActivityKind::FolderRenamed,
        Kind::FolderMoved => proto::ActivityKind::FolderMoved,
        Kind::FolderDeleted => proto::ActivityKind::FolderDeleted,
        Kind::SettingsChanged => proto::ActivityKind::SettingsChanged,
        Kind::RecipientAdded => proto::ActivityKind::RecipientAdded,
        Kind::RecipientRemoved => proto::ActivityKind::RecipientRemoved,
        Kind::ExemptionGranted => proto::ActivityKind::ExemptionGranted,
        Kind::ExemptionEnded => proto::ActivityKind::ExemptionEnded,
        Kind::OwnerChanged => proto::ActivityKind::OwnerChanged,
        Kind::MailboxClosed => proto::ActivityKind::MailboxClosed,
        Kind::Searched => proto::ActivityKind::Searched,
    }
}
