//! Folders on the wire.

use super::messages::{in_mailbox, parse_folder};
use crate::domain::acting::{Act, Acting};
use crate::domain::folder::{Count, Folder, MAX_NAME};
use crate::error::Error;
use crate::grpc::{convert, etag};
use crate::usecase::admit::{self, Admitted};
use crate::usecase::change_folder::{self, Change};
use crate::usecase::{Parts, create_folder, delete_folder, list_folders};
use api::mailbox::v1 as proto;
use kernel::resource::MailboxRef;
use kernel::{FolderId, resource, text};
use prost::Message as _;
use rpc::{Call, Fields, Refusal};
use std::sync::Arc;

/// Folders on a page that does not say how many, and at the most.
const PAGE: (usize, usize) = (200, 1_000);

pub(super) async fn list(
    parts: &Arc<Parts>,
    call: &Call,
    request: proto::ListFoldersRequest,
) -> Result<proto::ListFoldersResponse, Refusal> {
    let mut fields = Fields::new();
    let mailbox = fields.required("parent", &request.parent, resource::parse_mailbox);
    let size = fields.take("page_size", page_size(request.page_size));
    let (mailbox, size) = fields.all((mailbox, size))?;
    let admitted = admit::admit(parts, call, mailbox, Act::List).await?;
    let acting = admitted.acting.clone();
    let context = format!("ListFolders/{}", acting.binding());
    let after = read_token(parts, &context, &request.page_token)?;
    let folders = all(&acting, list_folders::run(parts, admitted).await?);
    let start = match &after {
        // A folder that has gone since can't be gone on from.
        Some(after) => 1 + folders.iter().position(|folder| folder.name == *after).ok_or(Error::PageToken)?,
        None => 0,
    };
    let more = folders.len() > start + size;
    let page: Vec<proto::Folder> = folders.into_iter().skip(start).take(size).collect();
    let last = page.last().filter(|_| more);
    let token = |last: &proto::Folder| parts.keys.page_tokens.seal(&context, last.name.as_bytes(), &*parts.random);
    Ok(proto::ListFoldersResponse { next_page_token: last.map(token).unwrap_or_default(), folders: page })
}

fn all(acting: &Acting, view: list_folders::View) -> Vec<proto::Folder> {
    let count = |folder: Folder| view.counts.get(&folder).copied().unwrap_or_default();
    let system = Folder::SYSTEM.map(|folder| convert::system_folder(acting, folder, count(folder), view.create_time));
    let own = view.own.into_iter().map(|folder| {
        let count = count(Folder::Own(folder.id));
        convert::own_folder(acting.mailbox, folder, count)
    });
    system.into_iter().chain(own).collect()
}

fn page_size(asked: i32) -> Result<usize, &'static str> {
    match usize::try_from(asked) {
        Ok(0) => Ok(PAGE.0),
        Ok(size) => Ok(size.min(PAGE.1)),
        Err(_) => Err("must not be negative"),
    }
}

/// The name of the last folder of the page before.
fn read_token(parts: &Parts, context: &str, token: &str) -> Result<Option<String>, Error> {
    if token.is_empty() {
        return Ok(None);
    }
    let name = parts.keys.page_tokens.open(context, token).map_err(|_| Error::PageToken)?;
    String::from_utf8(name).map(Some).map_err(|_| Error::PageToken)
}

pub(super) async fn create(
    parts: &Arc<Parts>,
    call: &Call,
    mut request: proto::CreateFolderRequest,
) -> Result<proto::CreateFolderResponse, Refusal> {
    let request_id = std::mem::take(&mut request.request_id);
    let mut fields = Fields::new();
    fields.request_id(&request_id);
    let mailbox = fields.required("parent", &request.parent, resource::parse_mailbox);
    let name = fields.required("display_name", &request.display_name, |name| text::line(name, MAX_NAME));
    let parent = fields.optional("parent_folder", &request.parent_folder, parse_folder);
    let (mailbox, name, parent) = fields.all((mailbox, name, parent))?;
    let admitted = admit::admit(parts, call, mailbox, Act::CreateFolder).await?;
    let parent = own_parent(&admitted, parent)?;
    let mailbox = admitted.acting.mailbox;
    let repeatable = parts.repeatable(call, "CreateFolder", &request_id, &request.encode_to_vec());
    let folder = create_folder::run(parts, admitted, name, parent, repeatable).await?;
    Ok(proto::CreateFolderResponse { folder: Some(convert::own_folder(mailbox, folder, Count::default())) })
}

/// The parent must be one of the mailbox's own folders.
fn own_parent(admitted: &Admitted, parent: Option<(MailboxRef, Folder)>) -> Result<Option<FolderId>, Refusal> {
    let acting = &admitted.acting;
    match parent {
        None => Ok(None),
        Some(folder) => own_folder(acting, folder).map(Some),
    }
}

/// A folder of the mailbox that is none of the system's.
fn own_folder(acting: &Acting, folder: (MailboxRef, Folder)) -> Result<FolderId, Refusal> {
    match in_mailbox(acting, folder)? {
        Folder::Own(id) => Ok(id),
        system => Err(Error::SystemFolder(acting.mailbox, system.system_id().unwrap_or_default()).into()),
    }
}

pub(super) async fn rename(
    parts: &Arc<Parts>,
    call: &Call,
    mut request: proto::RenameFolderRequest,
) -> Result<proto::RenameFolderResponse, Refusal> {
    let request_id = std::mem::take(&mut request.request_id);
    let mut fields = Fields::new();
    fields.request_id(&request_id);
    let folder = fields.required("name", &request.name, parse_folder);
    let name = fields.required("display_name", &request.display_name, |name| text::line(name, MAX_NAME));
    let etag = fields.optional("etag", &request.etag, etag::parse);
    let (folder, name, etag) = fields.all((folder, name, etag))?;
    let admitted = admit::admit(parts, call, folder.0, Act::RenameFolder).await?;
    let (mailbox, id) = (admitted.acting.mailbox, own_folder(&admitted.acting, folder)?);
    let repeatable = parts.repeatable(call, "RenameFolder", &request_id, &request.encode_to_vec());
    let (folder, count) = change_folder::run(parts, admitted, id, Change::Name(name), etag, repeatable).await?;
    Ok(proto::RenameFolderResponse { folder: Some(convert::own_folder(mailbox, folder, count)) })
}

pub(super) async fn move_to(
    parts: &Arc<Parts>,
    call: &Call,
    mut request: proto::MoveFolderRequest,
) -> Result<proto::MoveFolderResponse, Refusal> {
    let request_id = std::mem::take(&mut request.request_id);
    let mut fields = Fields::new();
    fields.request_id(&request_id);
    let folder = fields.required("name", &request.name, parse_folder);
    let parent = fields.optional("parent_folder", &request.parent_folder, parse_folder);
    let etag = fields.optional("etag", &request.etag, etag::parse);
    let (folder, parent, etag) = fields.all((folder, parent, etag))?;
    let admitted = admit::admit(parts, call, folder.0, Act::RenameFolder).await?;
    let (mailbox, id) = (admitted.acting.mailbox, own_folder(&admitted.acting, folder)?);
    let change = Change::Parent(own_parent(&admitted, parent)?);
    let repeatable = parts.repeatable(call, "MoveFolder", &request_id, &request.encode_to_vec());
    let (folder, count) = change_folder::run(parts, admitted, id, change, etag, repeatable).await?;
    Ok(proto::MoveFolderResponse { folder: Some(convert::own_folder(mailbox, folder, count)) })
}

pub(super) async fn delete(
    parts: &Arc<Parts>,
    call: &Call,
    mut request: proto::DeleteFolderRequest,
) -> Result<proto::DeleteFolderResponse, Refusal> {
    let request_id = std::mem::take(&mut request.request_id);
    let mut fields = Fields::new();
    fields.request_id(&request_id);
    let folder = fields.required("name", &request.name, parse_folder);
    let etag = fields.optional("etag", &request.etag, etag::parse);
    let (folder, etag) = fields.all((folder, etag))?;
    let admitted = admit::admit(parts, call, folder.0, Act::DeleteFolder).await?;
    let id = own_folder(&admitted.acting, folder)?;
    let repeatable = parts.repeatable(call, "DeleteFolder", &request_id, &request.encode_to_vec());
    let deleted_message_count = delete_folder::run(parts, admitted, id, etag, repeatable).await?;
    Ok(proto::DeleteFolderResponse { deleted_message_count })
}
