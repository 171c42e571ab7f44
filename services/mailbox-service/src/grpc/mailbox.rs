//! MailboxService: a mailbox as its owner and readers use it.

mod activity;
mod bulk;
mod contact_points;
mod exemption;
mod files;
mod folders;
mod forward;
mod messages;
mod recipients;
mod search;
mod service;
mod settings;
mod watch;
mod writing;

use super::convert;
use super::upload::{self, Intake};
use crate::domain::acting::Act;
use crate::domain::file::MAX_CITIZEN_FILES_BYTES;
use crate::usecase::{Parts, admit, get_mailbox};
use api::mailbox::v1 as proto;
use api::mailbox::v1::mailbox_service_server::MailboxService;
use kernel::resource;
use rpc::{Call, Fields, Refusal};
use std::sync::Arc;
use tonic::{Request, Response, Status, Streaming};

/// Serves MailboxService.
pub struct Mailbox(pub Arc<Parts>);

/// Hands a call to the function that answers it.
macro_rules! answer {
    ($self:ident, $request:ident, $function:path) => {{
        let call = Call::of(&$request)?;
        Ok(Response::new($function(&$self.0, &call, $request.into_inner()).await?))
    }};
}

#[tonic::async_trait]
impl MailboxService for Mailbox {
    type DownloadFileStream = files::Frames;
    type WatchMailboxStream = watch::Changes;

    async fn get_mailbox(
        &self,
        request: Request<proto::GetMailboxRequest>,
    ) -> Result<Response<proto::GetMailboxResponse>, Status> {
        answer!(self, request, get_mailbox)
    }

    async fn get_settings(
        &self,
        request: Request<proto::GetSettingsRequest>,
    ) -> Result<Response<proto::GetSettingsResponse>, Status> {
        answer!(self, request, settings::get)
    }

    async fn update_settings(
        &self,
        request: Request<proto::UpdateSettingsRequest>,
    ) -> Result<Response<proto::UpdateSettingsResponse>, Status> {
        answer!(self, request, settings::update)
    }

    async fn list_folders(
        &self,
        request: Request<proto::ListFoldersRequest>,
    ) -> Result<Response<proto::ListFoldersResponse>, Status> {
        answer!(self, request, folders::list)
    }

    async fn create_folder(
        &self,
        request: Request<proto::CreateFolderRequest>,
    ) -> Result<Response<proto::CreateFolderResponse>, Status> {
        answer!(self, request, folders::create)
    }

    async fn rename_folder(
        &self,
        request: Request<proto::RenameFolderRequest>,
    ) -> Result<Response<proto::RenameFolderResponse>, Status> {
        answer!(self, request, folders::rename)
    }

    async fn move_folder(
        &self,
        request: Request<proto::MoveFolderRequest>,
    ) -> Result<Response<proto::MoveFolderResponse>, Status> {
        answer!(self, request, folders::move_to)
    }

    async fn delete_folder(
        &self,
        request: Request<proto::DeleteFolderRequest>,
    ) -> Result<Response<proto::DeleteFolderResponse>, Status> {
        answer!(self, request, folders::delete)
    }

    async fn list_messages(
        &self,
        request: Request<proto::ListMessagesRequest>,
    ) -> Result<Response<proto::ListMessagesResponse>, Status> {
        answer!(self, request, messages::list)
    }

    async fn search_messages(
        &self,
        request: Request<proto::SearchMessagesRequest>,
    ) -> Result<Response<proto::SearchMessagesResponse>, Status> {
        answer!(self, request, search::search)
    }

    async fn get_message(
        &self,
        request: Request<proto::GetMessageRequest>,
    ) -> Result<Response<proto::GetMessageResponse>, Status> {
        answer!(self, request, messages::get)
    }

    async fn mark_messages(
        &self,
        request: Request<proto::MarkMessagesRequest>,
    ) -> Result<Response<proto::MarkMessagesResponse>, Status> {
        answer!(self, request, bulk::mark)
    }

    async fn move_messages(
        &self,
        request: Request<proto::MoveMessagesRequest>,
    ) -> Result<Response<proto::MoveMessagesResponse>, Status> {
        answer!(self, request, bulk::move_to)
    }

    async fn delete_messages(
        &self,
        request: Request<proto::DeleteMessagesRequest>,
    ) -> Result<Response<proto::DeleteMessagesResponse>, Status> {
        answer!(self, request, bulk::delete)
    }

    async fn restore_messages(
        &self,
        request: Request<proto::RestoreMessagesRequest>,
    ) -> Result<Response<proto::RestoreMessagesResponse>, Status> {
        answer!(self, request, bulk::restore)
    }

    async fn purge_messages(
        &self,
        request: Request<proto::PurgeMessagesRequest>,
    ) -> Result<Response<proto::PurgeMessagesResponse>, Status> {
        answer!(self, request, bulk::purge)
    }

    async fn download_file(
        &self,
        request: Request<proto::DownloadFileRequest>,
    ) -> Result<Response<Self::DownloadFileStream>, Status> {
        answer!(self, request, files::download)
    }

    async fn acknowledge_service(
        &self,
        request: Request<proto::AcknowledgeServiceRequest>,
    ) -> Result<Response<proto::AcknowledgeServiceResponse>, Status> {
        answer!(self, request, service::acknowledge)
    }

    async fn get_service_record(
        &self,
        request: Request<proto::GetServiceRecordRequest>,
    ) -> Result<Response<proto::GetServiceRecordResponse>, Status> {
        answer!(self, request, service::record)
    }

    async fn end_own_exemption(
        &self,
        request: Request<proto::EndOwnExemptionRequest>,
    ) -> Result<Response<proto::EndOwnExemptionResponse>, Status> {
        answer!(self, request, exemption::end_own)
    }

    async fn forward_message(
        &self,
        request: Request<proto::ForwardMessageRequest>,
    ) -> Result<Response<proto::ForwardMessageResponse>, Status> {
        answer!(self, request, forward::forward)
    }

    async fn list_recipients(
        &self,
        request: Request<proto::ListRecipientsRequest>,
    ) -> Result<Response<proto::ListRecipientsResponse>, Status> {
        answer!(self, request, recipients::list)
    }

    async fn add_recipient(
        &self,
        request: Request<proto::AddRecipientRequest>,
    ) -> Result<Response<proto::AddRecipientResponse>, Status> {
        answer!(self, request, recipients::add)
    }

    async fn remove_recipient(
        &self,
        request: Request<proto::RemoveRecipientRequest>,
    ) -> Result<Response<proto::RemoveRecipientResponse>, Status> {
        answer!(self, request, recipients::remove)
    }

    async fn upload_file(
        &self,
        request: Request<Streaming<proto::UploadFileRequest>>,
    ) -> Result<Response<proto::UploadFileResponse>, Status> {
        let call = Call::of(&request)?;
        let intake = Intake { rpc: "UploadFile", limit: MAX_CITIZEN_FILES_BYTES };
        let upload = upload::receive(&self.0, &call, intake, request.into_inner()).await?;
        Ok(Response::new(proto::UploadFileResponse { upload: Some(upload) }))
    }

    async fn send_message(
        &self,
        request: Request<proto::SendMessageRequest>,
    ) -> Result<Response<proto::SendMessageResponse>, Status> {
        answer!(self, request, writing::send)
    }

    async fn reply_to_message(
        &self,
        request: Request<proto::ReplyToMessageRequest>,
    ) -> Result<Response<proto::ReplyToMessageResponse>, Status> {
        answer!(self, request, writing::reply)
    }

    async fn list_contact_points(
        &self,
        request: Request<proto::ListContactPointsRequest>,
    ) -> Result<Response<proto::ListContactPointsResponse>, Status> {
        answer!(self, request, contact_points::list)
    }

    async fn list_activity(
        &self,
        request: Request<proto::ListActivityRequest>,
    ) -> Result<Response<proto::ListActivityResponse>, Status> {
        answer!(self, request, activity::list)
    }

    async fn watch_mailbox(
        &self,
        request: Request<proto::WatchMailboxRequest>,
    ) -> Result<Response<Self::WatchMailboxStream>, Status> {
        answer!(self, request, watch::watch)
    }
}

async fn get_mailbox(
    parts: &Arc<Parts>,
    call: &Call,
    request: proto::GetMailboxRequest,
) -> Result<proto::GetMailboxResponse, Refusal> {
    let mut fields = Fields::new();
    let mailbox = fields.required("name", &request.name, resource::parse_mailbox);
    let (mailbox,) = fields.all((mailbox,))?;
    let admitted = admit::admit(parts, call, mailbox, Act::List).await?;
    let view = get_mailbox::run(parts, admitted).await?;
    let state = if view.closed { proto::MailboxState::Closed } else { proto::MailboxState::Open };
    let mailbox = proto::Mailbox {
        name: resource::mailbox(view.acting.mailbox),
        owner: resource::person(view.acting.mailbox),
        owner_display_name: view.owner_name,
        capacity: convert::capacity(view.acting.capacity()).into(),
        state: state.into(),
        visible_post_kinds: view.acting.visible_kinds().map(|mark| convert::post_kind(mark).into()).collect(),
        message_count: view.count.total,
        unread_count: view.count.unread,
        exempt: view.exempt,
        bin_retention_days: i32::try_from(parts.config.bin_days).unwrap_or(i32::MAX),
    };
    Ok(proto::GetMailboxResponse { mailbox: Some(mailbox) })
}
