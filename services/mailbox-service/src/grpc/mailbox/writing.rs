//! What citizens write to authorities, on the wire.

use crate::domain::acting::Act;
use crate::domain::contact_point::PointName;
use crate::domain::delivery::{MAX_BODY, MAX_FILES};
use crate::domain::notice::MAX_SUBJECT;
use crate::domain::writing::{Draft, Writer};
use crate::error::Error;
use crate::grpc::convert;
use crate::usecase::reply_to_message::{self, Desks};
use crate::usecase::{Parts, admit, send_message};
use api::mailbox::v1 as proto;
use kernel::resource::{self, MailboxRef};
use kernel::{UploadId, text};
use prost::Message as _;
use rpc::{Call, Fields, Refusal};
use std::collections::HashSet;
use std::sync::Arc;

pub(super) async fn send(
    parts: &Arc<Parts>,
    call: &Call,
    mut request: proto::SendMessageRequest,
) -> Result<proto::SendMessageResponse, Refusal> {
    let request_id = std::mem::take(&mut request.request_id);
    let content = request.encode_to_vec();
    let mut fields = Fields::new();
    fields.request_id(&request_id);
    let mailbox = fields.required("parent", &request.parent, resource::parse_mailbox);
    let point = fields.required("contact_point", &request.contact_point, PointName::parse);
    let subject = fields.required("subject", &request.subject, |subject| text::line(subject, MAX_SUBJECT));
    let body = body(&mut fields, &request.body_text, &request.uploads);
    let uploads = uploads(&mut fields, &request.uploads);
    let (mailbox, point, subject, body, uploads) = fields.all((mailbox, point, subject, body, uploads))?;
    not_too_many(&uploads)?;
    let own = admit::admit(parts, call, mailbox, Act::Send).await?;
    let repeatable = parts.repeatable(call, "SendMessage", &request_id, &content);
    let (writer, draft) = (writer(parts, call)?, Draft { subject: Some(subject), body, uploads });
    let acting = own.acting.clone();
    let sent = send_message::run(parts, own, writer, point, draft, repeatable).await?;
    Ok(proto::SendMessageResponse { message: Some(convert::summary(parts, &acting, sent)) })
}

pub(super) async fn reply(
    parts: &Arc<Parts>,
    call: &Call,
    mut request: proto::ReplyToMessageRequest,
) -> Result<proto::ReplyToMessageResponse, Refusal> {
    let request_id = std::mem::take(&mut request.request_id);
    let content = request.encode_to_vec();
    let mut fields = Fields::new();
    fields.request_id(&request_id);
    let name = fields.required("name", &request.name, resource::parse_message);
    let subject = fields.optional("subject", &request.subject, |subject| text::line(subject, MAX_SUBJECT));
    let body = body(&mut fields, &request.body_text, &request.uploads);
    let uploads = uploads(&mut fields, &request.uploads);
    let ((mailbox, message), subject, body, uploads) = fields.all((name, subject, body, uploads))?;
    not_too_many(&uploads)?;
    let letter = admit::admit(parts, call, mailbox, Act::Reply).await?;
    // A reader writes as nobody but themselves (R9).
    let own = if letter.acting.is_owner() {
        letter.clone()
    } else {
        admit::admit(parts, call, MailboxRef::Own, Act::Send).await?
    };
    let repeatable = parts.repeatable(call, "ReplyToMessage", &request_id, &content);
    let (writer, draft) = (writer(parts, call)?, Draft { subject, body, uploads });
    let acting = own.acting.clone();
    let sent = reply_to_message::run(parts, Desks { letter, own }, writer, message, draft, repeatable).await?;
    Ok(proto::ReplyToMessageResponse { message: Some(convert::summary(parts, &acting, sent)) })
}

fn writer(parts: &Parts, call: &Call) -> Result<Writer, Refusal> {
    Ok(Writer { cpr: call.citizen()?.cpr.clone(), uploader: parts.caller_hash(call) })
}

/// The text, which may be left out where there are files.
fn body(fields: &mut Fields, stated: &str, uploads: &[String]) -> Option<String> {
    if stated.is_empty() && !uploads.is_empty() {
        return Some(String::new());
    }
    fields.required("body_text", stated, |value| text::body(value, MAX_BODY))
}

/// The files, none of them twice. One more than a letter may have is enough to refuse it for their number.
fn uploads(fields: &mut Fields, stated: &[String]) -> Option<Vec<UploadId>> {
    let (before, mut seen, mut uploads) = (fields.count(), HashSet::new(), Vec::new());
    for (at, name) in stated.iter().enumerate().take(MAX_FILES + 1) {
        let field = format!("uploads[{at}]");
        let Some(upload) = fields.take(&field, resource::parse_upload(name)) else { continue };
        if !seen.insert(upload) {
            fields.refuse(&field, "must not be there twice");
        }
        uploads.push(upload);
    }
    (fields.count() == before).then_some(uploads)
}

fn not_too_many(uploads: &[UploadId]) -> Result<(), Error> {
    if uploads.len() > MAX_FILES { Err(Error::TooManyFiles) } else { Ok(()) }
}
