//! Why a call is refused: the one place where errors become a gRPC status.

use api::ReasonInfo;
use api::error::v1::{self as proto, ErrorReason};
use std::error::Error;
use std::fmt;
use std::time::Duration;
use tonic::Status;
use tonic_types::{BadRequest, FieldViolation};
use tonic_types::{ErrorDetail, ErrorInfo, LocalizedMessage, RetryInfo, StatusExt as _};

/// The domain of every reason.
const DOMAIN: &str = "digitalpost.dk";

/// A refusal: a reason, and what belongs to it. The reason decides the status code, the metadata and the sentences.
#[derive(Debug)]
pub struct Refusal {
    reason: ErrorReason,
    metadata: Vec<(&'static str, String)>,
    violations: Vec<Violation>,
    retry_after: Option<Duration>,
    cause: Option<Box<dyn Error + Send + Sync>>,
}

/// A field that is wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Violation {
    /// Its path from the request, such as `reader.cpr_number`.
    pub field: String,
    /// What is wrong with it, without repeating it.
    pub description: String,
}

impl Refusal {
    /// A refusal for `reason`.
    pub fn new(reason: ErrorReason) -> Self {
        Self { reason, metadata: Vec::new(), violations: Vec::new(), retry_after: None, cause: None }
    }

    /// A refusal that names every wrong field.
    pub fn invalid(violations: Vec<Violation>) -> Self {
        Self { violations, ..Self::new(ErrorReason::InvalidFields) }
    }

    /// What is broken on our side; `cause` goes to the log and not to the caller.
    pub fn internal(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { cause: Some(cause.into()), ..Self::new(ErrorReason::Internal) }
    }

    /// Something we need is away: a database, another service.
    pub fn unavailable(dependency: &str, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(ErrorReason::DependencyUnavailable)
            .with("dependency", dependency)
            .retry_after(Duration::from_secs(1))
            .because(cause)
    }

    /// With one of the reason's metadata.
    #[must_use]
    pub fn with(mut self, key: &'static str, value: impl fmt::Display) -> Self {
        self.metadata.push((key, value.to_string()));
        self
    }

    /// With the time after which the same call may succeed.
    #[must_use]
    pub fn retry_after(mut self, delay: Duration) -> Self {
        self.retry_after = Some(delay);
        self
    }

    /// With what goes to the log and not to the caller.
    #[must_use]
    pub fn because(mut self, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// The reason.
    pub fn reason(&self) -> ErrorReason {
        self.reason
    }

    /// For an item of a bulk call or a stream: the same, inside a successful response.
    pub fn into_item(self) -> proto::Refusal {
        let info = self.info();
        self.log(info);
        proto::Refusal {
            reason: self.reason as i32,
            metadata: self.metadata.into_iter().map(|(key, value)| (key.to_owned(), value)).collect(),
            message_da: info.da.to_owned(),
            message_en: info.en.to_owned(),
            field_violations: self
                .violations
                .into_iter()
                .map(|violation| proto::FieldViolation { field: violation.field, description: violation.description })
                .collect(),
        }
    }

    fn info(&self) -> &'static ReasonInfo {
        static UNKNOWN: ReasonInfo = ReasonInfo::unspecified();
        api::reason(self.reason).unwrap_or(&UNKNOWN)
    }

    fn log(&self, info: &ReasonInfo) {
        let promised = info.metadata.iter().all(|key| self.metadata.iter().any(|(given, _)| given == key));
        debug_assert!(promised, "{} promises the metadata {:?}", info.name, info.metadata);
        if let Some(cause) = &self.cause {
            let cause: &(dyn Error + 'static) = &**cause;
            tracing::error!(reason = info.name, cause, chain = %Chain(cause), "call failed");
        }
    }
}

/// An error and all that lies behind it, on one line.
struct Chain<'e>(&'e (dyn Error + 'static));

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut next = self.0.source();
        while let Some(error) = next {
            write!(f, ": {error}")?;
            next = error.source();
        }
        Ok(())
    }
}

impl From<Refusal> for Status {
    fn from(refusal: Refusal) -> Self {
        let info = refusal.info();
        refusal.log(info);
        let metadata = refusal.metadata.into_iter().map(|(key, value)| (key.to_owned(), value));
        let mut details: Vec<ErrorDetail> =
            vec![ErrorInfo::new(info.name, DOMAIN, metadata.collect::<std::collections::HashMap<_, _>>()).into()];
        if !refusal.violations.is_empty() {
            let violations = refusal.violations.into_iter();
            details.push(
                BadRequest::new(
                    violations
                        .map(|violation| FieldViolation::new(violation.field, violation.description))
                        .collect::<Vec<_>>(),
                )
                .into(),
            );
        }
        if let Some(delay) = refusal.retry_after {
            details.push(RetryInfo::new(Some(delay)).into());
        }
        details.push(LocalizedMessage::new("da", info.da).into());
        details.push(LocalizedMessage::new("en", info.en).into());
        Self::with_error_details_vec(info.code, info.en, details)
    }
}
