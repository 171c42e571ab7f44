//! That a reader asks as the owner's guardian (rule A13).

use kernel::Date;

/// A reader's statement of being the owner's guardian.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Guardianship {
    /// What the guardianship goes by, such as the authority's case number.
    pub reference: String,
    /// Its last day.
    pub end_date: Date,
}
