//! Letters.

use crate::domain::contact_point::ReplyTo;
use crate::domain::folder::Folder;
use crate::domain::forward::Origin;
use crate::domain::post::{Mark, Sender};
use crate::domain::service::ServiceState;
use kernel::{CvrNumber, FileId, MailboxId, MessageId, Timestamp};
use uuid::Uuid;

/// A letter as lists show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Summary {
    /// Which.
    pub id: MessageId,
    /// Where it lies.
    pub folder: Folder,
    /// Public or private.
    pub mark: Mark,
    /// Read by anyone, in any portal (P3).
    pub is_read: bool,
    /// When the owner was bound by it; never changes (A17).
    pub available_time: Timestamp,
    /// Who sent it.
    pub sender: Sender,
    /// Of a message for service: whether it was served (R12).
    pub service: Option<ServiceState>,
    /// What it is about.
    pub subject: String,
    /// How many files.
    pub file_count: i64,
    /// Their size together, in bytes.
    pub files_size: i64,
    /// When it was moved into the bin; only there.
    pub bin_time: Option<Timestamp>,
    /// Where it can be answered; none: nowhere, or no longer there.
    pub reply_to: Option<ReplyTo>,
    /// Of a letter that the owner wrote: to whom.
    pub sent_to: Option<String>,
}

/// A letter with its content.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    /// What lists show.
    pub summary: Summary,
    /// The text; empty when the letter is its main document.
    pub body: String,
    /// The files, the main document first.
    pub files: Vec<AttachedFile>,
    /// The link below a notice.
    pub link: Option<Link>,
    /// The legal basis it was delivered by (X3).
    pub legal_basis: Option<String>,
    /// Of a forwarded copy: where it comes from (M7).
    pub origin: Option<Origin>,
    /// The sender's own id of it; none for a notice.
    pub sender_uuid: Option<Uuid>,
    /// The letter it answers, by its full name (R9).
    pub answers: Option<String>,
}

/// A file of a letter.
#[derive(Clone, PartialEq, Eq)]
pub struct AttachedFile {
    /// Which.
    pub id: FileId,
    /// What it is called.
    pub name: String,
    /// Its type, by content.
    pub media_type: String,
    /// Bytes.
    pub size: i64,
    /// Its hash.
    pub sha256: Vec<u8>,
    /// Whether it is the letter itself.
    pub is_main: bool,
}

/// A link below a notice.
#[derive(Clone, PartialEq, Eq)]
pub struct Link {
    /// What it says.
    pub text: String,
    /// Where it leads.
    pub url: String,
}

/// A letter on its way into a mailbox.
pub struct NewMessage {
    /// Which.
    pub id: MessageId,
    /// Whose.
    pub mailbox: MailboxId,
    /// Public or private.
    pub mark: Mark,
    /// Who sent it.
    pub sender: Sender,
    /// The sender's own id of it; none for a notice.
    pub sender_uuid: Option<Uuid>,
    /// What it is about.
    pub subject: String,
    /// The text.
    pub body: String,
    /// The link below a notice.
    pub link: Option<Link>,
    /// The legal basis it is delivered by (X3).
    pub legal_basis: Option<String>,
    /// Whether it is a message for service (R12).
    pub for_service: bool,
    /// Of a forwarded copy: where it comes from (M7).
    pub origin: Option<Origin>,
    /// Where it can be answered (P7).
    pub reply_to: Option<ReplyTo>,
    /// The letter it answers, by its full name (R9).
    pub answers: Option<String>,
    /// Of a letter that the owner writes: to whom. It goes into the sent folder, and is read.
    pub sent_to: Option<String>,
    /// How many files.
    pub file_count: i64,
    /// Their size together, in bytes.
    pub files_size: i64,
    /// When it becomes available (A17).
    pub available_time: Timestamp,
    /// Sent ahead: nobody but its sender is to know of it until it is published (M4).
    pub is_ahead: bool,
}

/// A letter that has come into an inbox, as far as anybody is told of it.
#[derive(Clone)]
pub struct Arrival {
    /// Whose.
    pub mailbox: MailboxId,
    /// Which.
    pub id: MessageId,
    /// Public or private.
    pub mark: Mark,
    /// Who sent it.
    pub sender: Sender,
    /// When the owner was bound by it (A17).
    pub available_time: Timestamp,
}

impl NewMessage {
    /// Where it goes.
    pub fn folder(&self) -> Folder {
        if self.sent_to.is_some() { Folder::Sent } else { Folder::Inbox }
    }

    /// Whether it is read from the start: by the one who wrote it.
    pub fn is_read(&self) -> bool {
        self.sent_to.is_some()
    }

    /// Its arrival; none while it is sent ahead.
    pub fn arrival(&self) -> Option<Arrival> {
        let (mailbox, id, mark, available_time) = (self.mailbox, self.id, self.mark, self.available_time);
        (!self.is_ahead).then(|| Arrival { mailbox, id, mark, sender: self.sender.clone(), available_time })
    }
}

/// What a list is to show.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Filter {
    /// Only this folder; none: all but the bin.
    pub folder: Option<Folder>,
    /// Only unread ones.
    pub unread_only: bool,
    /// Only of this sender.
    pub sender: Option<CvrNumber>,
    /// Only from this moment on.
    pub from: Option<Timestamp>,
    /// Only before this moment.
    pub before: Option<Timestamp>,
}

/// Where a page of letters begins: after this one, newest first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cursor {
    /// When the last letter of the page before became available.
    pub available_time: Timestamp,
    /// Which it was.
    pub id: MessageId,
}

impl Cursor {
    /// The bytes that a page token carries.
    pub fn to_bytes(self) -> [u8; 24] {
        let mut bytes = [0; 24];
        bytes[..8].copy_from_slice(&self.available_time.as_micros().to_be_bytes());
        bytes[8..].copy_from_slice(self.id.as_uuid().as_bytes());
        bytes
    }

    /// From the bytes of a page token.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (micros, id) = bytes.split_first_chunk::<8>()?;
        let id = Uuid::from_slice(id).ok()?;
        Some(Self { available_time: Timestamp::from_micros(i64::from_be_bytes(*micros)), id: MessageId::from(id) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::SystemRandom;

    #[test]
    fn cursors_survive_their_token() {
        let now = Timestamp::from_micros(1_700_000_000_000_001);
        let cursor = Cursor { available_time: now, id: MessageId::new(now, &SystemRandom) };
        assert_eq!(Cursor::from_bytes(&cursor.to_bytes()), Some(cursor));
        assert_eq!(Cursor::from_bytes(&[0; 23]), None);
    }
}
