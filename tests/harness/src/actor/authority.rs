//! Authorities that send post.

use crate::person::Person;
use crate::refused::Refused;
use crate::suite::{Suite, answer, there};
use api::error::v1::ErrorReason;
use api::mailbox::v1::upload_delivery_file_request::Frame;
use api::mailbox::v1::{
    DeliverMessageRequest, DeliverMessagesRequest, DeliverMessagesResponse, Delivery, GetReceiptRequest,
    LookUpRecipientRequest, LookUpRecipientsRequest, Receipt, RecipientStatus, Upload, UploadDeliveryFileRequest,
    UploadHeader, WithdrawMessageRequest,
};
use bytes::Bytes;
use kernel::{Caller, Clock as _, CvrNumber, Portal, Sector, SenderSystem, SystemClock, SystemRandom};
use std::fmt::Write as _;
use tonic::Request;

/// The most bytes of a chunk.
pub const CHUNK: usize = 64 * 1024;

/// A sender system that calls.
#[derive(Clone)]
pub struct Authority {
    pub(crate) suite: Suite,
    caller: Caller,
}

/// A letter that is about to be sent.
#[derive(Clone, Debug)]
pub struct Letter {
    /// What it is about.
    pub subject: String,
    /// Its text.
    pub body: String,
    /// Its files: name and content, the main document first.
    pub files: Vec<(String, Vec<u8>)>,
}

impl Letter {
    /// A letter of text only.
    pub fn about(subject: &str) -> Self {
        Self {
            subject: subject.to_owned(),
            body: format!("Kære borger. Det drejer sig om {subject}."),
            files: Vec::new(),
        }
    }

    /// The same with a PDF.
    #[must_use]
    pub fn with_pdf(mut self, name: &str) -> Self {
        self.files.push((name.to_owned(), pdf(&self.subject)));
        self
    }
}

/// A small PDF, large enough to be sent in several chunks.
pub fn pdf(text: &str) -> Vec<u8> {
    let mut content = format!("%PDF-1.7\n% {text}\n1 0 obj\n<< /Type /Catalog >>\nendobj\n").into_bytes();
    content.resize(content.len() + 2 * CHUNK + 17, b' ');
    content.extend_from_slice(b"\ntrailer << /Root 1 0 R >>\n%%EOF\n");
    content
}

/// A fresh UUID, as senders name their letters and clients their requests.
pub fn new_uuid() -> String {
    kernel::id::new_uuid(SystemClock.now(), &SystemRandom).to_string()
}

impl Suite {
    /// A municipality's sender system.
    pub fn authority(&self) -> Authority {
        self.sender(Sector::Public, None, "29189668", "Odense Kommune")
    }

    /// An authority's sender system that is registered for these legal bases (X3).
    pub fn authority_with_bases(&self, legal_bases: &[&str]) -> Authority {
        let mut authority = self.sender(Sector::Public, None, "10213231", "Statens Lån og Stipendier");
        if let Caller::SenderSystem(system) = &mut authority.caller {
            system.legal_bases = legal_bases.iter().copied().map(str::to_owned).collect();
        }
        authority
    }

    /// A company's sender system that sends through `portal`.
    pub fn company(&self, portal: Portal) -> Authority {
        self.sender(Sector::Private, Some(portal), "12345678", "Forsikring A/S")
    }

    fn sender(&self, sector: Sector, portal: Option<Portal>, cvr: &str, name: &str) -> Authority {
        let caller = Caller::SenderSystem(SenderSystem {
            cvr: CvrNumber::parse(cvr).expect("eight digits"),
            system_id: "letters-1".to_owned(),
            name: name.to_owned(),
            sector,
            portal,
            legal_bases: Vec::new(),
        });
        Authority { suite: self.clone(), caller }
    }
}

impl Authority {
    /// Another of its systems.
    #[must_use]
    pub fn by_system(mut self, system_id: &str) -> Self {
        if let Caller::SenderSystem(system) = &mut self.caller {
            system_id.clone_into(&mut system.system_id);
        }
        self
    }

    /// As the token says.
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// A request of the sender's.
    pub fn request<T>(&self, message: T) -> Request<T> {
        self.suite.request(&self.caller, message)
    }

    /// Delivers a letter, its files first, and lets the services do what follows.
    pub async fn delivers(&self, to: &Person, letter: Letter) -> Result<Receipt, Refused> {
        let delivery = self.prepares(to, letter).await?;
        let receipt = self.sends(delivery).await?;
        self.suite.settle().await;
        Ok(receipt)
    }

    /// Delivers a message for service.
    pub async fn summons(&self, to: &Person, letter: Letter) -> Result<Receipt, Refused> {
        let delivery = Delivery { legal_notification: true, ..self.prepares(to, letter).await? };
        let receipt = self.sends(delivery).await?;
        self.suite.settle().await;
        Ok(receipt)
    }

    /// Uploads the files of a letter, and writes its delivery.
    pub async fn prepares(&self, to: &Person, letter: Letter) -> Result<Delivery, Refused> {
        let mut uploads = Vec::new();
        for (name, content) in &letter.files {
            uploads.push(self.uploads(name, content).await?.name);
        }
        let mut uploads = uploads.into_iter();
        Ok(Delivery {
            message_uuid: new_uuid(),
            cpr_number: to.cpr_number.clone(),
            subject: letter.subject,
            body_text: letter.body,
            main_document: uploads.next().unwrap_or_default(),
            files: uploads.collect(),
            ..Delivery::default()
        })
    }

    /// Delivers what was prepared, and nothing else.
    pub async fn sends(&self, delivery: Delivery) -> Result<Receipt, Refused> {
        let request = self.request(DeliverMessageRequest { delivery: Some(delivery) });
        let response = answer(self.suite.clients().delivery().deliver_message(request).await)?;
        there(response.receipt)
    }

    /// Delivers many in one stream; the answers in their order.
    pub async fn sends_all(&self, deliveries: Vec<Delivery>) -> Result<Vec<DeliverMessagesResponse>, Refused> {
        let items = deliveries.into_iter().map(|delivery| DeliverMessagesRequest { delivery: Some(delivery) });
        let request = self.request(tokio_stream::iter(items.collect::<Vec<_>>()));
        let mut answers = answer(self.suite.clients().delivery().deliver_messages(request).await)?;
        let mut all = Vec::new();
        while let Some(answer) = answers.message().await.map_err(Refused::from)? {
            all.push(answer);
        }
        Ok(all)
    }

    /// Delivers a letter by a legal basis.
    pub async fn delivers_by(&self, legal_basis: &str, to: &Person, letter: Letter) -> Result<Receipt, Refused> {
        let delivery = self.prepares(to, letter).await?;
        let receipt = self.sends(Delivery { legal_basis: legal_basis.to_owned(), ..delivery }).await?;
        self.suite.settle().await;
        Ok(receipt)
    }

    /// The reasons why these numbers can't receive a letter, stated by this legal basis; empty for one that can.
    pub async fn looks_up(&self, numbers: &[&str], legal_basis: &str) -> Result<Vec<&'static str>, Refused> {
        let request = LookUpRecipientsRequest {
            cpr_numbers: numbers.iter().copied().map(str::to_owned).collect(),
            legal_basis: legal_basis.to_owned(),
        };
        let request = self.request(request);
        let statuses = answer(self.suite.clients().delivery().look_up_recipients(request).await)?.statuses;
        Ok(statuses.into_iter().map(why_not).collect())
    }

    /// The same for one number.
    pub async fn looks_up_one(&self, number: &str, legal_basis: &str) -> Result<&'static str, Refused> {
        let (cpr_number, legal_basis) = (number.to_owned(), legal_basis.to_owned());
        let request = self.request(LookUpRecipientRequest { cpr_number, legal_basis });
        let answered = answer(self.suite.clients().delivery().look_up_recipient(request).await)?;
        Ok(why_not(there(answered.status)?))
    }

    /// The receipt of a letter as it stands now.
    pub async fn receipt(&self, message_uuid: &str) -> Result<Receipt, Refused> {
        let request = self.request(GetReceiptRequest { message_uuid: message_uuid.to_owned() });
        let response = answer(self.suite.clients().delivery().get_receipt(request).await)?;
        there(response.receipt)
    }

    /// Withdraws a letter that was sent ahead.
    pub async fn withdraws(&self, message_uuid: &str) -> Result<Receipt, Refused> {
        let message_uuid = message_uuid.to_owned();
        let request = self.request(WithdrawMessageRequest { message_uuid, request_id: String::new() });
        let response = answer(self.suite.clients().delivery().withdraw_message(request).await)?;
        there(response.receipt)
    }

    /// Uploads a file.
    pub async fn uploads(&self, name: &str, content: &[u8]) -> Result<Upload, Refused> {
        self.uploads_frames(frames(header(name, content), content)).await
    }

    /// Uploads just these frames.
    pub async fn uploads_frames(&self, frames: Vec<UploadDeliveryFileRequest>) -> Result<Upload, Refused> {
        let request = self.request(tokio_stream::iter(frames));
        let response = answer(self.suite.clients().delivery().upload_delivery_file(request).await)?;
        there(response.upload)
    }
}

/// Why a number can't receive, by the reason's name; empty when it can.
///
/// # Panics
/// When the answer contradicts itself.
fn why_not(status: RecipientStatus) -> &'static str {
    let reason = status.reason();
    assert_eq!(status.can_receive, reason == ErrorReason::Unspecified, "{reason:?}");
    api::reason(reason).map_or("", |info| info.name)
}

/// The header that fits a file.
pub fn header(name: &str, content: &[u8]) -> UploadHeader {
    let mut sha256 = String::new();
    for byte in crypto::sha256(content) {
        // Writing into a string can't fail.
        let _ = write!(sha256, "{byte:02x}");
    }
    UploadHeader {
        display_name: name.to_owned(),
        size_bytes: i64::try_from(content.len()).unwrap_or(i64::MAX),
        sha256,
        request_id: String::new(),
    }
}

/// A file as it is uploaded: the header, then chunks.
pub fn frames(header: UploadHeader, content: &[u8]) -> Vec<UploadDeliveryFileRequest> {
    let chunks = content.chunks(CHUNK).map(|chunk| Frame::Chunk(Bytes::copy_from_slice(chunk)));
    let frames = [Frame::Header(header)].into_iter().chain(chunks);
    frames.map(|frame| UploadDeliveryFileRequest { frame: Some(frame) }).collect()
}
