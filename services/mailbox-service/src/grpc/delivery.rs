//! DeliveryService: what sender systems send.

mod contact_points;
mod follow;
mod mailing;
mod parse;
mod receipt;
mod replies;
mod reply_file;
mod watch;

use super::batches::{self, Answers};
use super::upload::{self, Intake};
use crate::domain::delivery::{DeliveryKey, is_legal_basis};
use crate::domain::post::Mark;
use crate::domain::recipient::NotTaken;
use crate::error::Error;
use crate::usecase::deliver::{self, Deliverer};
use crate::usecase::{Parts, get_receipt, look_up_recipient, withdraw};
use api::mailbox::v1 as proto;
use api::mailbox::v1::delivery_service_server::DeliveryService;
use kernel::{CprNumber, Sector, SenderSystem};
use prost::Message as _;
use receipt::receipt;
use rpc::{Call, Fields, Reason, Refusal};
use std::sync::Arc;
use tonic::{Request, Response, Status, Streaming};

/// The most numbers of one look-up.
const MAX_NUMBERS: usize = 1_000;

/// Serves DeliveryService.
pub struct Delivery(pub Arc<Parts>);

#[tonic::async_trait]
impl DeliveryService for Delivery {
    type DeliverMessagesStream = Answers<proto::DeliverMessagesResponse>;
    type WatchReceiptsStream = Answers<proto::WatchReceiptsResponse>;
    type FetchRepliesStream = Answers<proto::FetchRepliesResponse>;
    type DownloadReplyFileStream = reply_file::Frames;

    async fn look_up_recipient(
        &self,
        request: Request<proto::LookUpRecipientRequest>,
    ) -> Result<Response<proto::LookUpRecipientResponse>, Status> {
        let call = Call::of(&request)?;
        let request = request.into_inner();
        let mut fields = Fields::new();
        let cpr = fields.required("cpr_number", &request.cpr_number, CprNumber::parse);
        let basis = fields.optional("legal_basis", &request.legal_basis, legal_basis);
        let (cpr, basis) = fields.all((cpr, basis))?;
        let mark = mark(call.sender_system()?, basis.as_deref())?;
        let answers = look_up_recipient::run(&self.0, &[cpr], mark, basis.is_some()).await.map_err(Refusal::from)?;
        let status = answers.into_iter().next().map(status);
        Ok(Response::new(proto::LookUpRecipientResponse { status }))
    }

    async fn look_up_recipients(
        &self,
        request: Request<proto::LookUpRecipientsRequest>,
    ) -> Result<Response<proto::LookUpRecipientsResponse>, Status> {
        let call = Call::of(&request)?;
        let request = request.into_inner();
        let mut fields = Fields::new();
        if request.cpr_numbers.is_empty() || request.cpr_numbers.len() > MAX_NUMBERS {
            fields.refuse("cpr_numbers", format!("must be 1 to {MAX_NUMBERS}"));
        }
        let basis = fields.optional("legal_basis", &request.legal_basis, legal_basis);
        let (basis,) = fields.all((basis,))?;
        let mark = mark(call.sender_system()?, basis.as_deref())?;
        let parsed: Vec<Option<CprNumber>> =
            request.cpr_numbers.iter().map(|number| CprNumber::parse(number).ok()).collect();
        let numbers: Vec<CprNumber> = parsed.iter().flatten().cloned().collect();
        let answers = look_up_recipient::run(&self.0, &numbers, mark, basis.is_some()).await.map_err(Refusal::from)?;
        let mut answers = answers.into_iter().map(status);
        let malformed = || proto::RecipientStatus { can_receive: false, reason: Reason::InvalidFields.into() };
        let statuses = parsed
            .iter()
            .map(|number| number.as_ref().and_then(|_| answers.next()).unwrap_or_else(malformed))
            .collect();
        Ok(Response::new(proto::LookUpRecipientsResponse { statuses }))
    }

    async fn upload_delivery_file(
        &self,
        request: Request<Streaming<proto::UploadDeliveryFileRequest>>,
    ) -> Result<Response<proto::UploadDeliveryFileResponse>, Status> {
        let call = Call::of(&request)?;
        let intake = Intake { rpc: "UploadDeliveryFile", limit: self.0.config.max_delivery_file_bytes };
        let upload = upload::receive(&self.0, &call, intake, request.into_inner()).await?;
        Ok(Response::new(proto::UploadDeliveryFileResponse { upload: Some(upload) }))
    }

    async fn deliver_message(
        &self,
        request: Request<proto::DeliverMessageRequest>,
    ) -> Result<Response<proto::DeliverMessageResponse>, Status> {
        let call = Call::of(&request)?;
        let deliverer = self.deliverer(&call)?;
        let delivery = parse::delivery(&self.0, &deliverer.system, request.into_inner().delivery)?;
        let receipt_of = deliver::one(&self.0, &deliverer, delivery).await.map_err(Refusal::from)?;
        Ok(Response::new(proto::DeliverMessageResponse { receipt: Some(receipt(receipt_of)) }))
    }

    async fn deliver_messages(
        &self,
        request: Request<Streaming<proto::DeliverMessagesRequest>>,
    ) -> Result<Response<Self::DeliverMessagesStream>, Status> {
        let call = Call::of(&request)?;
        let mailing = mailing::Mailing { parts: self.0.clone(), deliverer: self.deliverer(&call)?, items: 0 };
        Ok(Response::new(batches::run(mailing, &self.0.turns, &self.0.streams, &call, request.into_inner())?))
    }

    async fn withdraw_message(
        &self,
        request: Request<proto::WithdrawMessageRequest>,
    ) -> Result<Response<proto::WithdrawMessageResponse>, Status> {
        let call = Call::of(&request)?;
        let mut request = request.into_inner();
        let mut fields = Fields::new();
        fields.request_id(&request.request_id);
        let uuid = fields.required("message_uuid", &request.message_uuid, parse::uuid);
        let (uuid,) = fields.all((uuid,))?;
        let key = DeliveryKey::new(call.sender_system()?, uuid);
        let request_id = std::mem::take(&mut request.request_id);
        let call = self.0.repeatable(&call, "WithdrawMessage", &request_id, &request.encode_to_vec());
        let withdrawn = withdraw::run(&self.0, key, call).await.map_err(Refusal::from)?;
        Ok(Response::new(proto::WithdrawMessageResponse { receipt: Some(receipt((withdrawn, None))) }))
    }

    async fn watch_receipts(
        &self,
        request: Request<proto::WatchReceiptsRequest>,
    ) -> Result<Response<Self::WatchReceiptsStream>, Status> {
        let call = Call::of(&request)?;
        Ok(Response::new(watch::begin(&self.0, &call, &request.into_inner()).await?))
    }

    async fn get_receipt(
        &self,
        request: Request<proto::GetReceiptRequest>,
    ) -> Result<Response<proto::GetReceiptResponse>, Status> {
        let call = Call::of(&request)?;
        let mut fields = Fields::new();
        let uuid = fields.required("message_uuid", &request.get_ref().message_uuid, parse::uuid);
        let (uuid,) = fields.all((uuid,))?;
        let key = DeliveryKey::new(call.sender_system()?, uuid);
        let found = get_receipt::run(&self.0, key).await.map_err(Refusal::from)?;
        Ok(Response::new(proto::GetReceiptResponse { receipt: Some(receipt(found)) }))
    }

    async fn set_contact_points(
        &self,
        request: Request<proto::SetContactPointsRequest>,
    ) -> Result<Response<proto::SetContactPointsResponse>, Status> {
        let call = Call::of(&request)?;
        Ok(Response::new(contact_points::set(&self.0, &call, request.into_inner()).await?))
    }

    async fn fetch_replies(
        &self,
        request: Request<proto::FetchRepliesRequest>,
    ) -> Result<Response<Self::FetchRepliesStream>, Status> {
        let call = Call::of(&request)?;
        Ok(Response::new(replies::fetch(&self.0, &call, &request.into_inner())?))
    }

    async fn download_reply_file(
        &self,
        request: Request<proto::DownloadReplyFileRequest>,
    ) -> Result<Response<Self::DownloadReplyFileStream>, Status> {
        let call = Call::of(&request)?;
        Ok(Response::new(reply_file::download(&self.0, &call, request.into_inner()).await?))
    }

    async fn acknowledge_replies(
        &self,
        request: Request<proto::AcknowledgeRepliesRequest>,
    ) -> Result<Response<proto::AcknowledgeRepliesResponse>, Status> {
        let call = Call::of(&request)?;
        Ok(Response::new(replies::acknowledge(&self.0, &call, request.into_inner()).await?))
    }
}

/// The system that calls, which must be a public authority's.
fn authority(call: &Call) -> Result<&SenderSystem, Refusal> {
    let system = call.sender_system()?;
    match system.sector {
        Sector::Public => Ok(system),
        Sector::Private => Err(Refusal::new(Reason::CallerNotAllowed).with("caller_kind", "SENDER_SYSTEM")),
    }
}

impl Delivery {
    fn deliverer(&self, call: &Call) -> Result<Deliverer, Refusal> {
        Ok(Deliverer { system: call.sender_system()?.clone(), uploader: self.0.caller_hash(call) })
    }
}

fn legal_basis(text: &str) -> Result<String, &'static str> {
    if is_legal_basis(text) { Ok(text.to_owned()) } else { Err("must be 1-32 characters from a-z, 0-9 and \"-\"") }
}

/// The mark of what the sender would send, if it holds the legal basis that it states.
fn mark(system: &SenderSystem, basis: Option<&str>) -> Result<Mark, Refusal> {
    match basis {
        Some(basis) if !system.legal_bases.iter().any(|held| held == basis) => {
            Err(Error::LegalBasisNotHeld(basis.to_owned()).into())
        }
        _ => Mark::of(system).ok_or_else(|| Error::NotFound.into()),
    }
}

fn status(taken: Result<(), NotTaken>) -> proto::RecipientStatus {
    let reason = match taken {
        Ok(()) => Reason::Unspecified,
        Err(NotTaken::Exempt) => Reason::RecipientExempt,
        Err(NotTaken::Closed) => Reason::RecipientClosed,
        Err(NotTaken::NotRegistered) => Reason::RecipientNotRegistered,
    };
    proto::RecipientStatus { can_receive: taken.is_ok(), reason: reason.into() }
}
