//! A refusal as a client reads it.

use std::collections::BTreeMap;
use std::time::Duration;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

/// Why a call was refused: what stands in the status and its details.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refused {
    /// The gRPC status code.
    pub code: Code,
    /// The reason, such as `ACCESS_ENDED`; empty where the server gave none.
    pub reason: String,
    /// The reason's metadata.
    pub metadata: BTreeMap<String, String>,
    /// The fields that were wrong, in the order of the answer.
    pub fields: Vec<String>,
    /// When to try again.
    pub retry_after: Option<Duration>,
    /// The sentence in Danish.
    pub sentence_da: String,
}

impl From<Status> for Refused {
    fn from(status: Status) -> Self {
        let details = status.get_error_details();
        let info = details.error_info();
        let danish = status.get_details_localized_message();
        Self {
            code: status.code(),
            reason: info.map(|info| info.reason.clone()).unwrap_or_default(),
            metadata: info.map(|info| info.metadata.clone().into_iter().collect()).unwrap_or_default(),
            fields: details.bad_request().map_or_else(Vec::new, |bad_request| {
                bad_request.field_violations.iter().map(|violation| violation.field.clone()).collect()
            }),
            retry_after: details.retry_info().and_then(|retry| retry.retry_delay),
            sentence_da: danish.map(|danish| danish.message).unwrap_or_default(),
        }
    }
}

/// The same for one item of a bulk call or stream.
impl From<api::error::v1::Refusal> for Refused {
    fn from(refusal: api::error::v1::Refusal) -> Self {
        let info = api::reason(refusal.reason());
        Self {
            code: info.map_or(Code::Unknown, |info| info.code),
            reason: info.map(|info| info.name.to_owned()).unwrap_or_default(),
            metadata: refusal.metadata.into_iter().collect(),
            fields: refusal.field_violations.into_iter().map(|violation| violation.field).collect(),
            retry_after: None,
            sentence_da: refusal.message_da,
        }
    }
}

/// What came of a call that a test expects to be refused.
pub trait Refusable {
    /// The refusal, which must be for `reason`.
    ///
    /// # Panics
    /// When the call was let through, or refused for another reason.
    fn refused(self, reason: &str) -> Refused;
}

impl<T> Refusable for Result<T, Refused> {
    #[track_caller]
    fn refused(self, reason: &str) -> Refused {
        match self {
            Ok(_) => panic!("let through, and should have been refused with {reason}"),
            Err(refused) => {
                assert_eq!(refused.reason, reason, "{refused:?}");
                refused
            }
        }
    }
}
