//! A forwarded letter on its way to notification-service: a header, then each file, begun by a frame of its own.

use crate::domain::message::AttachedFile;
use crate::error::Error;
use crate::grpc::outflow::{self, Outflow};
use crate::usecase::Parts;
use crate::usecase::fetch_forward::{self, Outgoing};
use api::mailbox::v1 as proto;
use api::mailbox::v1::fetch_forward_response::Frame;
use crypto::DataKey;
use kernel::hex;
use kernel::resource;
use rpc::convert::to_proto;
use rpc::{Call, Fields, Refusal};
use std::sync::Arc;
use tokio::time::Instant;
use tracing::Instrument as _;

/// The frames of one forwarded letter.
pub(super) type Frames = outflow::Frames<proto::FetchForwardResponse>;

pub(super) async fn fetch(
    parts: &Arc<Parts>,
    call: &Call,
    request: proto::FetchForwardRequest,
) -> Result<Frames, Refusal> {
    let mut fields = Fields::new();
    let name = fields.required("name", &request.name, resource::parse_forward);
    let ((mailbox, id),) = fields.all((name,))?;
    let open = parts.downloads.open(call)?;
    let outgoing = fetch_forward::run(parts, mailbox, id).await?;
    let (out, frames) = outflow::begin(open, parts.config.download_idle());
    let sender = Sender { parts: parts.clone(), out };
    tokio::spawn(sender.send(outgoing).in_current_span());
    Ok(frames)
}

struct Sender {
    parts: Arc<Parts>,
    out: Outflow<proto::FetchForwardResponse>,
}

impl Sender {
    async fn send(self, outgoing: Outgoing) {
        let done = self.all(outgoing).await;
        self.out.end(done);
    }

    async fn all(&self, mut outgoing: Outgoing) -> Result<(), Error> {
        let files = std::mem::take(&mut outgoing.files);
        if !self.one(Frame::Header(header(outgoing, files.len()))).await? {
            return Ok(());
        }
        for file in files {
            if !self.file(file).await? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// One file. False: the caller has gone.
    async fn file(&self, (file, key): (AttachedFile, DataKey)) -> Result<bool, Error> {
        let size = u64::try_from(file.size).unwrap_or(0);
        let mut reader = self.parts.objects.read(file.id, key, size, 0);
        let begin = proto::DownloadHeader {
            display_name: file.name,
            media_type: file.media_type,
            size_bytes: file.size,
            sha256: hex(&file.sha256),
            offset_bytes: 0,
        };
        let mut frame = Some(Frame::File(begin));
        while let Some(next) = frame {
            if !self.one(next).await? {
                return Ok(false);
            }
            frame = reader.next().await?.map(Frame::Chunk);
        }
        Ok(true)
    }

    /// Sends one frame as soon as the caller takes it. False: the caller has gone.
    async fn one(&self, frame: Frame) -> Result<bool, Error> {
        let Some(place) = self.out.place(Instant::now()).await? else { return Ok(false) };
        place.send(Ok(proto::FetchForwardResponse { frame: Some(frame) }));
        Ok(true)
    }
}

fn header(outgoing: Outgoing, files: usize) -> proto::ForwardHeader {
    let summary = outgoing.letter.summary;
    proto::ForwardHeader {
        email_address: outgoing.address.as_str().to_owned(),
        forwarded_by_display_name: outgoing.forwarded_by,
        comment: outgoing.forward.comment,
        sender_display_name: summary.sender.name,
        subject: summary.subject,
        body_text: outgoing.letter.body,
        available_time: Some(to_proto(summary.available_time)),
        file_count: i32::try_from(files).unwrap_or(i32::MAX),
    }
}
