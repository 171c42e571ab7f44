//! What senders see while they watch their receipts.

use super::authority::Authority;
use crate::refused::Refused;
use crate::suite::{answer, there};
use api::mailbox::v1::{Receipt, WatchReceiptsRequest, WatchReceiptsResponse};
use std::time::Duration;
use tonic::Streaming;

/// Longer than anything is ever waited for.
const LONG: Duration = Duration::from_secs(20);

/// An open watch.
pub struct Receipts(Streaming<WatchReceiptsResponse>);

impl Authority {
    /// Begins to watch the own receipts: from now on, or after the answer of `resume_token`.
    pub async fn watches_receipts(&self, resume_token: &str) -> Result<Receipts, Refused> {
        let request = self.request(WatchReceiptsRequest { resume_token: resume_token.to_owned() });
        answer(self.suite.clients().delivery().watch_receipts(request).await).map(Receipts)
    }
}

impl Receipts {
    /// The next receipt that changed, signs of life aside, and where to resume after it.
    ///
    /// # Panics
    /// When none comes for long.
    pub async fn next(&mut self) -> Result<(Receipt, String), Refused> {
        let next = async {
            loop {
                let answer = there(self.0.message().await.map_err(Refused::from)?)?;
                if let Some(receipt) = answer.receipt {
                    return Ok((receipt, answer.resume_token));
                }
            }
        };
        tokio::time::timeout(LONG, next).await.expect("a receipt")
    }
}
