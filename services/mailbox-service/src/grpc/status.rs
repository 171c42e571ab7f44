//! What the caller is told of each error: the only place where errors become refusals.

use crate::domain::contact_point::MAX_CONTACT_POINTS;
use crate::domain::delivery::MAX_FILES;
use crate::domain::folder::{MAX_DEPTH, MAX_FOLDERS};
use crate::domain::recipients::MAX_RECIPIENTS;
use crate::error::Error;
use crate::grpc::convert;
use kernel::resource;
use rpc::refusal::Violation;
use rpc::{Reason, Refusal};

/// The reasons that carry nothing but themselves.
fn plain(error: &Error) -> Option<Reason> {
    Some(match error {
        Error::NotFound => Reason::NotFound,
        Error::CallerHasNoDigitalPost => Reason::CallerHasNoDigitalPost,
        Error::PageToken => Reason::PageTokenInvalid,
        Error::ResumeToken => Reason::ResumeTokenInvalid,
        Error::ConcurrentChange => Reason::ConcurrentChange,
        Error::CprNumberTaken => Reason::CprNumberTaken,
        Error::RecipientNotRegistered => Reason::RecipientNotRegistered,
        Error::RecipientClosed => Reason::RecipientClosed,
        Error::FolderLoop => Reason::FolderLoop,
        Error::RecipientExempt => Reason::RecipientExempt,
        Error::ExemptionReasonMissing => Reason::ExemptionReasonMissing,
        Error::FileRefusedByScanner => Reason::FileRefusedByScanner,
        Error::FileHashMismatch => Reason::FileHashMismatch,
        Error::FramesMalformed => Reason::RequestMalformed,
        Error::PersonNotMatched => Reason::PersonNotMatched,
        _ => return None,
    })
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        if let Some(reason) = plain(&error) {
            return Self::new(reason);
        }
        match error {
            Error::Sql(error) if error.is_transient() => Self::unavailable("database", error),
            Error::Scanner(error) => Self::unavailable("virus-scanner", error),
            Error::Objects(error) => Self::unavailable("object-store", error),
            Error::StreamBroken(status) => Self::new(Reason::RequestMalformed).because(format!("{:?}", status.code())),
            Error::Peer(refusal) => *refusal,
            Error::Untimely(wrong) => Self::invalid(wrong.into_iter().map(violation).collect()),
            error => match access(&error).or_else(|| content(&error)) {
                Some(refusal) => refusal,
                None => Self::internal(error),
            },
        }
    }
}

fn violation((field, description): (&str, &str)) -> Violation {
    Violation { field: field.to_owned(), description: description.to_owned() }
}

/// What is refused because of who asks, where.
fn access(error: &Error) -> Option<Refusal> {
    Some(match error {
        Error::AccessEnded { access, reason } => {
            Refusal::new(Reason::AccessEnded).with("access", access).with("end_reason", reason)
        }
        Error::MailboxClosed(mailbox, access) => Refusal::new(Reason::AccessEnded)
            .with("access", resource::access(*mailbox, *access))
            .with("end_reason", "CLOSED_MAILBOX"),
        Error::AccessNotActive { access, state } => {
            Refusal::new(Reason::AccessNotActive).with("access", access).with("state", state)
        }
        Error::ActNotAllowed { act, capacity } => Refusal::new(Reason::ActNotAllowed)
            .with("act", convert::act_name(*act))
            .with("capacity", convert::capacity_name(*capacity)),
        Error::OnlyInOwnPortal(portal) => {
            Refusal::new(Reason::OnlyInOwnPortal).with("portal", convert::portal_name(*portal))
        }
        Error::PortalDoesNotShow(portal) => {
            Refusal::new(Reason::PortalDoesNotShowPublicPost).with("portal", convert::portal_name(*portal))
        }
        _ => return None,
    })
}

/// What is refused because of what is asked.
fn content(error: &Error) -> Option<Refusal> {
    Some(match error {
        Error::RequestIdReused(id) => Refusal::new(Reason::RequestIdReused).with("request_id", id),
        Error::EtagMismatch(etag) => Refusal::new(Reason::EtagMismatch).with("etag", etag),
        Error::ServiceAcknowledgementRequired(mailbox, message) => {
            Refusal::new(Reason::ServiceAcknowledgementRequired).with("message", resource::message(*mailbox, *message))
        }
        Error::InvalidField(field, problem) => {
            Refusal::invalid(vec![Violation { field: (*field).to_owned(), description: (*problem).to_owned() }])
        }
        Error::TooManyAttempts(wait) => Refusal::new(Reason::TooManyAttempts).retry_after(*wait),
        Error::TooManyRecipients => {
            Refusal::new(Reason::LimitReached).with("what", "recipients").with("limit", MAX_RECIPIENTS)
        }
        Error::ReplyNotPossible(mailbox, message) => {
            Refusal::new(Reason::ReplyNotPossible).with("message", resource::message(*mailbox, *message))
        }
        Error::TakesRepliesOnly => Refusal::new(Reason::ReplyNotPossible).with("message", ""),
        Error::ForwardLimit(wait) => Refusal::new(Reason::ForwardLimit).retry_after(*wait),
        Error::ForwardTooLarge(limit) => Refusal::new(Reason::ForwardTooLarge).with("limit_bytes", limit),
        Error::StateConflict(state) => Refusal::new(Reason::StateConflict).with("state", state),
        Error::UnderAge(earliest) => Refusal::new(Reason::UnderAge).with("earliest_date", earliest),
        Error::ContentDiffers(uuid) => Refusal::new(Reason::ContentDiffers).with("message_uuid", uuid),
        Error::WithdrawalTooLate(time) => {
            Refusal::new(Reason::WithdrawalTooLate).with("available_time", jiff::Timestamp::from(*time))
        }
        Error::LegalBasisNotHeld(basis) => Refusal::new(Reason::LegalBasisNotHeld).with("legal_basis", basis),
        Error::UploadNotFound(id) => Refusal::new(Reason::UploadNotFound).with("upload", resource::upload(*id)),
        Error::FileTooLarge(limit) => Refusal::new(Reason::FileTooLarge).with("limit_bytes", limit),
        Error::TooManyFiles => Refusal::new(Reason::TooManyFiles).with("limit", MAX_FILES),
        Error::FileTypeNotAllowed(detected) => Refusal::new(Reason::FileTypeNotAllowed).with("detected_type", detected),
        Error::OffsetOutOfRange(size) => Refusal::new(Reason::OffsetOutOfRange).with("size_bytes", size),
        Error::FolderNameTaken(mailbox, folder) => {
            Refusal::new(Reason::FolderNameTaken).with("folder", resource::folder(*mailbox, folder))
        }
        Error::FolderTooDeep => Refusal::new(Reason::FolderTooDeep).with("limit", MAX_DEPTH),
        Error::SystemFolder(mailbox, folder) => {
            Refusal::new(Reason::SystemFolder).with("folder", resource::folder(*mailbox, folder))
        }
        Error::TooManyContactPoints => {
            Refusal::new(Reason::LimitReached).with("what", "contact_points").with("limit", MAX_CONTACT_POINTS)
        }
        Error::TooManyFolders => Refusal::new(Reason::LimitReached).with("what", "folders").with("limit", MAX_FOLDERS),
        _ => return None,
    })
}
