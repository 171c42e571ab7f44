//! A file of a letter from a citizen, on its way to the authority: a header, then chunks.

use super::authority;
use crate::domain::writing::ReplyName;
use crate::error::Error;
use crate::grpc::outflow::{self, Outflow};
use crate::objects::Reader;
use crate::usecase::{Parts, replies};
use api::mailbox::v1 as proto;
use api::mailbox::v1::download_reply_file_response::Frame;
use kernel::FileId;
use kernel::hex;
use rpc::{Call, Fields, Refusal};
use std::sync::Arc;
use tokio::time::Instant;
use tracing::Instrument as _;

/// The frames of one download.
pub(super) type Frames = outflow::Frames<proto::DownloadReplyFileResponse>;

pub(super) async fn download(
    parts: &Arc<Parts>,
    call: &Call,
    request: proto::DownloadReplyFileRequest,
) -> Result<Frames, Refusal> {
    let cvr = &authority(call)?.cvr;
    let mut fields = Fields::new();
    let name = fields.required("name", &request.name, ReplyName::parse_file);
    if request.offset_bytes < 0 {
        fields.refuse("offset_bytes", "must not be negative");
    }
    let ((reply, file),) = fields.all((name,))?;
    // Not a form of ours, so no file of ours.
    let file: FileId = file.parse().map_err(|_| Error::NotFound)?;
    if reply.cvr != *cvr {
        return Err(Error::NotFound.into());
    }
    let open = parts.downloads.open(call)?;
    let (file, reader) = replies::file(parts, reply, file, request.offset_bytes).await?;
    let header = Frame::Header(proto::DownloadHeader {
        display_name: file.name,
        media_type: file.media_type,
        size_bytes: file.size,
        sha256: hex(&file.sha256),
        offset_bytes: request.offset_bytes,
    });
    let (out, frames) = outflow::begin(open, parts.config.download_idle());
    tokio::spawn(send(header, reader, out).in_current_span());
    Ok(frames)
}

async fn send(header: Frame, reader: Reader, out: Outflow<proto::DownloadReplyFileResponse>) {
    let done = all(header, reader, &out).await;
    out.end(done);
}

/// Sends the file until its end, or until nobody takes it.
async fn all(header: Frame, mut reader: Reader, out: &Outflow<proto::DownloadReplyFileResponse>) -> Result<(), Error> {
    let mut frame = Some(header);
    while let Some(next) = frame {
        let Some(place) = out.place(Instant::now()).await? else { return Ok(()) };
        place.send(Ok(proto::DownloadReplyFileResponse { frame: Some(next) }));
        frame = reader.next().await?.map(Frame::Chunk);
    }
    Ok(())
}
