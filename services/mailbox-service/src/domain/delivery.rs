//! What a sender delivers, and the receipt it gets.

use crate::domain::post::Sender;
use crate::domain::service::ServiceRecord;
use kernel::{CprNumber, MailboxId, MessageId, SenderSystem, Timestamp, UploadId};
use uuid::Uuid;

/// The most files of a letter: a main document and nine more (M3).
pub const MAX_FILES: usize = 10;
/// Bytes of all files of a letter from a sender system together (M3); 1 MB is 1,000,000 bytes.
pub const MAX_FILES_BYTES: i64 = 99_500_000;
/// The most characters of a text.
pub const MAX_BODY: usize = 30_000;

/// A letter as the sender states it. Who sends it and its mark come from the token (P5).
#[derive(Clone)]
pub struct Delivery {
    /// The sender's own id of it (M2).
    pub uuid: Uuid,
    /// Whom it is for.
    pub cpr: CprNumber,
    /// What it is about.
    pub subject: String,
    /// The text; may be empty where there is a main document.
    pub body: String,
    /// The files, the main document first.
    pub files: Vec<UploadId>,
    /// The legal basis it states (X3).
    pub legal_basis: Option<String>,
    /// Whether it is a message for service (R12).
    pub for_service: bool,
    /// The keyed hash of the delivery in its very words, names of uploads included.
    pub stated: [u8; 32],
    /// The keyed hash of all it says but its files.
    pub words: [u8; 32],
}

/// The key of a delivery: unique for the sender system (M2).
#[derive(Clone, PartialEq, Eq)]
pub struct DeliveryKey {
    /// Whose system.
    pub cvr: String,
    /// Which system.
    pub system: String,
    /// The sender's own id.
    pub uuid: Uuid,
}

impl DeliveryKey {
    /// Of the letter `uuid` from `system`.
    pub fn new(system: &SenderSystem, uuid: Uuid) -> Self {
        Self { cvr: system.cvr.to_string(), system: system.system_id.clone(), uuid }
    }

    /// Of a letter in a mailbox: none where no sender system delivered it.
    pub fn of(sender: &Sender, uuid: Option<Uuid>) -> Option<Self> {
        match (&sender.cvr, &sender.system_id, uuid) {
            (Some(cvr), Some(system), Some(uuid)) => Some(Self { cvr: cvr.to_string(), system: system.clone(), uuid }),
            _ => None,
        }
    }
}

/// What a letter says, files by name and content and not by where they were uploaded: to be hashed, so that a repetition is
/// told from another letter (M2). `words`: see [`Delivery`]; the main document is the first file.
pub fn content<'f>(words: &[u8; 32], files: impl Iterator<Item = (&'f str, &'f [u8])>) -> Vec<u8> {
    let mut content = words.to_vec();
    for (name, sha256) in files {
        // A name ends before a byte that no name holds.
        content.extend_from_slice(name.as_bytes());
        content.push(0);
        content.extend_from_slice(sha256);
    }
    content
}

/// What the sender may know of a letter it delivered.
#[derive(Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The sender's own id.
    pub uuid: Uuid,
    /// Where it lies.
    pub mailbox: MailboxId,
    /// Which it is.
    pub message: MessageId,
    /// When it was taken in.
    pub accept_time: Timestamp,
    /// When it became available; never changes (A17).
    pub available_time: Timestamp,
    /// When it was first opened.
    pub first_open_time: Option<Timestamp>,
    /// When it was served; only of a message for service (R12).
    pub served_time: Option<Timestamp>,
}

/// A receipt, and the record that goes with it once the letter was served (R12).
pub type WithRecord = (Receipt, Option<ServiceRecord>);

/// Whether `text` is the code of a legal basis: 1 to 32 characters from a-z, 0-9 and "-".
pub fn is_legal_basis(text: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=32).contains(&text.len()) && text.bytes().all(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn m2_content_tells_words_names_hashes_and_their_order_apart() {
        let one = |words: u8, files: &[(&str, u8)]| {
            let files: Vec<(&str, [u8; 32])> = files.iter().map(|(name, byte)| (*name, [*byte; 32])).collect();
            content(&[words; 32], files.iter().map(|(name, sha256)| (*name, sha256.as_slice())))
        };
        let first = one(1, &[("a.pdf", 1), ("b.pdf", 2)]);
        assert_eq!(first, one(1, &[("a.pdf", 1), ("b.pdf", 2)]));
        for other in [
            one(2, &[("a.pdf", 1), ("b.pdf", 2)]),
            one(1, &[("c.pdf", 1), ("b.pdf", 2)]),
            one(1, &[("a.pdf", 3), ("b.pdf", 2)]),
            one(1, &[("b.pdf", 2), ("a.pdf", 1)]),
            one(1, &[("a.pdf", 1)]),
        ] {
            assert_ne!(first, other);
        }
    }
}
