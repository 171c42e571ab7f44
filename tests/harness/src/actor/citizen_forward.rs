//! How citizens forward letters, and to whom.

use super::citizen::Citizen;
use crate::person::Person;
use crate::refused::Refused;
use crate::suite::{Suite, answer, there};
use api::mailbox::v1::directory_service_client::DirectoryServiceClient;
use api::mailbox::v1::fetch_forward_response::Frame;
use api::mailbox::v1::forward_message_request::Target;
use api::mailbox::v1::{
    AddRecipientRequest, DownloadHeader, FetchForwardRequest, ForwardHeader, ForwardMessageRequest,
    ForwardMessageResponse, ListRecipientsRequest, Recipient, RemoveRecipientRequest,
};
use kernel::{Caller, Service, ServiceName};

/// A file as notification-service fetches it: what it is, and its content.
pub type Fetched = (DownloadHeader, Vec<u8>);

impl Citizen {
    /// Registers somebody as a Digital Post recipient.
    pub async fn adds_recipient(&self, person: &Person) -> Result<Recipient, Refused> {
        let request = AddRecipientRequest {
            parent: "mailboxes/me".to_owned(),
            person: Some(person.particulars()),
            request_id: self.request_id.clone(),
        };
        there(answer(self.suite.clients().mailbox().add_recipient(self.request(request)).await)?.recipient)
    }

    /// The Digital Post recipients of a mailbox.
    pub async fn recipients(&self, mailbox: &str) -> Result<Vec<Recipient>, Refused> {
        let request = ListRecipientsRequest { parent: mailbox.to_owned(), ..ListRecipientsRequest::default() };
        Ok(answer(self.suite.clients().mailbox().list_recipients(self.request(request)).await)?.recipients)
    }

    /// Removes a Digital Post recipient.
    pub async fn removes_recipient(&self, recipient: &str) -> Result<(), Refused> {
        let request = RemoveRecipientRequest { name: recipient.to_owned(), request_id: self.request_id.clone() };
        answer(self.suite.clients().mailbox().remove_recipient(self.request(request)).await).map(|_| ())
    }

    /// Forwards a letter, and nothing else: the services have not gone on yet.
    pub async fn forwards(&self, message: &str, target: Target) -> Result<ForwardMessageResponse, Refused> {
        let request = ForwardMessageRequest {
            name: message.to_owned(),
            target: Some(target),
            comment: "Se her".to_owned(),
            request_id: self.request_id.clone(),
        };
        self.forwards_as(request).await
    }

    /// The same in just these words.
    pub async fn forwards_as(&self, request: ForwardMessageRequest) -> Result<ForwardMessageResponse, Refused> {
        answer(self.suite.clients().mailbox().forward_message(self.request(request)).await)
    }
}

impl Suite {
    /// What notification-service fetches to send a letter that was forwarded to an e-mail address.
    pub async fn fetches_forward(&self, forward: &str) -> Result<(ForwardHeader, Vec<Fetched>), Refused> {
        let caller = Caller::Service(Service { name: ServiceName::Notification, on_behalf_of: None });
        let channel = self.channel(ServiceName::Mailbox, Some(ServiceName::Notification));
        let request = self.request(&caller, FetchForwardRequest { name: forward.to_owned() });
        let mut frames = answer(DirectoryServiceClient::new(channel).fetch_forward(request).await)?;
        let mut next = async || frames.message().await.map_err(Refused::from);
        let Some(Frame::Header(header)) = next().await?.and_then(|frame| frame.frame) else { return there(None) };
        let mut files: Vec<Fetched> = Vec::new();
        while let Some(frame) = next().await? {
            match (there(frame.frame)?, files.last_mut()) {
                (Frame::File(file), _) => files.push((file, Vec::new())),
                (Frame::Chunk(chunk), Some((_, content))) => content.extend_from_slice(&chunk),
                _ => return there(None),
            }
        }
        Ok((header, files))
    }
}
