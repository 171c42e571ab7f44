//! Digital Post recipients on the wire (M9).

use crate::domain::acting::Act;
use crate::domain::recipients::After;
use crate::error::Error;
use crate::usecase::recipients::{self, View};
use crate::usecase::{Parts, admit};
use api::mailbox::v1 as proto;
use kernel::{MailboxId, PageSize, resource};
use prost::Message as _;
use rpc::convert::to_proto;
use rpc::{Call, Fields, Refusal};
use std::sync::Arc;

pub(super) async fn list(
    parts: &Arc<Parts>,
    call: &Call,
    request: proto::ListRecipientsRequest,
) -> Result<proto::ListRecipientsResponse, Refusal> {
    let mut fields = Fields::new();
    let mailbox = fields.required("parent", &request.parent, resource::parse_mailbox);
    let size = fields.take("page_size", PageSize::parse(request.page_size));
    let (mailbox, size) = fields.all((mailbox, size))?;
    let admitted = admit::admit(parts, call, mailbox, Act::ManageRecipients).await?;
    let acting = admitted.acting.clone();
    let context = format!("ListRecipients/{}", acting.binding());
    let after = read_token(parts, &context, &request.page_token)?;
    let (page, last) = recipients::list(parts, admitted, after, size).await?;
    let token = last.map(|last| parts.keys.page_tokens.seal(&context, &last.to_token(), &*parts.random));
    let recipients = page.into_iter().map(|recipient| view(acting.mailbox, recipient)).collect();
    Ok(proto::ListRecipientsResponse { recipients, next_page_token: token.unwrap_or_default() })
}

fn read_token(parts: &Parts, context: &str, token: &str) -> Result<Option<After>, Error> {
    if token.is_empty() {
        return Ok(None);
    }
    let bytes = parts.keys.page_tokens.open(context, token).map_err(|_| Error::PageToken)?;
    After::from_token(&bytes).map(Some).ok_or(Error::PageToken)
}

pub(super) async fn add(
    parts: &Arc<Parts>,
    call: &Call,
    mut request: proto::AddRecipientRequest,
) -> Result<proto::AddRecipientResponse, Refusal> {
    let request_id = std::mem::take(&mut request.request_id);
    let mut fields = Fields::new();
    fields.request_id(&request_id);
    let mailbox = fields.required("parent", &request.parent, resource::parse_mailbox);
    let person = fields.particulars("person", request.person.as_ref());
    let (mailbox, person) = fields.all((mailbox, person))?;
    let admitted = admit::admit(parts, call, mailbox, Act::ManageRecipients).await?;
    let mailbox = admitted.acting.mailbox;
    let repeatable = parts.repeatable(call, "AddRecipient", &request_id, &request.encode_to_vec());
    let recipient = recipients::add(parts, admitted, person, repeatable).await?;
    Ok(proto::AddRecipientResponse { recipient: Some(view(mailbox, recipient)) })
}

pub(super) async fn remove(
    parts: &Arc<Parts>,
    call: &Call,
    mut request: proto::RemoveRecipientRequest,
) -> Result<proto::RemoveRecipientResponse, Refusal> {
    let request_id = std::mem::take(&mut request.request_id);
    let mut fields = Fields::new();
    fields.request_id(&request_id);
    let name = fields.required("name", &request.name, resource::parse_recipient);
    let ((mailbox, id),) = fields.all((name,))?;
    let repeatable = parts.repeatable(call, "RemoveRecipient", &request_id, &request.encode_to_vec());
    let admitted = admit::admit(parts, call, mailbox, Act::ManageRecipients).await?;
    recipients::remove(parts, admitted, id, repeatable).await?;
    Ok(proto::RemoveRecipientResponse {})
}

fn view(mailbox: MailboxId, view: View) -> proto::Recipient {
    proto::Recipient {
        name: resource::recipient(mailbox, view.recipient.id),
        display_name: view.name,
        create_time: Some(to_proto(view.recipient.create_time)),
    }
}
