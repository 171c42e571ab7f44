//! How one person names another (rules A1, A7).

use kernel::{CprNumber, PersonName};

/// Names and CPR number as typed. Matched by mailbox-service and never stored.
#[derive(Clone, Debug)]
pub struct Particulars {
    /// First and last names.
    pub name: PersonName,
    /// The number.
    pub cpr: CprNumber,
}
