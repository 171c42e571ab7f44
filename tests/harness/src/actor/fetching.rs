//! How authorities fetch what citizens have written to them.

use super::authority::{Authority, Letter};
use crate::person::Person;
use crate::refused::Refused;
use crate::suite::{answer, there};
use api::mailbox::v1::download_reply_file_response::Frame;
use api::mailbox::v1::{
    AcknowledgeRepliesRequest, Delivery, DownloadHeader, DownloadReplyFileRequest, FetchRepliesRequest,
    FetchRepliesResponse, Receipt, Reply,
};
use std::time::Duration;
use tonic::Streaming;

/// Longer than anything is ever waited for.
const LONG: Duration = Duration::from_secs(20);

/// An open stream of letters from citizens.
pub struct Post(Streaming<FetchRepliesResponse>);

impl Post {
    /// The next letter, signs of life aside, and where to resume after it.
    ///
    /// # Panics
    /// When none comes for long.
    pub async fn next(&mut self) -> Result<(Reply, String), Refused> {
        let next = async {
            loop {
                let answer = there(self.0.message().await.map_err(Refused::from)?)?;
                if let Some(reply) = answer.reply {
                    return Ok((reply, answer.resume_token));
                }
            }
        };
        tokio::time::timeout(LONG, next).await.expect("a letter")
    }

    /// The letters up to the first sign of life: all that there are for now.
    pub async fn all(&mut self) -> Result<Vec<Reply>, Refused> {
        let mut letters = Vec::new();
        while let Some(reply) = there(self.0.message().await.map_err(Refused::from)?)?.reply {
            letters.push(reply);
        }
        Ok(letters)
    }
}

impl Authority {
    /// Begins to fetch in just these words.
    pub async fn fetches_as(&self, request: FetchRepliesRequest) -> Result<Post, Refused> {
        answer(self.suite.clients().delivery().fetch_replies(self.request(request)).await).map(Post)
    }

    /// Begins to fetch, with the oldest letter or after the one of `resume_token`.
    pub async fn fetches(&self, resume_token: &str) -> Result<Post, Refused> {
        let resume_token = resume_token.to_owned();
        self.fetches_as(FetchRepliesRequest { resume_token, ..FetchRepliesRequest::default() }).await
    }

    /// The letters that wait and are not acknowledged, oldest first, at least `count` of them.
    pub async fn has_post(&self, count: usize) -> Result<Vec<Reply>, Refused> {
        let (mut post, mut letters) = (self.fetches("").await?, Vec::new());
        while letters.len() < count {
            letters.push(post.next().await?.0);
        }
        Ok(letters)
    }

    /// The letters that wait for it now.
    pub async fn waiting_post(&self) -> Result<Vec<Reply>, Refused> {
        self.fetches("").await?.all().await
    }

    /// Says that it keeps these letters.
    pub async fn acknowledges(&self, names: &[&str]) -> Result<(), Refused> {
        let names = names.iter().copied().map(str::to_owned).collect();
        self.acknowledges_as(AcknowledgeRepliesRequest { names, ..AcknowledgeRepliesRequest::default() }).await
    }

    /// The same in just these words.
    pub async fn acknowledges_as(&self, request: AcknowledgeRepliesRequest) -> Result<(), Refused> {
        answer(self.suite.clients().delivery().acknowledge_replies(self.request(request)).await).map(|_| ())
    }

    /// Downloads a file of a letter from `offset` on.
    pub async fn downloads(&self, file: &str, offset: i64) -> Result<(DownloadHeader, Vec<u8>), Refused> {
        let request = self.request(DownloadReplyFileRequest { name: file.to_owned(), offset_bytes: offset });
        let mut frames = answer(self.suite.clients().delivery().download_reply_file(request).await)?;
        let (mut header, mut content) = (None, Vec::new());
        while let Some(frame) = frames.message().await.map_err(Refused::from)? {
            match there(frame.frame)? {
                Frame::Header(first) => header = Some(first),
                Frame::Chunk(chunk) => content.extend_from_slice(&chunk),
            }
        }
        Ok((there(header)?, content))
    }

    /// Delivers a letter that can be answered at a contact point.
    pub async fn asks(&self, to: &Person, subject: &str, contact_point: &str) -> Result<Receipt, Refused> {
        let reply_contact_point = contact_point.to_owned();
        let delivery = Delivery { reply_contact_point, ..self.prepares(to, Letter::about(subject)).await? };
        let receipt = self.sends(delivery).await?;
        self.suite.settle().await;
        Ok(receipt)
    }
}
