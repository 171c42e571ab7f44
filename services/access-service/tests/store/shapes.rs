//! Parts of requests, and what is read out of answers.

use api::access::v1::Expiry;
use api::access::v1::expiry::Choice;
use api::core::v1::PersonParticulars;
use kernel::{PersonId, resource};
use tonic::Status;
use tonic_types::StatusExt as _;

/// The reason of a refusal.
pub(crate) fn reason(status: &Status) -> String {
    status.get_details_error_info().expect("a reason").reason
}

pub(crate) fn person(name: &str) -> PersonId {
    resource::parse_person(name).unwrap()
}

pub(crate) fn until(day: &str) -> Expiry {
    Expiry { choice: Some(Choice::ExpiresOn(day.to_owned())) }
}

pub(crate) fn never() -> Expiry {
    Expiry { choice: Some(Choice::NeverExpires(true)) }
}

pub(crate) fn particulars(first: &str, last: &str, cpr: &str) -> PersonParticulars {
    PersonParticulars { first_name: first.to_owned(), last_name: last.to_owned(), cpr_number: cpr.to_owned() }
}
