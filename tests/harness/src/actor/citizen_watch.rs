//! What citizens see while they watch a mailbox.

use super::citizen::Citizen;
use crate::refused::Refused;
use crate::suite::{answer, there};
use api::mailbox::v1::{MailboxChangeKind, WatchMailboxRequest, WatchMailboxResponse};
use std::time::Duration;
use tonic::Streaming;

/// Longer than anything is ever waited for.
const LONG: Duration = Duration::from_secs(20);

/// An open watch.
pub struct Watch(Streaming<WatchMailboxResponse>);

impl Citizen {
    /// Begins to watch a mailbox: from now on, or after the answer of `resume_token`.
    pub async fn watches(&self, mailbox: &str, resume_token: &str) -> Result<Watch, Refused> {
        let (name, resume_token) = (mailbox.to_owned(), resume_token.to_owned());
        let request = self.request(WatchMailboxRequest { name, resume_token });
        answer(self.suite.clients().mailbox().watch_mailbox(request).await).map(Watch)
    }
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
