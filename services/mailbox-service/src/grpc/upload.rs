//! A file as it streams in: a header, then chunks.

use crate::domain::file::{self, MAX_CHUNK, MAX_UPLOAD_TIME, UploadHeader};
use crate::error::Error;
use crate::grpc::convert;
use crate::uploads::OpenUpload;
use crate::usecase::Parts;
use crate::usecase::upload_file::{self, Upstream};
use api::mailbox::v1 as proto;
use api::mailbox::v1::{upload_delivery_file_request, upload_file_request};
use bytes::Bytes;
use prost::Message as _;
use rpc::{Call, Fields, Reason, Refusal};
use std::sync::Arc;
use std::time::Duration;
use tonic::Streaming;
use tracing::Instrument as _;

/// One frame of an upload, whoever uploads.
pub(super) enum Frame {
    /// The first one.
    Header(proto::UploadHeader),
    /// Each further one.
    Chunk(Bytes),
}

/// A message that carries a frame.
pub(super) trait Framed: Send {
    /// The frame, if there is one.
    fn frame(self) -> Option<Frame>;
}

impl Framed for proto::UploadDeliveryFileRequest {
    fn frame(self) -> Option<Frame> {
        Some(match self.frame? {
            upload_delivery_file_request::Frame::Header(header) => Frame::Header(header),
            upload_delivery_file_request::Frame::Chunk(chunk) => Frame::Chunk(chunk),
        })
    }
}

impl Framed for proto::UploadFileRequest {
    fn frame(self) -> Option<Frame> {
        Some(match self.frame? {
            upload_file_request::Frame::Header(header) => Frame::Header(header),
            upload_file_request::Frame::Chunk(chunk) => Frame::Chunk(chunk),
        })
    }
}

/// What is taken in through an RPC.
#[derive(Clone, Copy)]
pub(super) struct Intake {
    /// The RPC.
    pub(super) rpc: &'static str,
    /// The most bytes of a file.
    pub(super) limit: i64,
}

/// Takes in the whole stream, or nothing of it. In a task of its own: when the caller goes away in the middle, what has come
/// is thrown away at once and not when it is swept.
pub(super) async fn receive<F: Framed + 'static>(
    parts: &Arc<Parts>,
    call: &Call,
    intake: Intake,
    frames: Streaming<F>,
) -> Result<proto::Upload, Refusal> {
    let open = parts.uploads.open(parts.caller_hash(call), call.deadline)?;
    let (parts, call) = (parts.clone(), call.clone());
    let task = tokio::spawn(async move { take_in(&parts, &call, intake, frames, open).await }.in_current_span());
    task.await.unwrap_or_else(|failed| Err(Refusal::internal(failed)))
}

async fn take_in(
    parts: &Arc<Parts>,
    call: &Call,
    intake: Intake,
    mut frames: Streaming<impl Framed>,
    open: OpenUpload,
) -> Result<proto::Upload, Refusal> {
    let Some(Frame::Header(stated)) = next(&mut frames).await? else { return Err(Error::FramesMalformed.into()) };
    let header = parse(&stated, intake.limit)?;
    let content = proto::UploadHeader { request_id: String::new(), ..stated.clone() }.encode_to_vec();
    let repeatable = parts.repeatable(call, intake.rpc, &stated.request_id, &content);
    let mut upstream = upload_file::begin(parts, parts.caller_hash(call), header).await?;
    let came = tokio::select! {
        came = chunks(&mut frames, &mut upstream) => came,
        refusal = open.over() => Err(refusal),
        () = tokio::time::sleep(MAX_UPLOAD_TIME) => Err(Refusal::new(Reason::DeadlineExceeded)),
    };
    if let Err(refusal) = came {
        upstream.abort().await?;
        return Err(refusal);
    }
    Ok(convert::upload(upstream.finish(repeatable).await?))
}

async fn chunks(frames: &mut Streaming<impl Framed>, upstream: &mut Upstream) -> Result<(), Refusal> {
    while let Some(frame) = next(frames).await? {
        let Frame::Chunk(chunk) = frame else { return Err(Error::FramesMalformed.into()) };
        if chunk.is_empty() || chunk.len() > MAX_CHUNK {
            let mut fields = Fields::new();
            fields.refuse("chunk", format!("must be 1 to {MAX_CHUNK} bytes"));
            fields.all((Some(()),))?;
        }
        upstream.push(&chunk).await?;
    }
    Ok(())
}

/// How long the next frame may keep us waiting.
const PATIENCE: Duration = Duration::from_secs(30);

/// The next frame; nothing at the end.
async fn next(frames: &mut Streaming<impl Framed>) -> Result<Option<Frame>, Refusal> {
    let waited = tokio::time::timeout(PATIENCE, frames.message()).await;
    let message = waited.map_err(|_| Refusal::new(Reason::DeadlineExceeded))?;
    let message = message.map_err(|status| Error::StreamBroken(Box::new(status)))?;
    message.map(|message| message.frame().ok_or_else(|| Error::FramesMalformed.into())).transpose()
}

fn parse(stated: &proto::UploadHeader, limit: i64) -> Result<UploadHeader, Refusal> {
    let mut fields = Fields::new();
    let (name, sha256) = fields.within("header", |fields| {
        fields.request_id(&stated.request_id);
        if stated.size_bytes < 1 {
            fields.refuse("size_bytes", "must be 1 or more");
        }
        (
            fields.required("display_name", &stated.display_name, file::parse_name),
            fields.required("sha256", &stated.sha256, file::parse_sha256),
        )
    });
    let (name, sha256) = fields.all((name, sha256))?;
    if stated.size_bytes > limit {
        return Err(Error::FileTooLarge(limit).into());
    }
    Ok(UploadHeader { name, size: stated.size_bytes, sha256 })
}
