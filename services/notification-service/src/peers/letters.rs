//! Forwarded letters: fetched of mailbox-service when they are sent (M7).

use crate::domain::forward::{Fetched, File, ForwardName, Letter};
use api::mailbox::v1::directory_service_client::DirectoryServiceClient;
use api::mailbox::v1::fetch_forward_response::Frame;
use api::mailbox::v1::{DownloadHeader, FetchForwardRequest, FetchForwardResponse, ForwardHeader};
use kernel::{EmailAddress, text};
use rpc::{Client, Reason, Refusal, convert};
use std::time::Duration;
use tonic::{Status, Streaming};

/// How long a letter may take on its way here.
const PATIENCE: Duration = Duration::from_mins(2);

/// Letters that were forwarded to e-mail addresses.
#[derive(Clone)]
pub struct Letters {
    client: Client,
    most_bytes: usize,
}

impl Letters {
    /// Asks through `client` for letters of at most so many bytes of text and files.
    pub fn new(client: Client, most_bytes: usize) -> Self {
        Self { client, most_bytes }
    }

    /// The letter of this forwarding. What is too large is not read to its end.
    pub async fn fetch(&self, name: ForwardName) -> Result<Fetched, Refusal> {
        let mut request = self.client.request(FetchForwardRequest { name: name.to_string() })?;
        request.set_timeout(PATIENCE);
        let fetched = tokio::time::timeout(PATIENCE, self.read(request)).await;
        let fetched = fetched.map_err(|_| Refusal::unavailable("mailbox-service", "the letter takes too long"))?;
        match fetched {
            Err(refusal) if refusal.reason() == Reason::NotFound => Ok(Fetched::Gone),
            fetched => fetched,
        }
    }

    async fn read(&self, request: tonic::Request<FetchForwardRequest>) -> Result<Fetched, Refusal> {
        let answered = DirectoryServiceClient::new(self.client.channel()).fetch_forward(request).await;
        let mut frames =
            Frames { client: &self.client, stream: answered.map_err(|s| self.client.failed(s))?.into_inner() };
        let Some(Frame::Header(header)) = frames.next().await? else { return Err(out_of_order()) };
        let file_count = usize::try_from(header.file_count).unwrap_or(0);
        let mut letter = letter(header)?;
        let mut bytes = letter.body_text.len();
        let mut left = 0;
        while let Some(frame) = frames.next().await? {
            match (frame, letter.files.last_mut()) {
                (Frame::File(file), _) if left == 0 => {
                    left = usize::try_from(file.size_bytes).map_err(Refusal::internal)?;
                    bytes = bytes.saturating_add(left);
                    if bytes > self.most_bytes {
                        return Ok(Fetched::TooLarge);
                    }
                    letter.files.push(begun(file, left));
                }
                (Frame::Chunk(chunk), Some(file)) if chunk.len() <= left => {
                    left -= chunk.len();
                    file.content.extend_from_slice(&chunk);
                }
                _ => return Err(out_of_order()),
            }
        }
        let whole = left == 0 && letter.files.len() == file_count;
        if whole { Ok(Fetched::Letter(Box::new(letter))) } else { Err(out_of_order()) }
    }
}

struct Frames<'c> {
    client: &'c Client,
    stream: Streaming<FetchForwardResponse>,
}

impl Frames<'_> {
    async fn next(&mut self) -> Result<Option<Frame>, Refusal> {
        let failed = |status: Status| self.client.failed(status);
        let response = self.stream.message().await.map_err(failed)?;
        response.map(|response| response.frame.ok_or_else(out_of_order)).transpose()
    }
}

fn letter(header: ForwardHeader) -> Result<Letter, Refusal> {
    let time = header.available_time.ok_or_else(out_of_order)?;
    Ok(Letter {
        address: EmailAddress::parse(&header.email_address).map_err(Refusal::internal)?,
        forwarded_by: visible(&header.forwarded_by_display_name),
        comment: header.comment,
        sender: visible(&header.sender_display_name),
        subject: visible(&header.subject),
        body_text: header.body_text,
        available_time: convert::from_proto(time).map_err(Refusal::internal)?,
        files: Vec::new(),
    })
}

fn begun(file: DownloadHeader, size: usize) -> File {
    File { name: visible(&file.display_name), media_type: file.media_type, content: Vec::with_capacity(size) }
}

/// One line, with nothing in it that can't be seen.
fn visible(text: &str) -> String {
    text.chars().filter(|c| !text::is_invisible(*c)).collect()
}

/// The stream broke off, or is none of ours: asked again later.
fn out_of_order() -> Refusal {
    Refusal::unavailable("mailbox-service", "the frames of a forwarded letter are not whole")
}
