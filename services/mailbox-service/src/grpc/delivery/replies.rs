//! What citizens have written to an authority, on the wire.

use super::authority;
use super::follow::{self, Followed};
use crate::domain::contact_point::{PointId, PointName};
use crate::domain::message::AttachedFile;
use crate::domain::writing::{Reply, ReplyName};
use crate::error::Error;
use crate::grpc::batches::Answers;
use crate::usecase::{Parts, replies};
use api::mailbox::v1 as proto;
use kernel::CvrNumber;
use kernel::hex;
use prost::Message as _;
use rpc::convert::to_proto;
use rpc::{Call, Fields, Refusal};
use std::sync::Arc;

/// The most letters of one acknowledgement.
const MAX_NAMES: usize = 100;

/// Begins where the token says, or with the oldest letter.
pub(super) fn fetch(
    parts: &Arc<Parts>,
    call: &Call,
    request: &proto::FetchRepliesRequest,
) -> Result<Answers<proto::FetchRepliesResponse>, Refusal> {
    let cvr = authority(call)?.cvr.clone();
    let mut fields = Fields::new();
    follow::check_token(&mut fields, &request.resume_token);
    let point = fields.optional("contact_point", &request.contact_point, PointName::parse);
    if point.as_ref().is_some_and(|point| point.as_ref().is_some_and(|point| point.cvr != cvr)) {
        fields.refuse("contact_point", "must be one of the authority's own");
    }
    let (point,) = fields.all((point,))?;
    let point = point.map(|point| point.id);
    // Bound to the caller and to what is fetched: where one contact point stands is not where all of them do.
    let context = format!("FetchReplies/{}/{}", call.principal(), point.as_ref().map_or("", PointId::as_str));
    let after = if request.resume_token.is_empty() {
        0
    } else {
        let opened = parts.keys.page_tokens.open(&context, &request.resume_token).map_err(|_| Error::ResumeToken)?;
        i64::from_be_bytes(opened.try_into().map_err(|_| Error::ResumeToken)?)
    };
    let open = parts.streams.open(call)?;
    Ok(follow::run(Replies { parts: parts.clone(), cvr, point, context, after }, open))
}

struct Replies {
    parts: Arc<Parts>,
    cvr: CvrNumber,
    point: Option<PointId>,
    context: String,
    /// The place of the last letter that was told.
    after: i64,
}

impl Replies {
    fn token(&self, after: i64) -> String {
        self.parts.keys.page_tokens.seal(&self.context, &after.to_be_bytes(), &*self.parts.random)
    }
}

impl Followed for Replies {
    type Answer = proto::FetchRepliesResponse;

    async fn next(&mut self) -> Result<Vec<Self::Answer>, Error> {
        let found = replies::after(&self.parts, self.cvr.clone(), self.point.clone(), self.after).await?;
        self.after = found.last().map_or(self.after, |reply| reply.sequence);
        let answer = |found: Reply| {
            let resume_token = self.token(found.sequence);
            proto::FetchRepliesResponse { reply: Some(reply(found)), resume_token }
        };
        Ok(found.into_iter().map(answer).collect())
    }

    fn sign_of_life(&self) -> Self::Answer {
        proto::FetchRepliesResponse { reply: None, resume_token: self.token(self.after) }
    }
}

fn reply(reply: Reply) -> proto::Reply {
    let Reply { name, point, files, .. } = reply;
    proto::Reply {
        contact_point: PointName { cvr: name.cvr.clone(), id: point }.to_string(),
        sender_cpr_number: reply.writer_cpr.digits().to_owned(),
        sender_display_name: reply.writer_name,
        answers_message_uuid: reply.answers.map(|uuid| uuid.to_string()).unwrap_or_default(),
        written_by_reader: reply.by_reader,
        subject: reply.subject,
        body_text: reply.body,
        files: files.into_iter().map(|file| reply_file(&name, file)).collect(),
        send_time: Some(to_proto(reply.send_time)),
        name: name.to_string(),
    }
}

fn reply_file(reply: &ReplyName, file: AttachedFile) -> proto::MessageFile {
    proto::MessageFile {
        name: format!("{reply}/files/{}", file.id),
        display_name: file.name,
        media_type: file.media_type,
        size_bytes: file.size,
        sha256: hex(&file.sha256),
        main_document: file.is_main,
    }
}

pub(super) async fn acknowledge(
    parts: &Arc<Parts>,
    call: &Call,
    mut request: proto::AcknowledgeRepliesRequest,
) -> Result<proto::AcknowledgeRepliesResponse, Refusal> {
    let cvr = authority(call)?.cvr.clone();
    let request_id = std::mem::take(&mut request.request_id);
    let mut fields = Fields::new();
    fields.request_id(&request_id);
    if request.names.is_empty() || request.names.len() > MAX_NAMES {
        fields.refuse("names", format!("must be 1 to {MAX_NAMES}"));
    }
    let mut names = Vec::new();
    for (at, name) in request.names.iter().enumerate().take(MAX_NAMES) {
        names.extend(fields.take(&format!("names[{at}]"), ReplyName::parse(name)));
    }
    fields.all((Some(()),))?;
    // What was sent to another authority is not there.
    if names.iter().any(|name| name.cvr != cvr) {
        return Err(Error::NotFound.into());
    }
    let repeatable = parts.repeatable(call, "AcknowledgeReplies", &request_id, &request.encode_to_vec());
    let ids = names.into_iter().map(|name| name.id.as_uuid()).collect();
    replies::acknowledge(parts, cvr, ids, repeatable).await?;
    Ok(proto::AcknowledgeRepliesResponse {})
}
