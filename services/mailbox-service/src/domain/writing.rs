//! What citizens write to authorities (P7, R8, R9).

use crate::domain::contact_point::PointId;
use crate::domain::message::AttachedFile;
use crate::domain::notice::MAX_SUBJECT;
use kernel::resource::InvalidResourceName;
use kernel::{CprNumber, CvrNumber, MailboxId, MessageId, PersonId, ReplyId, Timestamp, UploadId, resource};
use std::fmt;
use uuid::Uuid;

/// What stands before the subject of the letter that is answered.
const ANSWER_PREFIX: &str = "SV: ";

/// What a citizen writes.
#[derive(Clone)]
pub struct Draft {
    /// What it is about; none: what the letter was about that is answered.
    pub subject: Option<String>,
    /// The text; may be empty where there are files.
    pub body: String,
    /// The files, the main document first.
    pub uploads: Vec<UploadId>,
}

/// Who writes, by the token.
#[derive(Clone)]
pub struct Writer {
    /// The citizen's number.
    pub cpr: CprNumber,
    /// The keyed hash by which their uploads are known.
    pub uploader: [u8; 32],
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

/// The subject of an answer to a letter about `subject`.
pub fn answer_subject(subject: &str) -> String {
    if subject.starts_with(ANSWER_PREFIX) {
        return subject.to_owned();
    }
    format!("{ANSWER_PREFIX}{subject}").chars().take(MAX_SUBJECT).collect()
}

/// A letter from a citizen by the name that its authority knows it under.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReplyName {
    /// Whose: the authority's number.
    pub cvr: CvrNumber,
    /// Which.
    pub id: ReplyId,
}

impl ReplyName {
    /// Reads `authorities/{cvr}/replies/{reply}`.
    pub fn parse(name: &str) -> Result<Self, InvalidResourceName> {
        let invalid = InvalidResourceName("authorities/{cvr}/replies/{reply}");
        let parts = name.strip_prefix("authorities/").and_then(|rest| rest.split_once("/replies/"));
        let (cvr, id) = parts.ok_or(invalid)?;
        Ok(Self { cvr: CvrNumber::parse(cvr).map_err(|_| invalid)?, id: id.parse().map_err(|_| invalid)? })
    }

    /// Reads `authorities/{cvr}/replies/{reply}/files/{file}`; the file's id is left as text.
    pub fn parse_file(name: &str) -> Result<(Self, String), InvalidResourceName> {
        let invalid = InvalidResourceName("authorities/{cvr}/replies/{reply}/files/{file}");
        let (reply, file) = name.split_once("/files/").ok_or(invalid)?;
        let reply = Self::parse(reply).map_err(|_| invalid)?;
        if file.is_empty() || file.contains('/') { Err(invalid) } else { Ok((reply, file.to_owned())) }
    }
}

impl fmt::Display for ReplyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "authorities/{}/replies/{}", self.cvr, self.id)
    }
}

/// A letter from a citizen, as its authority fetches it.
#[derive(Clone, PartialEq, Eq)]
pub struct Reply {
    /// Which, and whose.
    pub name: ReplyName,
    /// Its place among the letters to the authority.
    pub sequence: i64,
    /// Where it was sent to.
    pub point: PointId,
    /// Who wrote it.
    pub writer: PersonId,
    /// The number of the token it was written with (R9).
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
    fn p7_an_answer_says_so_once_and_fits() {
        assert_eq!(answer_subject("Byggesag"), "SV: Byggesag");
        assert_eq!(answer_subject("SV: Byggesag"), "SV: Byggesag");
        assert_eq!(answer_subject(&"å".repeat(MAX_SUBJECT)).chars().count(), MAX_SUBJECT);
    }

    #[test]
    fn names_are_read_as_they_are_written() {
        let name = "authorities/55133018/replies/0192f0c1-2f4a-7cc3-98c4-dc0c0c07398f";
        let read = ReplyName::parse(name).expect("a name");
        assert_eq!(read.to_string(), name);
        assert_eq!(ReplyName::parse_file(&format!("{name}/files/a")), Ok((read, "a".to_owned())));
        for wrong in ["", "authorities/55133018/replies/", "authorities/5513301/replies/1", &format!("{name}/files/")] {
            assert!(ReplyName::parse(wrong).is_err() && ReplyName::parse_file(wrong).is_err(), "{wrong}");
        }
    }
}
