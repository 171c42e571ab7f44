//! What becomes of each letter of an act on many.

use crate::domain::acting::Capacity;

/// What became of one letter: done or already so, or why not.
pub type Outcome = Result<(), Unchanged>;

/// Why a letter was left as it was.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unchanged {
    /// It is not there, as far as the caller may know.
    NotFound,
    /// It does not lie in the bin, and what is asked is for letters in it.
    NotInBin,
    /// The folder of sent letters takes none that the owner has not sent.
    NotSent,
    /// A message for service that a reader must acknowledge first (R12).
    Unserved,
    /// Out of the bin is for the owner only; the caller's capacity (R7).
    MayNotDelete(Capacity),
}

/// The outcomes as few bytes, one a letter: what a repeated call is answered by.
pub fn encode(outcomes: &[Outcome]) -> Vec<u8> {
    outcomes.iter().map(|outcome| outcome.map_or_else(Unchanged::code, |()| DONE)).collect()
}

/// From those bytes.
pub fn decode(bytes: &[u8]) -> Option<Vec<Outcome>> {
    let outcome = |code: &u8| match *code {
        DONE => Some(Ok(())),
        code => ALL.into_iter().find(|unchanged| unchanged.code() == code).map(Err),
    };
    bytes.iter().map(outcome).collect()
}

const DONE: u8 = 0;

const ALL: [Unchanged; 9] = [
    Unchanged::NotFound,
    Unchanged::NotInBin,
    Unchanged::NotSent,
    Unchanged::Unserved,
    Unchanged::MayNotDelete(Capacity::Owner),
    Unchanged::MayNotDelete(Capacity::Reader),
    Unchanged::MayNotDelete(Capacity::Guardian),
    Unchanged::MayNotDelete(Capacity::PrivateReader),
    Unchanged::MayNotDelete(Capacity::PrivateEditor),
];

impl Unchanged {
    const fn code(self) -> u8 {
        match self {
            Self::NotFound => 1,
            Self::NotInBin => 2,
            Self::NotSent => 3,
            Self::Unserved => 4,
            Self::MayNotDelete(Capacity::Owner) => 10,
            Self::MayNotDelete(Capacity::Reader) => 11,
            Self::MayNotDelete(Capacity::Guardian) => 12,
            Self::MayNotDelete(Capacity::PrivateReader) => 13,
            Self::MayNotDelete(Capacity::PrivateEditor) => 14,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_survive_being_kept() {
        let outcomes: Vec<Outcome> = std::iter::once(Ok(())).chain(ALL.into_iter().map(Err)).collect();
        assert_eq!(decode(&encode(&outcomes)), Some(outcomes));
        assert_eq!(decode(&[0, 99]), None);
    }
}
