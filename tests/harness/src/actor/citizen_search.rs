//! Citizens who search.

use super::citizen::Citizen;
use crate::refused::Refused;
use crate::suite::answer;
use api::mailbox::v1::{SearchMessagesRequest, SearchMessagesResponse};

impl Citizen {
    /// The subjects of the letters that a search finds outside the bin, newest first.
    pub async fn finds(&self, mailbox: &str, query: &str) -> Result<Vec<String>, Refused> {
        let (parent, query) = (mailbox.to_owned(), query.to_owned());
        let found = self.searches(SearchMessagesRequest { parent, query, ..SearchMessagesRequest::default() }).await?;
        Ok(found.messages.into_iter().map(|letter| letter.subject).collect())
    }

    /// Searches in just these words.
    pub async fn searches(&self, request: SearchMessagesRequest) -> Result<SearchMessagesResponse, Refused> {
        answer(self.suite.clients().mailbox().search_messages(self.request(request)).await)
    }
}
