//! A delivery as stated, checked field by field.

use super::legal_basis;
use crate::domain::contact_point::PointName;
use crate::domain::delivery::{Delivery, MAX_BODY, MAX_FILES, Times};
use crate::domain::notice::MAX_SUBJECT;
use crate::domain::writing::ReplyName;
use crate::error::Error;
use crate::usecase::Parts;
use api::mailbox::v1 as proto;
use kernel::id::InvalidId;
use kernel::{CprNumber, MessageId, Sector, SenderSystem, UploadId, resource, text};
use prost::Message as _;
use rpc::{Fields, Refusal, convert};
use std::collections::HashSet;
use uuid::Uuid;

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
    let times = times(&mut fields, &stated);
    let reply_point = fields.optional("delivery.reply_contact_point", &stated.reply_contact_point, PointName::parse);
    let answers = fields.optional("delivery.answers", &stated.answers, ReplyName::parse);
    if system.sector == Sector::Private {
        authorities_only(&mut fields, &stated);
    }
    // A delivery that is right in itself may be a repetition, whose moments may well have passed (M2).
    if let Some(times) = times.filter(|_| fields.count() > 0) {
        for (field, problem) in times.wrong_at(parts.clock.now()) {
            fields.refuse(field, problem);
        }
    }
    let (uuid, cpr, subject, body, files, legal_basis, times, reply_point, answers) =
        fields.all((uuid, cpr, subject, body, files, basis, times, reply_point, answers))?;
    if files.len() > MAX_FILES {
        return Err(Error::TooManyFiles.into());
    }
    // Two spellings of the number are one letter.
    let mut normal = proto::Delivery { cpr_number: cpr.digits().to_owned(), ..stated };
    let for_service = normal.legal_notification;
    let stated = parts.content_hash(&normal.encode_to_vec());
    // Its files are compared by what is in them, which the names of uploads don't tell.
    normal.main_document.clear();
    normal.files.clear();
    let words = parts.content_hash(&normal.encode_to_vec());
    Ok(Delivery {
        uuid,
        cpr,
        subject,
        body,
        files,
        legal_basis,
        times,
        for_service,
        reply_point,
        answers,
        stated,
        words,
    })
}

/// What a company can't state: it serves nobody, and citizens don't write to it.
fn authorities_only(fields: &mut Fields, stated: &proto::Delivery) {
    for (field, is_stated) in [
        ("delivery.legal_notification", stated.legal_notification),
        ("delivery.reply_contact_point", !stated.reply_contact_point.is_empty()),
        ("delivery.answers", !stated.answers.is_empty()),
    ] {
        if is_stated {
            fields.refuse(field, "is for public authorities only");
        }
    }
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

/// The moments as stated; a violation where they are none, or have no meaning.
fn times(fields: &mut Fields, stated: &proto::Delivery) -> Option<Times> {
    let before = fields.count();
    let mut time = |field: &str, time: Option<prost_types::Timestamp>| {
        time.and_then(|time| fields.take(field, convert::from_proto(time)))
    };
    let visible_from = time("delivery.visible_from", stated.visible_from);
    let reply_by = time("delivery.reply_by", stated.reply_by);
    if stated.reply_by.is_some() && stated.reply_contact_point.is_empty() {
        fields.refuse("delivery.reply_by", "needs a reply_contact_point");
    }
    (fields.count() == before).then_some(Times { visible_from, reply_by })
}
