//! Lists of letters, and letters, on the wire.

use crate::domain::acting::{Act, Acting};
use crate::domain::folder::Folder;
use crate::domain::message::{Cursor, Filter};
use crate::error::Error;
use crate::grpc::convert;
use crate::usecase::{Parts, admit, get_message, list_messages};
use api::mailbox::v1 as proto;
use kernel::resource::{self, InvalidResourceName, MailboxRef};
use kernel::{CvrNumber, PageSize, Timestamp};
use rpc::convert::{InvalidTimestamp, from_proto};
use rpc::{Call, Fields, Refusal};
use std::sync::Arc;

pub(super) async fn list(
    parts: &Arc<Parts>,
    call: &Call,
    request: proto::ListMessagesRequest,
) -> Result<proto::ListMessagesResponse, Refusal> {
    let mut fields = Fields::new();
    let mailbox = fields.required("parent", &request.parent, resource::parse_mailbox);
    let folder = fields.optional("folder", &request.folder, parse_folder);
    let sender = fields.optional("sender_cvr_number", &request.sender_cvr_number, CvrNumber::parse);
    let from = fields.take("available_from", time(request.available_from));
    let before = fields.take("available_before", time(request.available_before));
    let size = fields.take("page_size", PageSize::parse(request.page_size));
    let (mailbox, folder, sender, from, before, size) = fields.all((mailbox, folder, sender, from, before, size))?;
    let admitted = admit::admit(parts, call, mailbox, Act::List).await?;
    let acting = admitted.acting.clone();
    let folder = folder.map(|folder| in_mailbox(&acting, folder)).transpose()?;
    let filter = Filter { folder, unread_only: request.unread_only, sender, from, before };
    // All that the list depends on: a token opens for no other list, nobody else, and under no other access (M6).
    let context = format!("ListMessages/{}/{filter:?}", acting.binding());
    let cursor = read_token(parts, &context, &request.page_token)?;
    let page = list_messages::run(parts, admitted, filter, cursor, size).await?;
    let token = |next: Cursor| parts.keys.page_tokens.seal(&context, &next.to_bytes(), &*parts.random);
    let messages = page.messages.into_iter().map(|summary| convert::summary(parts, &acting, summary));
    let messages = messages.collect();
    Ok(proto::ListMessagesResponse { messages, next_page_token: page.next.map(token).unwrap_or_default() })
}

pub(super) fn time(stated: Option<prost_types::Timestamp>) -> Result<Option<Timestamp>, InvalidTimestamp> {
    stated.map(from_proto).transpose()
}

pub(super) fn read_token(parts: &Parts, context: &str, token: &str) -> Result<Option<Cursor>, Error> {
    if token.is_empty() {
        return Ok(None);
    }
    let bytes = parts.keys.page_tokens.open(context, token).map_err(|_| Error::PageToken)?;
    Cursor::from_bytes(&bytes).map(Some).ok_or(Error::PageToken)
}

/// A folder by its full name.
pub(super) fn parse_folder(name: &str) -> Result<(MailboxRef, Folder), InvalidResourceName> {
    let (mailbox, folder) = resource::parse_folder(name)?;
    let folder = Folder::parse(&folder).ok_or(InvalidResourceName("mailboxes/{mailbox}/folders/{folder}"))?;
    Ok((mailbox, folder))
}

/// A folder of another mailbox than the one acted in is not there.
pub(super) fn in_mailbox(acting: &Acting, (mailbox, folder): (MailboxRef, Folder)) -> Result<Folder, Error> {
    if acting.is_in(mailbox) { Ok(folder) } else { Err(Error::NotFound) }
}

pub(super) async fn get(
    parts: &Arc<Parts>,
    call: &Call,
    request: proto::GetMessageRequest,
) -> Result<proto::GetMessageResponse, Refusal> {
    let mut fields = Fields::new();
    let name = fields.required("name", &request.name, resource::parse_message);
    let ((mailbox, id),) = fields.all((name,))?;
    let admitted = admit::admit(parts, call, mailbox, Act::Read).await?;
    let acting = admitted.acting.clone();
    let letter = get_message::run(parts, admitted, id).await?;
    let message = convert::letter(parts, &acting, letter);
    Ok(proto::GetMessageResponse { message: Some(message) })
}
