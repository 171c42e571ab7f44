//! The ledger as operators see it: no address, no name, no content.

use crate::domain::ledger::{Kind, State};
use kernel::{LedgerEntryId, Timestamp};
use std::time::Duration;

/// How many e-mails there are, and how long the oldest has been owed: all of it at one moment.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Summary {
    /// By state and kind, those that occur.
    pub counts: Vec<(State, Kind, i64)>,
    /// Since when the oldest is owed, and for how long that is.
    pub oldest_owed: Option<(Timestamp, Duration)>,
}

/// One e-mail, owed or past.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shown {
    /// Which.
    pub id: LedgerEntryId,
    /// What for.
    pub kind: Kind,
    /// Where it stands.
    pub state: State,
    /// How often it was tried to be sent.
    pub attempt_count: i64,
    /// When it is tried next, if it is owed.
    pub next_attempt_time: Option<Timestamp>,
    /// What came of the last try.
    pub last_result: String,
    /// For NEW_POST: how many letters.
    pub letter_count: i64,
    /// Since when it is owed.
    pub create_time: Timestamp,
    /// Since when it is in its state.
    pub state_time: Timestamp,
}

/// Which e-mails a list holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Filter {
    /// Only those in this state.
    pub state: Option<State>,
    /// Only those of this kind.
    pub kind: Option<Kind>,
}

/// Where a page begins: after this e-mail.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cursor {
    /// Since when it is owed.
    pub create_time: Timestamp,
    /// Which it is.
    pub id: LedgerEntryId,
}

/// What became of an e-mail that an operator wanted set going again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Redriven {
    /// It is owed again.
    Again,
    /// There is none of this id.
    Unknown,
    /// It was not set aside: this is where it stands.
    NotParked(State),
}

impl Redriven {
    /// The word it is remembered by, for a repeated call.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Again => "again",
            Self::Unknown => "unknown",
            Self::NotParked(state) => state.as_str(),
        }
    }

    /// Reads the word.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "again" => Some(Self::Again),
            "unknown" => Some(Self::Unknown),
            word => State::from_word(word).map(Self::NotParked),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_became_of_each_is_remembered_by_a_word_of_its_own() {
        let all = [Redriven::Again, Redriven::Unknown].into_iter().chain(State::ALL.map(Redriven::NotParked));
        for redriven in all {
            assert_eq!(Redriven::from_word(redriven.as_str()), Some(redriven));
        }
        assert_eq!(Redriven::from_word("lost"), None);
    }
}
