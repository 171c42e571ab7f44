//! Domain values as the wire writes them.

pub(crate) mod exemption;

use crate::domain::acting::{Act, Acting, Capacity};
use crate::domain::contact_point::ContactPoint;
use crate::domain::file::Upload;
use crate::domain::folder::{Count, Folder, OwnFolder};
use crate::domain::forward::Origin;
use crate::domain::message::{AttachedFile, Letter, Link, Summary};
use crate::domain::post::{Mark, Sender, SenderKind};
use crate::domain::service::{ServiceRecord, ServiceState, is_withheld};
use crate::usecase::Parts;
use api::core::v1 as core;
use api::mailbox::v1 as proto;
use kernel::hex;
use kernel::{MailboxId, MessageId, Portal, Timestamp, resource};
use rpc::convert::to_proto;

pub(crate) fn portal(portal: Portal) -> core::Portal {
    match portal {
        Portal::BorgerDk => core::Portal::BorgerDk,
        Portal::DigitalPostApp => core::Portal::DigitalPostApp,
        Portal::EBoks => core::Portal::EBoks,
        Portal::MitDk => core::Portal::MitDk,
    }
}

pub(crate) fn portal_name(of: Portal) -> &'static str {
    portal(of).as_str_name().trim_start_matches("PORTAL_")
}

pub(crate) fn capacity(capacity: Capacity) -> core::Capacity {
    match capacity {
        Capacity::Owner => core::Capacity::Owner,
        Capacity::Reader => core::Capacity::Reader,
        Capacity::Guardian => core::Capacity::Guardian,
        Capacity::PrivateReader => core::Capacity::PrivateReader,
        Capacity::PrivateEditor => core::Capacity::PrivateEditor,
    }
}

pub(crate) fn capacity_name(of: Capacity) -> &'static str {
    capacity(of).as_str_name().trim_start_matches("CAPACITY_")
}

pub(crate) fn act_name(act: Act) -> &'static str {
    match act {
        Act::List => "LIST",
        Act::Read => "READ",
        Act::Download => "DOWNLOAD",
        Act::Search => "SEARCH",
        Act::CreateFolder => "CREATE_FOLDER",
        Act::RenameFolder => "RENAME_FOLDER",
        Act::DeleteFolder => "DELETE_FOLDER",
        Act::Move => "MOVE",
        Act::Mark => "MARK",
        Act::Delete => "DELETE",
        Act::ChangeSettings => "CHANGE_SETTINGS",
        Act::AcknowledgeService => "ACKNOWLEDGE_SERVICE",
        Act::Forward => "FORWARD",
        Act::Send => "SEND",
        Act::Reply => "REPLY",
        Act::ManageRecipients => "MANAGE_RECIPIENTS",
        Act::ReadActivity => "READ_ACTIVITY",
        Act::Watch => "WATCH",
    }
}

pub(crate) fn post_kind(mark: Mark) -> core::PostKind {
    match mark {
        Mark::Public | Mark::Own => core::PostKind::Public,
        Mark::Private(_) | Mark::OwnPrivate(_) => core::PostKind::Private,
    }
}

fn mark_portal(mark: Mark) -> core::Portal {
    match mark {
        Mark::Public | Mark::Own => core::Portal::Unspecified,
        Mark::Private(commercial) | Mark::OwnPrivate(commercial) => portal(commercial.portal()),
    }
}

fn sender(sender: Sender) -> proto::Sender {
    let kind = match sender.kind {
        SenderKind::Authority => proto::SenderKind::Authority,
        SenderKind::Company => proto::SenderKind::Company,
        SenderKind::Person => proto::SenderKind::Person,
        SenderKind::DigitalPost => proto::SenderKind::DigitalPost,
    };
    proto::Sender {
        kind: kind.into(),
        cvr_number: sender.cvr.map(|cvr| cvr.to_string()).unwrap_or_default(),
        display_name: sender.name,
        system_id: sender.system_id.unwrap_or_default(),
    }
}

fn service_state(state: Option<ServiceState>) -> proto::ServiceState {
    match state {
        None => proto::ServiceState::Unspecified,
        Some(ServiceState::Unserved) => proto::ServiceState::Unserved,
        Some(ServiceState::Served) => proto::ServiceState::Served,
    }
}

pub(crate) fn service_record(record: ServiceRecord) -> proto::ServiceRecord {
    proto::ServiceRecord {
        name: resource::service_record(record.mailbox, record.message),
        message: resource::message(record.mailbox, record.message),
        served_for: resource::person(record.mailbox),
        served_for_display_name: record.owner_name,
        served_person: resource::person(record.served_person),
        served_person_display_name: record.served_name,
        capacity: capacity(record.capacity).into(),
        portal: portal(record.portal).into(),
        serve_time: Some(to_proto(record.serve_time)),
    }
}

/// A letter as lists show it to `acting`, now.
pub(crate) fn summary(parts: &Parts, acting: &Acting, summary: Summary) -> proto::MessageSummary {
    let (now, mailbox) = (parts.clock.now(), acting.mailbox);
    // Whoever must be served first is not let answer (R12).
    let free = !is_withheld(acting, summary.service);
    proto::MessageSummary {
        name: resource::message(mailbox, summary.id),
        folder: resource::folder(mailbox, &summary.folder.id()),
        subject: summary.subject,
        sender: Some(sender(summary.sender)),
        post_kind: post_kind(summary.mark).into(),
        portal: mark_portal(summary.mark).into(),
        available_time: Some(to_proto(summary.available_time)),
        read: summary.is_read,
        service_state: service_state(summary.service).into(),
        file_count: i32::try_from(summary.file_count).unwrap_or(i32::MAX),
        files_size_bytes: summary.files_size,
        can_reply: free && summary.reply_to.as_ref().is_some_and(|reply| reply.is_open(now)),
        reply_by: summary.reply_to.and_then(|reply| reply.by).map(to_proto),
        sent_to_display_name: summary.sent_to.unwrap_or_default(),
        purge_time: summary.bin_time.map(|time| to_proto(time.plus(parts.config.bin_life()))),
    }
}

pub(crate) fn letter(parts: &Parts, acting: &Acting, letter: Letter) -> proto::PostMessage {
    let (now, mailbox) = (parts.clock.now(), acting.mailbox);
    let reply_to = letter.summary.reply_to.as_ref().filter(|reply| reply.is_open(now));
    let reply_contact_point = reply_to.map(|reply| reply.point.to_string()).unwrap_or_default();
    let id = letter.summary.id;
    let served = letter.summary.service == Some(ServiceState::Served);
    let service_record = if served { resource::service_record(mailbox, id) } else { String::new() };
    let link = |link: Link| proto::MessageLink { text: link.text, url: link.url };
    proto::PostMessage {
        summary: Some(summary(parts, acting, letter.summary)),
        body_text: letter.body,
        files: letter.files.into_iter().map(|file| message_file(mailbox, id, file)).collect(),
        reply_contact_point,
        legal_basis: letter.legal_basis.unwrap_or_default(),
        answers: letter.answers.unwrap_or_default(),
        forwarded_from: letter.origin.map(forward_origin),
        service_record,
        links: letter.link.map(link).into_iter().collect(),
    }
}

fn forward_origin(origin: Origin) -> proto::ForwardOrigin {
    proto::ForwardOrigin {
        message: resource::message(origin.mailbox, origin.message),
        sender: Some(sender(origin.sender)),
        available_time: Some(to_proto(origin.available_time)),
        forwarded_by_display_name: origin.forwarded_by,
        comment: origin.comment,
    }
}

fn message_file(mailbox: MailboxId, message: MessageId, file: AttachedFile) -> proto::MessageFile {
    proto::MessageFile {
        name: resource::file(mailbox, message, &file.id.to_string()),
        display_name: file.name,
        media_type: file.media_type,
        size_bytes: file.size,
        sha256: hex(&file.sha256),
        main_document: file.is_main,
    }
}

pub(crate) fn contact_point(point: ContactPoint) -> proto::ContactPoint {
    proto::ContactPoint {
        name: point.name.to_string(),
        authority_display_name: point.authority,
        cvr_number: point.name.cvr.to_string(),
        display_name: point.display_name,
        description: point.description,
        accepts_new_post: point.accepts_new_post,
    }
}

pub(crate) fn upload(upload: Upload) -> proto::Upload {
    proto::Upload {
        name: resource::upload(upload.id),
        display_name: upload.name,
        media_type: upload.media_type,
        size_bytes: upload.size,
        sha256: hex(&upload.sha256),
        expire_time: Some(to_proto(upload.expire_time)),
    }
}

/// One of the folders that every mailbox has.
pub(crate) fn system_folder(acting: &Acting, folder: Folder, count: Count, create_time: Timestamp) -> proto::Folder {
    let kind = match folder {
        Folder::Inbox => proto::FolderKind::Inbox,
        Folder::Sent => proto::FolderKind::Sent,
        Folder::Archive => proto::FolderKind::Archive,
        Folder::Bin => proto::FolderKind::Bin,
        Folder::Own(_) => proto::FolderKind::Own,
    };
    proto::Folder {
        name: resource::folder(acting.mailbox, &folder.id()),
        display_name: folder.system_name().unwrap_or_default().to_owned(),
        kind: kind.into(),
        parent_folder: String::new(),
        message_count: count.total,
        unread_count: count.unread,
        etag: "v1".to_owned(),
        create_time: Some(to_proto(create_time)),
    }
}

pub(crate) fn own_folder(mailbox: MailboxId, folder: OwnFolder, count: Count) -> proto::Folder {
    proto::Folder {
        name: resource::folder(mailbox, &folder.id.to_string()),
        etag: folder.etag(),
        display_name: folder.name,
        kind: proto::FolderKind::Own.into(),
        parent_folder: folder.parent.map(|id| resource::folder(mailbox, &id.to_string())).unwrap_or_default(),
        message_count: count.total,
        unread_count: count.unread,
        create_time: Some(to_proto(folder.create_time)),
    }
}
