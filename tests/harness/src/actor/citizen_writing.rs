//! What citizens write to authorities.

use super::authority::pdf;
use super::citizen::Citizen;
use crate::refused::Refused;
use crate::suite::{answer, there};
use api::mailbox::v1::{MessageSummary, ReplyToMessageRequest, SendMessageRequest};

/// A letter about `subject` to a contact point.
pub fn written_to(contact_point: &str, subject: &str) -> SendMessageRequest {
    SendMessageRequest {
        parent: "mailboxes/me".to_owned(),
        contact_point: contact_point.to_owned(),
        subject: subject.to_owned(),
        body_text: format!("Kære myndighed. Jeg skriver om {subject}."),
        ..SendMessageRequest::default()
    }
}

/// An answer to a letter.
pub fn answer_to(message: &str) -> ReplyToMessageRequest {
    ReplyToMessageRequest {
        name: message.to_owned(),
        body_text: "Tak for brevet.".to_owned(),
        ..ReplyToMessageRequest::default()
    }
}

impl Citizen {
    /// Writes to a contact point; the letter as it lies in their sent folder.
    pub async fn writes_to(&self, contact_point: &str, subject: &str) -> Result<MessageSummary, Refused> {
        let request_id = self.request_id.clone();
        self.writes(SendMessageRequest { request_id, ..written_to(contact_point, subject) }).await
    }

    /// The same with PDFs of these names.
    pub async fn writes_with(
        &self,
        contact_point: &str,
        subject: &str,
        names: &[&str],
    ) -> Result<MessageSummary, Refused> {
        let mut uploads = Vec::new();
        for name in names {
            uploads.push(self.uploads(name, &pdf(subject)).await?.name);
        }
        let request_id = self.request_id.clone();
        self.writes(SendMessageRequest { uploads, request_id, ..written_to(contact_point, subject) }).await
    }

    /// The same in just these words.
    pub async fn writes(&self, request: SendMessageRequest) -> Result<MessageSummary, Refused> {
        there(answer(self.suite.clients().mailbox().send_message(self.request(request)).await)?.message)
    }

    /// Answers a letter; the answer as it lies in their sent folder.
    pub async fn replies(&self, message: &str) -> Result<MessageSummary, Refused> {
        let request_id = self.request_id.clone();
        self.replies_as(ReplyToMessageRequest { request_id, ..answer_to(message) }).await
    }

    /// The same in just these words.
    pub async fn replies_as(&self, request: ReplyToMessageRequest) -> Result<MessageSummary, Refused> {
        there(answer(self.suite.clients().mailbox().reply_to_message(self.request(request)).await)?.message)
    }
}
