//! Acts on many letters, on the wire: one outcome for each letter named.

use super::messages::{in_mailbox, parse_folder};
use crate::domain::acting::Act;
use crate::domain::folder::Folder;
use crate::domain::outcome::Outcome;
use crate::error::Error;
use crate::usecase::admit::{self, Admitted};
use crate::usecase::move_messages::Destination;
use crate::usecase::{Parts, Repeatable, mark_messages, move_messages, purge_messages};
use api::mailbox::v1 as proto;
use kernel::resource::{self, MailboxRef};
use kernel::{MailboxId, MessageId};
use prost::Message as _;
use rpc::{Call, Fields, Refusal};
use std::collections::HashSet;
use std::sync::Arc;

/// The most letters of one act.
const MAX_NAMES: usize = 100;

/// What all of the requests have in common, as it was stated.
struct Stated {
    method: &'static str,
    request_id: String,
    /// The whole request but for its id.
    content: Vec<u8>,
    parent: String,
    names: Vec<String>,
}

macro_rules! stated {
    ($method:literal, $request:ident) => {{
        let request_id = std::mem::take(&mut $request.request_id);
        let content = $request.encode_to_vec();
        let (parent, names) = ($request.parent, $request.names);
        Stated { method: $method, request_id, content, parent, names }
    }};
}

/// The same, read.
struct Bulk {
    mailbox: MailboxRef,
    ids: Vec<(MailboxRef, MessageId)>,
    names: Vec<String>,
    repeatable: Repeatable,
}

impl Bulk {
    fn parse(parts: &Parts, call: &Call, stated: Stated, mut fields: Fields) -> Result<Self, Refusal> {
        let Stated { method, request_id, content, parent, names } = stated;
        fields.request_id(&request_id);
        let mailbox = fields.required("parent", &parent, resource::parse_mailbox);
        if names.is_empty() || names.len() > MAX_NAMES {
            fields.refuse("names", format!("must be 1 to {MAX_NAMES}"));
        }
        let mut seen = HashSet::new();
        let mut ids = Vec::with_capacity(names.len().min(MAX_NAMES));
        for name in names.iter().take(MAX_NAMES) {
            if let Some((mailbox, id)) = fields.required("names", name, resource::parse_message) {
                ids.push((mailbox, id));
                if !seen.insert(id) {
                    fields.refuse("names", "must not name a letter twice");
                }
            }
        }
        let (mailbox,) = fields.all((mailbox,))?;
        let repeatable = parts.repeatable(call, method, &request_id, &content);
        Ok(Self { mailbox, ids, names, repeatable })
    }

    /// The letters, each of which must lie in the mailbox acted in.
    fn ids_in(&self, admitted: &Admitted) -> Result<Vec<MessageId>, Refusal> {
        let mut fields = Fields::new();
        if !self.ids.iter().all(|(mailbox, _)| admitted.acting.is_in(*mailbox)) {
            fields.refuse("names", "must lie in the parent");
        }
        fields.all((Some(()),))?;
        Ok(self.ids.iter().map(|(_, id)| *id).collect())
    }
}

/// The letters of an act, as they were named.
type Letters = (Vec<String>, Vec<MessageId>);

fn outcomes(mailbox: MailboxId, (names, ids): Letters, outcomes: Vec<Outcome>) -> Vec<proto::MessageOutcome> {
    let view = |((name, id), outcome): ((String, MessageId), Outcome)| {
        let refusal = |unchanged| Refusal::from(Error::of_letter(mailbox, id, unchanged)).into_item();
        proto::MessageOutcome { name, refusal: outcome.err().map(refusal) }
    };
    names.into_iter().zip(ids).zip(outcomes).map(view).collect()
}

pub(super) async fn mark(
    parts: &Arc<Parts>,
    call: &Call,
    mut request: proto::MarkMessagesRequest,
) -> Result<proto::MarkMessagesResponse, Refusal> {
    let bulk = Bulk::parse(parts, call, stated!("MarkMessages", request), Fields::new())?;
    let admitted = admit::admit(parts, call, bulk.mailbox, Act::Mark).await?;
    let ids = bulk.ids_in(&admitted)?;
    let (mailbox, letters) = (admitted.acting.mailbox, (bulk.names, ids.clone()));
    let done = mark_messages::run(parts, admitted, ids, request.read, bulk.repeatable).await?;
    Ok(proto::MarkMessagesResponse { outcomes: outcomes(mailbox, letters, done) })
}

pub(super) async fn move_to(
    parts: &Arc<Parts>,
    call: &Call,
    mut request: proto::MoveMessagesRequest,
) -> Result<proto::MoveMessagesResponse, Refusal> {
    let mut fields = Fields::new();
    let folder = fields.required("destination_folder", &request.destination_folder, parse_folder);
    let bulk = Bulk::parse(parts, call, stated!("MoveMessages", request), fields)?;
    let Some(folder) = folder else { return Err(Refusal::internal("a folder that was neither read nor refused")) };
    let act = if folder.1 == Folder::Bin { Act::Delete } else { Act::Move };
    let admitted = admit::admit(parts, call, bulk.mailbox, act).await?;
    let ids = bulk.ids_in(&admitted)?;
    let (mailbox, letters) = (admitted.acting.mailbox, (bulk.names, ids.clone()));
    let destination = Destination::To(in_mailbox(&admitted.acting, folder)?);
    let done = move_messages::run(parts, admitted, ids, destination, bulk.repeatable).await?;
    Ok(proto::MoveMessagesResponse { outcomes: outcomes(mailbox, letters, done) })
}

pub(super) async fn delete(
    parts: &Arc<Parts>,
    call: &Call,
    mut request: proto::DeleteMessagesRequest,
) -> Result<proto::DeleteMessagesResponse, Refusal> {
    let bulk = Bulk::parse(parts, call, stated!("DeleteMessages", request), Fields::new())?;
    let admitted = admit::admit(parts, call, bulk.mailbox, Act::Delete).await?;
    let ids = bulk.ids_in(&admitted)?;
    let (mailbox, letters) = (admitted.acting.mailbox, (bulk.names, ids.clone()));
    let into_bin = Destination::To(Folder::Bin);
    let done = move_messages::run(parts, admitted, ids, into_bin, bulk.repeatable).await?;
    Ok(proto::DeleteMessagesResponse { outcomes: outcomes(mailbox, letters, done) })
}

pub(super) async fn restore(
    parts: &Arc<Parts>,
    call: &Call,
    mut request: proto::RestoreMessagesRequest,
) -> Result<proto::RestoreMessagesResponse, Refusal> {
    let bulk = Bulk::parse(parts, call, stated!("RestoreMessages", request), Fields::new())?;
    let admitted = admit::admit(parts, call, bulk.mailbox, Act::Delete).await?;
    let ids = bulk.ids_in(&admitted)?;
    let (mailbox, letters) = (admitted.acting.mailbox, (bulk.names, ids.clone()));
    let done = move_messages::run(parts, admitted, ids, Destination::Back, bulk.repeatable).await?;
    Ok(proto::RestoreMessagesResponse { outcomes: outcomes(mailbox, letters, done) })
}

pub(super) async fn purge(
    parts: &Arc<Parts>,
    call: &Call,
    mut request: proto::PurgeMessagesRequest,
) -> Result<proto::PurgeMessagesResponse, Refusal> {
    let bulk = Bulk::parse(parts, call, stated!("PurgeMessages", request), Fields::new())?;
    let admitted = admit::admit(parts, call, bulk.mailbox, Act::Delete).await?;
    let ids = bulk.ids_in(&admitted)?;
    let (mailbox, letters) = (admitted.acting.mailbox, (bulk.names, ids.clone()));
    let done = purge_messages::run(parts, admitted, ids, bulk.repeatable).await?;
    Ok(proto::PurgeMessagesResponse { outcomes: outcomes(mailbox, letters, done) })
}
