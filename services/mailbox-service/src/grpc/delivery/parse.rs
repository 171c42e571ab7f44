//! A delivery as stated, checked field by field.

use super::legal_basis;
use crate::domain::delivery::{Delivery, MAX_BODY, MAX_FILES};
use crate::domain::notice::MAX_SUBJECT;
use crate::error::Error;
use crate::grpc::not_yet;
use crate::usecase::Parts;
use api::mailbox::v1 as proto;
use kernel::id::InvalidId;
use kernel::{CprNumber, MessageId, Sector, SenderSystem, Timestamp, UploadId, resource, text};
use prost::Message as _;
use rpc::{Fields, Refusal, convert};
use std::collections::HashSet;
use std::time::Duration;
use uuid::Uuid;

/// How far ahead a letter can be sent.
const FARTHEST_AHEAD: Duration = Duration::from_hours(366 * 24);

/// A UUID of the sender's own, in its canonical form; any version.
pub(super) fn uuid(text: &str) -> Result<Uuid, InvalidId> {
    text.parse::<MessageId>().map(MessageId::as_uuid)
}

/// The letter, or every field that is wrong.
pub(super) fn delivery(
    parts: &Parts,
    system: &SenderSystem,
    delivery: Option<proto::Delivery>,
) -> Result<Delivery, Refusal> {
    let mut fields = Fields::new();
    let Some(stated) = delivery else {
        fields.refuse("delivery", "is required");
        return Err(fields.all((None::<()>,)).err().unwrap_or_else(|| Refusal::internal("no delivery")));
    };
    let uuid = fields.required("delivery.message_uuid", &stated.message_uuid, uuid);
    let cpr = fields.required("delivery.cpr_number", &stated.cpr_number, CprNumber::parse);
    let subject = fields.required("delivery.subject", &stated.subject, |value| text::line(value, MAX_SUBJECT));
    let body = body(&mut fields, &stated);
    let files = files(&mut fields, &stated);
    let basis = fields.optional("delivery.legal_basis", &stated.legal_basis, legal_basis);
    times(&mut fields, &stated, parts.clock.now());
    if stated.legal_notification && system.sector == Sector::Private {
        fields.refuse("delivery.legal_notification", "is for public authorities only");
    }
    let (uuid, cpr, subject, body, files, legal_basis) = fields.all((uuid, cpr, subject, body, files, basis))?;
    if files.len() > MAX_FILES {
        return Err(Error::TooManyFiles.into());
    }
    not_yet_possible(&stated)?;
    // Two spellings of the number are one letter.
    let mut normal = proto::Delivery { cpr_number: cpr.digits().to_owned(), ..stated };
    let for_service = normal.legal_notification;
    let stated = parts.content_hash(&normal.encode_to_vec());
    // Its files are compared by what is in them, which the names of uploads don't tell.
    normal.main_document.clear();
    normal.files.clear();
    let words = parts.content_hash(&normal.encode_to_vec());
    Ok(Delivery { uuid, cpr, subject, body, files, legal_basis, for_service, stated, words })
}

/// What is stated right and belongs to a later issue. No contact point can have been set, and no reply written, so naming
/// one names nothing.
fn not_yet_possible(stated: &proto::Delivery) -> Result<(), Refusal> {
    if stated.visible_from.is_some() {
        return Err(not_yet::refusal("DeliverMessage with visible_from"));
    }
    if !stated.reply_contact_point.is_empty() || !stated.answers.is_empty() {
        return Err(Error::NotFound.into());
    }
    Ok(())
}

fn body(fields: &mut Fields, stated: &proto::Delivery) -> Option<String> {
    if stated.body_text.is_empty() && !stated.main_document.is_empty() {
        return Some(String::new());
    }
    fields.required("delivery.body_text", &stated.body_text, |value| text::body(value, MAX_BODY))
}

/// The main document and the further files, none of them twice.
fn files(fields: &mut Fields, stated: &proto::Delivery) -> Option<Vec<UploadId>> {
    let before = fields.count();
    let mut files = Vec::new();
    if !stated.main_document.is_empty() {
        files.extend(fields.take("delivery.main_document", resource::parse_upload(&stated.main_document)));
    } else if !stated.files.is_empty() {
        fields.refuse("delivery.files", "need a main document");
    }
    // One more than a letter may have is enough to refuse it for their number.
    for name in stated.files.iter().take(MAX_FILES) {
        files.extend(fields.take("delivery.files", resource::parse_upload(name)));
    }
    let mut seen = HashSet::new();
    if !files.iter().all(|file| seen.insert(*file)) {
        fields.refuse("delivery.files", "must not name a file twice");
    }
    (fields.count() == before).then_some(files)
}

fn times(fields: &mut Fields, stated: &proto::Delivery, now: Timestamp) {
    let visible = stated.visible_from.map(|time| fields.take("delivery.visible_from", convert::from_proto(time)));
    match visible.flatten() {
        Some(visible) if visible < now => fields.refuse("delivery.visible_from", "must not be past"),
        Some(visible) if visible > now.plus(FARTHEST_AHEAD) => {
            fields.refuse("delivery.visible_from", "must be at most 366 days ahead");
        }
        _ => {}
    }
    let reply_by = stated.reply_by.map(|time| fields.take("delivery.reply_by", convert::from_proto(time)));
    if reply_by.is_some() && stated.reply_contact_point.is_empty() {
        fields.refuse("delivery.reply_by", "needs a reply_contact_point");
    }
    if reply_by.flatten().is_some_and(|reply_by| reply_by <= visible.flatten().unwrap_or(now)) {
        fields.refuse("delivery.reply_by", "must be later than the letter becomes visible");
    }
}
