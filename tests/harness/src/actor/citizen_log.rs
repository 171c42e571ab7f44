//! What citizens read in activity logs.

use super::citizen::Citizen;
use super::citizen_post::mailbox_of;
use crate::refused::Refused;
use crate::suite::answer;
use api::mailbox::v1::{Activity, ActivityKind, ListActivityRequest};

impl Citizen {
    /// The log of a mailbox, newest first, the first 200 entries of it.
    pub async fn reads_log(&self, mailbox: &str) -> Result<Vec<Activity>, Refused> {
        let (parent, page_size) = (mailbox.to_owned(), 200);
        self.reads_log_where(ListActivityRequest { parent, page_size, ..ListActivityRequest::default() }).await
    }

    /// The entries about one letter.
    pub async fn reads_log_of(&self, message: &str) -> Result<Vec<Activity>, Refused> {
        let (parent, message) = (mailbox_of(message), message.to_owned());
        self.reads_log_where(ListActivityRequest { parent, message, ..ListActivityRequest::default() }).await
    }

    /// The entries that were asked for in just these words, all pages of them.
    pub async fn reads_log_where(&self, mut request: ListActivityRequest) -> Result<Vec<Activity>, Refused> {
        let mut entries = Vec::new();
        loop {
            let asked = self.request(request.clone());
            let page = answer(self.suite.clients().mailbox().list_activity(asked).await)?;
            entries.extend(page.activities);
            if page.next_page_token.is_empty() {
                return Ok(entries);
            }
            request.page_token = page.next_page_token;
        }
    }
}

/// What was done, entry by entry.
pub fn kinds(entries: &[Activity]) -> Vec<ActivityKind> {
    entries.iter().map(Activity::kind).collect()
}
