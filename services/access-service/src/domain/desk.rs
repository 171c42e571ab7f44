//! What happens at a municipality's desk, and what is kept of it (rules A13-A16, A25).

use kernel::{Caseworker, PersonId, Timestamp};

pub use kernel::attendance::{Attendance, Identification, Presence};

/// What a caseworker does to an access.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum DeskAct {
    /// Gives it in the owner's name (rule A14).
    Create,
    /// Asks for it in the reader's name (rule A25).
    Request,
    /// Records an approval (rules A13, A25).
    Approve,
    /// Sets another expiry for the owner (rule A24).
    ChangeExpiry,
    /// Removes it for one of the two (rule A16).
    Remove,
}

/// A caseworker's act, as it is kept for good.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DeskRecord {
    /// Who did it, for which municipality.
    pub caseworker: Caseworker,
    /// What they stated.
    pub attendance: Attendance,
    /// What they did.
    pub act: DeskAct,
    /// For whom.
    pub citizen: PersonId,
    /// When.
    pub time: Timestamp,
}
