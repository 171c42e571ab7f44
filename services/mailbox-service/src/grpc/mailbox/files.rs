//! A file on its way to the reader: a header, then chunks, and again and again the question whether it may go on.

use crate::domain::acting::Act;
use crate::domain::message::AttachedFile;
use crate::error::Error;
use crate::grpc::outflow::{self, Outflow};
use crate::usecase::download_file::{self, Downstream};
use crate::usecase::{Parts, admit};
use api::mailbox::v1 as proto;
use api::mailbox::v1::download_file_response::Frame;
use kernel::hex;
use kernel::{FileId, resource};
use rpc::{Call, Fields, Refusal};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};
use tracing::Instrument as _;

/// How often a reader's right is asked for while the stream is open.
const CHECK_EVERY: Duration = Duration::from_secs(1);
/// How many bytes are sent at the most between two questions: on a fast line a second is too much. With what lies in the
/// buffers on the way, no more than a mebibyte arrives after an ending.
const CHECK_AFTER: usize = 256 * 1024;

/// The frames of one download.
pub(super) type Frames = outflow::Frames<proto::DownloadFileResponse>;

pub(super) async fn download(
    parts: &Arc<Parts>,
    call: &Call,
    request: proto::DownloadFileRequest,
) -> Result<Frames, Refusal> {
    let mut fields = Fields::new();
    let name = fields.required("name", &request.name, resource::parse_file);
    if request.offset_bytes < 0 {
        fields.refuse("offset_bytes", "must not be negative");
    }
    let ((mailbox, message, file),) = fields.all((name,))?;
    // Not a form of ours, so no file of ours.
    let file: FileId = file.parse().map_err(|_| Error::NotFound)?;
    let admitted = admit::admit(parts, call, mailbox, Act::Download).await?;
    // Before anything is logged: what is shed did not happen.
    let open = parts.downloads.open(call)?;
    let down = download_file::begin(parts, admitted, message, file, request.offset_bytes).await?;
    let (out, frames) = outflow::begin(open, parts.config.download_idle());
    let header = header(&down.file, request.offset_bytes);
    let sender = Sender { parts: parts.clone(), call: call.clone(), down, out, checks: checks(), unchecked: 0 };
    tokio::spawn(sender.send(header).in_current_span());
    Ok(frames)
}

fn header(file: &AttachedFile, offset: i64) -> Frame {
    Frame::Header(proto::DownloadHeader {
        display_name: file.name.clone(),
        media_type: file.media_type.clone(),
        size_bytes: file.size,
        sha256: hex(&file.sha256),
        offset_bytes: offset,
    })
}

fn checks() -> Interval {
    let mut checks = interval_at(Instant::now() + CHECK_EVERY, CHECK_EVERY);
    checks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    checks
}

struct Sender {
    parts: Arc<Parts>,
    call: Call,
    down: Downstream,
    out: Outflow<proto::DownloadFileResponse>,
    checks: Interval,
    /// Bytes sent since the last question.
    unchecked: usize,
}

impl Sender {
    async fn send(mut self, header: Frame) {
        let done = self.all(header).await;
        self.out.end(done);
    }

    async fn all(&mut self, header: Frame) -> Result<(), Error> {
        let mut frame = Some(header);
        while let Some(next) = frame {
            if !self.one(next).await? {
                return Ok(());
            }
            frame = self.down.reader.next().await?.map(Frame::Chunk);
        }
        Ok(())
    }

    /// Sends one frame as soon as the caller takes it, asking for leave again each second until then. False: the caller
    /// has gone.
    async fn one(&mut self, frame: Frame) -> Result<bool, Error> {
        if let Frame::Chunk(chunk) = &frame {
            self.unchecked += chunk.len();
        }
        if self.unchecked > CHECK_AFTER {
            may_go_on(&self.parts, &self.call, &self.down).await?;
            self.unchecked = 0;
        }
        let since = Instant::now();
        loop {
            tokio::select! {
                biased;
                _ = self.checks.tick() => {
                    may_go_on(&self.parts, &self.call, &self.down).await?;
                    self.unchecked = 0;
                }
                place = self.out.place(since) => {
                    let Some(place) = place? else { return Ok(false) };
                    place.send(Ok(proto::DownloadFileResponse { frame: Some(frame) }));
                    return Ok(true);
                }
            }
        }
    }
}

/// Asks whether whoever gets the file may still have it.
async fn may_go_on(parts: &Arc<Parts>, call: &Call, down: &Downstream) -> Result<(), Error> {
    admit::readmit(parts, call, &down.acting, Some(down.mark), Act::Download).await.map(|_| ())
}
