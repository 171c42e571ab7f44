//! By whose hand an access changes.

use super::desk::{Attendance, DeskAct};
use kernel::{Caseworker, PersonId};

/// Who makes a change.
#[derive(Clone, Debug)]
pub enum Hand {
    /// A party.
    Party(PersonId),
    /// A caseworker for a party.
    Desk(Desk),
    /// Nobody: time, or an event.
    Nobody,
}

/// A caseworker, and what they do for whom.
#[derive(Clone, Debug)]
pub struct Desk {
    /// Who.
    pub caseworker: Caseworker,
    /// What they state.
    pub attendance: Attendance,
    /// What they do.
    pub act: DeskAct,
    /// For whom.
    pub citizen: PersonId,
}

impl Hand {
    /// The party whose own hand it is.
    pub const fn party(&self) -> Option<PersonId> {
        match self {
            Self::Party(person) => Some(*person),
            Self::Desk(_) | Self::Nobody => None,
        }
    }

    /// The caseworker's matter, if it is one.
    pub const fn desk(&self) -> Option<&Desk> {
        match self {
            Self::Desk(desk) => Some(desk),
            Self::Party(_) | Self::Nobody => None,
        }
    }
}
