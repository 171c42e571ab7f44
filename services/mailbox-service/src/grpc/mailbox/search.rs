//! Search on the wire.

use super::messages::{in_mailbox, parse_folder, read_token, time};
use crate::domain::acting::Act;
use crate::domain::message::{Cursor, Filter};
use crate::domain::search::Query;
use crate::error::Error;
use crate::grpc::convert;
use crate::usecase::{Parts, admit, search_messages};
use api::mailbox::v1 as proto;
use kernel::{PageSize, resource};
use rpc::{Call, Fields, Refusal};
use std::sync::Arc;

pub(super) async fn search(
    parts: &Arc<Parts>,
    call: &Call,
    request: proto::SearchMessagesRequest,
) -> Result<proto::SearchMessagesResponse, Refusal> {
    let mut fields = Fields::new();
    let mailbox = fields.required("parent", &request.parent, resource::parse_mailbox);
    let query = fields.required("query", &request.query, Query::parse);
    let folder = fields.optional("folder", &request.folder, parse_folder);
    let from = fields.take("available_from", time(request.available_from));
    let before = fields.take("available_before", time(request.available_before));
    let size = fields.take("page_size", PageSize::parse(request.page_size));
    let (mailbox, query, folder, from, before, size) = fields.all((mailbox, query, folder, from, before, size))?;
    let admitted = admit::admit(parts, call, mailbox, Act::Search).await?;
    let acting = admitted.acting.clone();
    let folder = folder.map(|folder| in_mailbox(&acting, folder)).transpose()?;
    let filter = Filter { folder, from, before, ..Filter::default() };
    let context = format!("SearchMessages/{}/{filter:?}/{query:?}", acting.binding());
    let cursor = read_token(parts, &context, &request.page_token)?;
    let found = search_messages::run(parts, admitted, query, filter, cursor, size).await?;
    let token = |next: Cursor| parts.keys.page_tokens.seal(&context, &next.to_bytes(), &*parts.random);
    let messages = found.page.messages.into_iter().map(|summary| convert::summary(parts, &acting, summary));
    let withheld = found.withheld.into_iter().map(|id| {
        let refusal = Refusal::from(Error::ServiceAcknowledgementRequired(acting.mailbox, id)).into_item();
        proto::MessageOutcome { name: resource::message(acting.mailbox, id), refusal: Some(refusal) }
    });
    let withheld = withheld.collect();
    Ok(proto::SearchMessagesResponse {
        messages: messages.collect(),
        next_page_token: found.page.next.map(token).unwrap_or_default(),
        withheld,
    })
}
