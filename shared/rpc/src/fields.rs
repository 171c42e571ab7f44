//! Collecting what is wrong with a request, to refuse it once with every violation.

use crate::refusal::{Refusal, Violation};
use std::fmt::Display;

/// The longest request id.
const MAX_REQUEST_ID: usize = 64;

/// The most violations that are told: they travel in a header, and many clients take no more than 8 KiB of those.
const MAX_TOLD: usize = 40;

/// The violations found so far.
#[derive(Debug, Default)]
pub struct Fields(Vec<Violation>);

impl Fields {
    /// Nothing found yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The parsed value, or a violation of `field`.
    pub fn take<T, E: Display>(&mut self, field: &str, parsed: Result<T, E>) -> Option<T> {
        parsed.map_err(|error| self.refuse(field, error)).ok()
    }

    /// The value of a field that must be there, parsed.
    pub fn required<T, E: Display>(
        &mut self,
        field: &str,
        text: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        if text.is_empty() {
            self.refuse(field, "is required");
            return None;
        }
        self.take(field, parse(text))
    }

    /// The value of a field that may be left out, parsed; `None` inside where it is.
    pub fn optional<T, E: Display>(
        &mut self,
        field: &str,
        text: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<Option<T>> {
        if text.is_empty() { Some(None) } else { self.take(field, parse(text)).map(Some) }
    }

    /// A part of the request that must be there.
    pub fn present<T>(&mut self, field: &str, value: Option<T>) -> Option<T> {
        if value.is_none() {
            self.refuse(field, "is required");
        }
        value
    }

    /// Checks a `request_id`: empty, or up to 64 visible ASCII characters.
    pub fn request_id(&mut self, text: &str) {
        let valid = text.len() <= MAX_REQUEST_ID && text.bytes().all(|byte| byte.is_ascii_graphic());
        if !valid {
            self.refuse("request_id", format!("must be at most {MAX_REQUEST_ID} visible ASCII characters"));
        }
    }

    /// Notes a violation of `field`.
    pub fn refuse(&mut self, field: &str, problem: impl Display) {
        self.0.push(Violation { field: field.to_owned(), description: problem.to_string() });
    }

    /// Reads a part of the request: what is refused there lies in `field`.
    pub fn within<T>(&mut self, field: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.0.len();
        let read = read(self);
        for violation in self.0.iter_mut().skip(before) {
            violation.field = format!("{field}.{}", violation.field);
        }
        read
    }

    /// How many violations were found so far.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The values, if all were there and nothing at all was wrong.
    pub fn all<T: Complete>(self, values: T) -> Result<T::Values, Refusal> {
        match values.complete() {
            Some(values) if self.0.is_empty() => Ok(values),
            _ => Err(Refusal::invalid(self.told())),
        }
    }

    /// The first violations, and how many more there are.
    fn told(mut self) -> Vec<Violation> {
        let more = self.0.len().saturating_sub(MAX_TOLD);
        if more > 0 {
            self.0.truncate(MAX_TOLD);
            self.refuse("", format!("and {more} more"));
        }
        self.0
    }
}

/// A tuple of values that were each found or refused.
pub trait Complete {
    /// The tuple with every value there.
    type Values;
    /// The values, if every one is there.
    fn complete(self) -> Option<Self::Values>;
}

macro_rules! complete {
    ($($($name:ident)*;)*) => {$(
        #[expect(non_snake_case, reason = "the type's name serves as the variable's")]
        impl<$($name),*> Complete for ($(Option<$name>,)*) {
            type Values = ($($name,)*);
            fn complete(self) -> Option<Self::Values> {
                let ($($name,)*) = self;
                Some(($($name?,)*))
            }
        }
    )*};
}

complete! { A; A B; A B C; A B C D; A B C D E; A B C D E F; A B C D E F G; A B C D E F G H; A B C D E F G H I; A B C D E F G H I J; }

#[cfg(test)]
mod tests {
    use super::*;
    use tonic::{Code, Status};
    use tonic_types::StatusExt as _;

    #[test]
    fn every_violation_is_listed_at_once() {
        let mut fields = Fields::new();
        let cpr = fields.required("cpr_number", "61018", kernel::CprNumber::parse);
        let name = fields.required("first_name", "", kernel::PersonName::parse_part);
        fields.request_id("a b");
        let status = Status::from(fields.all((cpr, name)).expect_err("refused"));
        assert_eq!(status.code(), Code::InvalidArgument);
        let bad_request = status.get_details_bad_request().expect("details");
        let named: Vec<&str> = bad_request.field_violations.iter().map(|violation| violation.field.as_str()).collect();
        assert_eq!(named, ["cpr_number", "first_name", "request_id"]);
        assert_eq!(status.get_details_error_info().expect("details").reason, "INVALID_FIELDS");
    }

    #[test]
    fn what_is_refused_within_a_part_is_named_by_its_path() {
        let mut fields = Fields::new();
        fields.refuse("before", "is wrong");
        fields.within("events[1]", |fields| {
            fields.refuse("id", "is wrong");
            fields.within("payload", |fields| fields.refuse("mailbox", "is wrong"));
        });
        fields.refuse("after", "is wrong");
        let status = Status::from(fields.all((Some(1),)).expect_err("refused"));
        let bad_request = status.get_details_bad_request().expect("details");
        let named: Vec<&str> = bad_request.field_violations.iter().map(|violation| violation.field.as_str()).collect();
        assert_eq!(named, ["before", "events[1].id", "events[1].payload.mailbox", "after"]);
    }

    #[test]
    fn a_long_list_of_violations_still_fits_a_header() {
        let mut fields = Fields::new();
        for at in 0..200 {
            fields.refuse(&format!("messages[{at}]"), "must be the name of a letter in this mailbox");
        }
        let status = Status::from(fields.all((Some(1),)).expect_err("refused"));
        assert!(status.details().len() < 6 * 1024, "{}", status.details().len());
        let told = status.get_details_bad_request().expect("details").field_violations;
        assert_eq!(told.last().map(|violation| violation.description.as_str()), Some("and 160 more"));
    }

    #[test]
    fn a_violation_outside_the_values_refuses_too() {
        let mut fields = Fields::new();
        fields.refuse("page_size", "must not be negative");
        assert!(fields.all((Some(1),)).is_err());
        assert_eq!(Fields::new().all((Some(1), Some("a"))).expect("fine"), (1, "a"));
    }
}
