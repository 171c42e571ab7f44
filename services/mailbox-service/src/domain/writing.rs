//! What citizens write to authorities (P7, R8, R9).

use crate::domain::contact_point::{PointId, PointName};
use crate::domain::message::AttachedFile;
use kernel::{CprNumber, CvrNumber, MailboxId, MessageId, PersonId, ReplyId, Timestamp, UploadId, resource};
use uuid::Uuid;

/// Bytes of all files of a citizen's letter together (M3); 1 MB is 1,000,000 bytes.
pub const MAX_CITIZEN_FILES_BYTES: i64 = 10_000_000;
/// What stands before the subject of the letter that is answered.
const ANSWER_PREFIX: &str = "SV: ";

/// What a citizen writes.
#[derive(Clone)]
pub struct Draft {
    /// What it is about.
    pub subject: String,
    /// The text; may be empty where there are files.
    pub body: String,
    /// The files, the main document first.
    pub uploads: Vec<UploadId>,
}

/// The letter that is answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answered {
    /// Where it lies: the writer's mailbox, or one that the writer reads (R9).
    pub mailbox: MailboxId,
    /// Which.
    pub message: MessageId,
    /// The sender's own id of it.
    pub sender_uuid: Option<Uuid>,
}

impl Answered {
    /// Its full name.
    pub fn name(&self) -> String {
        resource::message(self.mailbox, self.message)
    }
}

/// Where a letter can be answered, and until when.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReplyTo {
    /// Where to.
    pub point: PointName,
    /// The last moment; none: always.
    pub by: Option<Timestamp>,
}

impl ReplyTo {
    /// Whether the letter can be answered at `now`.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.by.is_none_or(|by| now <= by)
    }
}

/// What a letter that its owner has written says beside the rest.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sent {
    /// To whom, as a name to show.
    pub to: String,
    /// The letter it answers, by its full name (R9).
    pub answers: Option<String>,
}

/// The subject of an answer to a letter about `subject`, at most `max` characters.
pub fn answer_subject(subject: &str, max: usize) -> String {
    if subject.starts_with(ANSWER_PREFIX) {
        return subject.to_owned();
    }
    format!("{ANSWER_PREFIX}{subject}").chars().take(max).collect()
}

/// A letter from a citizen, as its authority fetches it.
#[derive(Clone, PartialEq, Eq)]
pub struct Reply {
    /// Which.
    pub id: ReplyId,
    /// Whose: the authority's number.
    pub cvr: CvrNumber,
    /// Its place among the letters to the authority.
    pub sequence: i64,
    /// Where it was sent to.
    pub point: PointId,
    /// Who wrote it.
    pub writer: PersonId,
    /// The number of the token it was written with.
    pub writer_cpr: CprNumber,
    /// The writer's full name.
    pub writer_name: String,
    /// The sender's own id of the letter that it answers.
    pub answers: Option<Uuid>,
    /// Whether that letter lies in somebody else's mailbox (R9).
    pub by_reader: bool,
    /// What it is about.
    pub subject: String,
    /// The text.
    pub body: String,
    /// The files, the main document first.
    pub files: Vec<AttachedFile>,
    /// When it was sent.
    pub send_time: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_says_so_once_and_fits() {
        assert_eq!(answer_subject("Byggesag", 256), "SV: Byggesag");
        assert_eq!(answer_subject("SV: Byggesag", 256), "SV: Byggesag");
        assert_eq!(answer_subject(&"å".repeat(256), 256).chars().count(), 256);
    }

    #[test]
    fn r9_a_letter_can_be_answered_until_its_moment() {
        let point =
            PointName { cvr: CvrNumber::parse("55133018").expect("a number"), id: PointId::parse("a").expect("an id") };
        let by = Timestamp::from_micros(10);
        let reply = ReplyTo { point, by: Some(by) };
        assert!(reply.is_open(by) && !reply.is_open(Timestamp::from_micros(11)));
    }
}
