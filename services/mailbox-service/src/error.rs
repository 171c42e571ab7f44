//! What can go wrong: facts of the domain, and failures of what we stand on. `grpc/status.rs` turns them into refusals.

use crate::domain::acting::{Act, Capacity};
use crate::domain::folder::tree::Misplaced;
use crate::domain::outcome::Unchanged;
use crate::domain::person::RegistrationRefused;
use crate::domain::recipient::NotTaken;
use crate::scanner::ScanError;
use kernel::{AccessId, Date, MailboxId, MessageId, Portal, Timestamp, UploadId};
use rpc::Refusal;
use std::time::Duration;
use uuid::Uuid;

/// Why an action was not done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It does not exist, or the caller is not to know that it does (A11, A20).
    #[error("not found")]
    NotFound,
    /// The citizen who calls has no mailbox.
    #[error("the caller has no Digital Post")]
    CallerHasNoDigitalPost,
    /// The caller's access to this mailbox has ended (A20).
    #[error("the access has ended")]
    AccessEnded {
        /// Which.
        access: String,
        /// Why, as access-service names it.
        reason: &'static str,
    },
    /// The caller's access is not approved yet (A5).
    #[error("the access is not active")]
    AccessNotActive {
        /// Which.
        access: String,
        /// Where it stands.
        state: &'static str,
    },
    /// The act is not the caller's in this capacity (R7, R10).
    #[error("the act is not allowed")]
    ActNotAllowed {
        /// Which act.
        act: Act,
        /// In which capacity.
        capacity: Capacity,
    },
    /// The access holds in another portal only (A12).
    #[error("the access belongs to another portal")]
    OnlyInOwnPortal(Portal),
    /// The portal shows none of what the caller has a right to (P4).
    #[error("the portal does not show public post")]
    PortalDoesNotShow(Portal),
    /// The owner has died; the access to their mailbox ends with it (P8).
    #[error("the mailbox is closed")]
    MailboxClosed(MailboxId, AccessId),
    /// The request id was used for other content.
    #[error("the request id was used before")]
    RequestIdReused(String),
    /// The page token is none of this list's.
    #[error("not a page token of this list")]
    PageToken,
    /// The token resumes no stream of this kind by this caller.
    #[error("not a resume token of this stream")]
    ResumeToken,
    /// Somebody changed it first; the etag it has now.
    #[error("the etag is not the present one")]
    EtagMismatch(String),
    /// Another call changed the same thing at the same moment.
    #[error("another call won")]
    ConcurrentChange,
    /// Not in a state in which the act has a meaning; the state it is in.
    #[error("the state does not allow it")]
    StateConflict(&'static str),
    /// Not yet fifteen; the day they are (P2).
    #[error("under age")]
    UnderAge(Date),
    /// The number already leads to another person (P1).
    #[error("the CPR number is taken")]
    CprNumberTaken,
    /// No mailbox for the number.
    #[error("the recipient has no Digital Post")]
    RecipientNotRegistered,
    /// The mailbox is closed (P8).
    #[error("the recipient's mailbox is closed")]
    RecipientClosed,
    /// The recipient is exempt, and the letter has no legal basis of its own (X3).
    #[error("the recipient is exempt")]
    RecipientExempt,
    /// An exemption is to be granted for none of the reasons (X1).
    #[error("an exemption needs a reason")]
    ExemptionReasonMissing,
    /// The sender has delivered the UUID with other content (M2).
    #[error("the content differs from the first delivery")]
    ContentDiffers(Uuid),
    /// Moments that are none at present: each field, and what is wrong with it.
    #[error("a moment is past, or too far ahead")]
    Untimely(Vec<(&'static str, &'static str)>),
    /// The letter is available, since then (M4).
    #[error("the letter is available already")]
    WithdrawalTooLate(Timestamp),
    /// The sender's token does not hold the legal basis (X3).
    #[error("the legal basis is not held")]
    LegalBasisNotHeld(String),
    /// The upload does not exist, is another's, or has expired.
    #[error("the upload is not there")]
    UploadNotFound(UploadId),
    /// Over the limit, in bytes (M3).
    #[error("the files are too large")]
    FileTooLarge(i64),
    /// More files than a letter may have (M3).
    #[error("there are too many files")]
    TooManyFiles,
    /// The content is of no allowed type, or not of the one its name says; what it was found to be (M3).
    #[error("the type of file is not allowed")]
    FileTypeNotAllowed(&'static str),
    /// The virus scanner found something (M3).
    #[error("the virus scanner refused the file")]
    FileRefusedByScanner,
    /// Nothing is known of a file, so it is not taken in (M3).
    #[error("the virus scanner failed")]
    Scanner(#[from] ScanError),
    /// Not the size or hash that was stated.
    #[error("the file is not what its header stated")]
    FileHashMismatch,
    /// Frames in the wrong order, or none.
    #[error("the frames of the stream are in the wrong order")]
    FramesMalformed,
    /// Beyond the end of the file, which has this many bytes.
    #[error("the offset is out of range")]
    OffsetOutOfRange(i64),
    /// A sibling has the name; the sibling's id.
    #[error("the folder's name is taken")]
    FolderNameTaken(MailboxId, String),
    /// Deeper than folders may lie.
    #[error("the folder would lie too deep")]
    FolderTooDeep,
    /// The folder would lie in itself.
    #[error("the folder would lie in itself")]
    FolderLoop,
    /// One of the four folders of every mailbox, which can't be used for this.
    #[error("a system folder can't be used for this")]
    SystemFolder(MailboxId, &'static str),
    /// A reader's act on an unserved message for service (R12).
    #[error("the message for service must be acknowledged first")]
    ServiceAcknowledgementRequired(MailboxId, MessageId),
    /// A field whose value can't be, seen only when its meaning is known: which, and what is wrong.
    #[error("the field can't have this value")]
    InvalidField(&'static str, &'static str),
    /// The particulars fit nobody who can take part, or who was named can't any more (A2).
    #[error("the person is not matched")]
    PersonNotMatched,
    /// Too many misses by this caller or at this target (A2); when to try again.
    #[error("too many attempts")]
    TooManyAttempts(Duration),
    /// As many recipients as a mailbox may have (M9).
    #[error("there are too many recipients")]
    TooManyRecipients,
    /// The person has forwarded as much as they may (M7); when they may again.
    #[error("the limit of forwardings is reached")]
    ForwardLimit(Duration),
    /// More bytes than go by e-mail (M7); the limit.
    #[error("the letter is too large for e-mail")]
    ForwardTooLarge(i64),
    /// The letter names no contact point that takes replies, or not any more (P7).
    #[error("the letter can't be answered")]
    ReplyNotPossible(MailboxId, MessageId),
    /// The contact point takes answers to letters, and no new post (P7).
    #[error("the contact point takes replies only")]
    TakesRepliesOnly,
    /// More contact points than an authority may have.
    #[error("there are too many contact points")]
    TooManyContactPoints,
    /// As many folders as a mailbox may have.
    #[error("there are too many folders")]
    TooManyFolders,
    /// The database.
    #[error("the database failed")]
    Sql(#[from] sql::Error),
    /// The place where files are kept.
    #[error("the object store failed")]
    Objects(#[from] object_store::Error),
    /// A stored file does not open.
    #[error("a stored file does not open")]
    Sealed(#[from] crypto::SealError),
    /// The client ended its stream in the middle.
    #[error("the stream broke")]
    StreamBroken(#[source] Box<tonic::Status>),
    /// Another service, or ourselves on the way to it.
    #[error("another service failed")]
    Peer(Box<Refusal>),
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Peer(Box::new(refusal))
    }
}

impl Error {
    /// The same about one letter of an act on many.
    pub fn of_letter(mailbox: MailboxId, letter: MessageId, unchanged: Unchanged) -> Self {
        match unchanged {
            Unchanged::NotFound => Self::NotFound,
            Unchanged::NotInBin => Self::StateConflict("NOT_IN_BIN"),
            Unchanged::NotSent => Self::SystemFolder(mailbox, "sent"),
            Unchanged::Unserved => Self::ServiceAcknowledgementRequired(mailbox, letter),
            Unchanged::MayNotDelete(capacity) => Self::ActNotAllowed { act: Act::Delete, capacity },
            Unchanged::MayNotMove(capacity) => Self::ActNotAllowed { act: Act::Move, capacity },
            Unchanged::MayNotMark(capacity) => Self::ActNotAllowed { act: Act::Mark, capacity },
        }
    }
}

impl From<Misplaced> for Error {
    fn from(misplaced: Misplaced) -> Self {
        match misplaced {
            Misplaced::NoParent => Self::NotFound,
            Misplaced::TooDeep => Self::FolderTooDeep,
            Misplaced::InItself => Self::FolderLoop,
        }
    }
}

impl From<NotTaken> for Error {
    fn from(not_taken: NotTaken) -> Self {
        match not_taken {
            NotTaken::NotRegistered => Self::RecipientNotRegistered,
            NotTaken::Closed => Self::RecipientClosed,
            NotTaken::Exempt => Self::RecipientExempt,
        }
    }
}

impl From<RegistrationRefused> for Error {
    fn from(refused: RegistrationRefused) -> Self {
        match refused {
            RegistrationRefused::UnderAge(earliest) => Self::UnderAge(earliest),
            RegistrationRefused::Dead => Self::StateConflict("DEAD"),
        }
    }
}
