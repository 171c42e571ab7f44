//! What citizens see while they watch a mailbox.

use super::citizen::Citizen;
use crate::refused::Refused;
use crate::suite::{answer, there, with_token};
use api::mailbox::v1::{MailboxChangeKind, WatchMailboxRequest, WatchMailboxResponse};
use std::time::Duration;
use tonic::{Request, Streaming};

/// Longer than anything is ever waited for.
const LONG: Duration = Duration::from_secs(20);

/// An open watch.
pub struct Watch(Streaming<WatchMailboxResponse>);

impl Citizen {
    /// Begins to watch a mailbox: from now on, or after the answer of `resume_token`.
    pub async fn watches(&self, mailbox: &str, resume_token: &str) -> Result<Watch, Refused> {
        self.begins_to_watch(self.request(asked(mailbox, resume_token))).await
    }

    /// The same with this token.
    pub async fn watches_with(&self, token: &str, mailbox: &str, resume_token: &str) -> Result<Watch, Refused> {
        self.begins_to_watch(with_token(asked(mailbox, resume_token), token)).await
    }

    async fn begins_to_watch(&self, request: Request<WatchMailboxRequest>) -> Result<Watch, Refused> {
        answer(self.suite.clients().mailbox().watch_mailbox(request).await).map(Watch)
    }
}

fn asked(mailbox: &str, resume_token: &str) -> WatchMailboxRequest {
    WatchMailboxRequest { name: mailbox.to_owned(), resume_token: resume_token.to_owned() }
}

impl Watch {
    /// The next change, signs of life aside.
    ///
    /// # Panics
    /// When none comes for long.
    pub async fn next(&mut self) -> Result<WatchMailboxResponse, Refused> {
        let next = async {
            loop {
                let answer = there(self.0.message().await.map_err(Refused::from)?)?;
                if answer.kind() != MailboxChangeKind::Unspecified {
                    return Ok(answer);
                }
            }
        };
        tokio::time::timeout(LONG, next).await.expect("a change")
    }
}
