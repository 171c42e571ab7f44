//! What a sender delivers, and the receipt it gets.

use crate::domain::contact_point::PointName;
use crate::domain::post::Sender;
use crate::domain::recipient::NotTaken;
use crate::domain::service::ServiceRecord;
use crate::domain::writing::ReplyName;
use kernel::{CprNumber, MailboxId, MessageId, SenderSystem, Timestamp, UploadId};
use std::time::Duration;
use uuid::Uuid;

/// The most files of a letter: a main document and nine more (M3).
pub const MAX_FILES: usize = 10;
/// Bytes of all files of a letter from a sender system together (M3); 1 MB is 1,000,000 bytes.
pub const MAX_FILES_BYTES: i64 = 99_500_000;
/// The most characters of a text.
pub const MAX_BODY: usize = 30_000;

/// How far ahead a letter can be sent (M4).
const FARTHEST_AHEAD: Duration = Duration::from_hours(366 * 24);

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
    /// Its moments.
    pub times: Times,
    /// Whether it is a message for service (R12).
    pub for_service: bool,
    /// Where it can be answered (P7).
    pub reply_point: Option<PointName>,
    /// The letter from a citizen that it answers.
    pub answers: Option<ReplyName>,
    /// The keyed hash of the delivery in its very words, names of uploads included.
    pub stated: [u8; 32],
    /// The keyed hash of all it says but its files.
    pub words: [u8; 32],
}

/// The moments that a delivery states. They are held against the present only when it is new: a repetition may well come
/// after them (M2).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Times {
    /// From when it is to be visible; none: at once (M4).
    pub visible_from: Option<Timestamp>,
    /// The last moment for a reply.
    pub reply_by: Option<Timestamp>,
}

impl Times {
    /// What is wrong with them at `now`: each field, and how.
    pub fn wrong_at(self, now: Timestamp) -> Vec<(&'static str, &'static str)> {
        let mut wrong = Vec::new();
        match self.visible_from {
            Some(visible) if visible < now => wrong.push(("delivery.visible_from", "must not be past")),
            Some(visible) if visible > now.plus(FARTHEST_AHEAD) => {
                wrong.push(("delivery.visible_from", "must be at most 366 days ahead"));
            }
            _ => {}
        }
        if self.reply_by.is_some_and(|reply_by| reply_by <= self.visible_from.unwrap_or(now)) {
            wrong.push(("delivery.reply_by", "must be later than the letter becomes visible"));
        }
        wrong
    }
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
    /// Of a letter sent ahead: from when it is to be visible (M4).
    pub visible_from: Option<Timestamp>,
    /// When it became available; once there, never changes (A17).
    pub available_time: Option<Timestamp>,
    /// When it was first opened.
    pub first_open_time: Option<Timestamp>,
    /// When it was withdrawn.
    pub withdraw_time: Option<Timestamp>,
    /// When and why a letter sent ahead was returned instead of becoming available (P8, X3).
    pub returned: Option<(Timestamp, NotTaken)>,
    /// When it was served; only of a message for service (R12).
    pub served_time: Option<Timestamp>,
}

/// A place in the order of the changes to a sender's receipts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    /// Changes that were put in order together have the same position.
    pub position: i64,
    /// Among those, the letter.
    pub uuid: Uuid,
}

impl Place {
    /// After all changes that have this position.
    pub fn end_of(position: i64) -> Self {
        Self { position, uuid: Uuid::max() }
    }

    /// The bytes that a resume token carries.
    pub fn to_bytes(self) -> [u8; 24] {
        let mut bytes = [0; 24];
        bytes[..8].copy_from_slice(&self.position.to_be_bytes());
        bytes[8..].copy_from_slice(self.uuid.as_bytes());
        bytes
    }

    /// From the bytes of a resume token.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (position, uuid) = bytes.split_first_chunk::<8>()?;
        Some(Self { position: i64::from_be_bytes(*position), uuid: Uuid::from_slice(uuid).ok()? })
    }
}

/// A receipt, and the record that goes with it once the letter was served (R12).
pub type WithRecord = (Receipt, Option<ServiceRecord>);

/// Where a delivered letter stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// Sent ahead: nobody but the sender knows of it (M4).
    Ahead,
    /// In the mailbox since then.
    Available(Timestamp),
    /// Withdrawn before anybody could see it.
    Withdrawn,
    /// Returned before anybody could see it.
    Returned,
}

impl Receipt {
    /// Where the letter stands.
    pub fn state(&self) -> State {
        match (self.available_time, self.withdraw_time, self.returned) {
            (Some(time), ..) => State::Available(time),
            (None, Some(_), _) => State::Withdrawn,
            (None, None, Some(_)) => State::Returned,
            (None, None, None) => State::Ahead,
        }
    }
}

/// Whether `text` is the code of a legal basis: 1 to 32 characters from a-z, 0-9 and "-".
pub fn is_legal_basis(text: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=32).contains(&text.len()) && text.bytes().all(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn m4_a_letter_is_sent_ahead_by_366_days_at_most_and_never_back() {
        let now = Timestamp::from_micros(1_700_000_000_000_000);
        let wrong = |visible_from: Option<Timestamp>, reply_by: Option<Timestamp>| {
            let fields = Times { visible_from, reply_by }.wrong_at(now);
            fields.into_iter().map(|(field, _)| field).collect::<Vec<_>>()
        };
        let (micro, most) = (Duration::from_micros(1), now.plus(FARTHEST_AHEAD));
        for fine in [None, Some(now), Some(most)] {
            assert!(wrong(fine, None).is_empty(), "{fine:?}");
        }
        for other in [now.minus(micro), most.plus(micro)] {
            assert_eq!(wrong(Some(other), None), ["delivery.visible_from"]);
        }
        assert_eq!(wrong(Some(most), Some(most)), ["delivery.reply_by"]);
        assert_eq!(wrong(None, Some(now)), ["delivery.reply_by"]);
        assert!(wrong(Some(now), Some(now.plus(micro))).is_empty());
    }

    #[test]
    fn places_survive_their_token() {
        let place = Place { position: 7, uuid: Uuid::from_u128(8) };
        assert_eq!(Place::from_bytes(&place.to_bytes()), Some(place));
        assert_eq!(Place::from_bytes(&[0; 23]), None);
    }

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
