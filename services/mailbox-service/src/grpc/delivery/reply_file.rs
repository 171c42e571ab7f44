//! A file of a letter from a citizen, on its way to the authority: a header, then chunks.

use super::authority;
use crate::domain::file::hex;
use crate::domain::writing::ReplyName;
use crate::error::Error;
use crate::grpc::batches::Answers;
use crate::objects::Reader;
use crate::usecase::{Parts, replies};
use api::mailbox::v1 as proto;
use api::mailbox::v1::download_reply_file_response::Frame;
use kernel::FileId;
use rpc::{Call, Fields, OpenStream, Refusal};
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;
use tracing::Instrument as _;

type Frames = mpsc::Sender<Result<proto::DownloadReplyFileResponse, Status>>;

pub(super) async fn download(
    parts: &Arc<Parts>,
    call: &Call,
    request: proto::DownloadReplyFileRequest,
) -> Result<Answers<proto::DownloadReplyFileResponse>, Refusal> {
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
    let open = parts.streams.open(call.deadline)?;
    let (file, reader) = replies::file(parts, reply, file, request.offset_bytes).await?;
    let header = Frame::Header(proto::DownloadHeader {
        display_name: file.name,
        media_type: file.media_type,
        size_bytes: file.size,
        sha256: hex(&file.sha256),
        offset_bytes: request.offset_bytes,
    });
    // One frame at a time: whoever reads slowly is read for slowly.
    let (frames, received) = mpsc::channel(1);
    tokio::spawn(send(open, header, reader, frames).in_current_span());
    Ok(ReceiverStream::new(received))
}

async fn send(open: OpenStream, header: Frame, reader: Reader, frames: Frames) {
    let refusal = tokio::select! {
        refusal = open.over() => refusal,
        sent = all(header, reader, &frames) => match sent {
            Ok(()) => return,
            Err(error) => Refusal::from(error),
        },
    };
    // Nobody listening is no matter: the stream ends either way.
    let _ = frames.send(Err(Status::from(refusal))).await;
}

/// Sends the file until its end, or until nobody takes it.
async fn all(header: Frame, mut reader: Reader, frames: &Frames) -> Result<(), Error> {
    let mut frame = Some(header);
    while let Some(next) = frame {
        if frames.send(Ok(proto::DownloadReplyFileResponse { frame: Some(next) })).await.is_err() {
            return Ok(());
        }
        frame = reader.next().await?.map(Frame::Chunk);
    }
    Ok(())
}
