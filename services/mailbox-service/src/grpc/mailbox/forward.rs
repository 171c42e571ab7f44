//! Forwarding on the wire.

use crate::domain::acting::Act;
use crate::domain::forward::{MAX_COMMENT, Target};
use crate::usecase::forward_message::{self, Forwarding};
use crate::usecase::{Parts, admit};
use api::mailbox::v1 as proto;
use api::mailbox::v1::forward_message_request::Target as Stated;
use kernel::{EmailAddress, resource, text};
use prost::Message as _;
use rpc::convert::to_proto;
use rpc::{Call, Fields, Refusal};
use std::sync::Arc;

pub(super) async fn forward(
    parts: &Arc<Parts>,
    call: &Call,
    mut request: proto::ForwardMessageRequest,
) -> Result<proto::ForwardMessageResponse, Refusal> {
    let request_id = std::mem::take(&mut request.request_id);
    let content = request.encode_to_vec();
    let mut fields = Fields::new();
    fields.request_id(&request_id);
    let name = fields.required("name", &request.name, resource::parse_message);
    let target = target(&mut fields, request.target.as_ref());
    let comment = fields.optional("comment", &request.comment, |comment| text::body(comment, MAX_COMMENT));
    let ((mailbox, message), target, comment) = fields.all((name, target, comment))?;
    let admitted = admit::admit(parts, call, mailbox, Act::Forward).await?;
    let repeatable = parts.repeatable(call, "ForwardMessage", &request_id, &content);
    let forwarding = Forwarding { message, target, comment: comment.unwrap_or_default() };
    let forward = forward_message::run(parts, admitted, forwarding, repeatable).await?;
    Ok(proto::ForwardMessageResponse {
        forward: resource::forward(forward.mailbox, forward.id),
        accept_time: Some(to_proto(forward.accept_time)),
    })
}

fn target(fields: &mut Fields, stated: Option<&Stated>) -> Option<Target> {
    match fields.present("target", stated)? {
        Stated::EmailAddress(address) => {
            fields.required("email_address", address, EmailAddress::parse).map(Target::Email)
        }
        Stated::Recipient(name) => {
            let recipient = fields.required("recipient", name, resource::parse_recipient);
            recipient.map(|(mailbox, id)| Target::Recipient(mailbox, id))
        }
        Stated::Person(particulars) => fields.particulars("person", Some(particulars)).map(Target::Person),
        Stated::OwnMailbox(true) => Some(Target::OwnMailbox),
        Stated::OwnMailbox(false) => {
            fields.refuse("own_mailbox", "must be true");
            None
        }
    }
}
