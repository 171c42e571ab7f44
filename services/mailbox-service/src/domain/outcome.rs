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
    /// Into the bin and out of it is not for this capacity (R7).
    MayNotDelete(Capacity),
    /// The letter may be seen in this capacity and not moved (R14).
    MayNotMove(Capacity),
    /// The letter may be seen in this capacity and not marked (R14).
    MayNotMark(Capacity),
}

/// The outcomes as few bytes, one a letter: what a repeated call is answered by.
pub fn encode(outcomes: &[Outcome]) -> Vec<u8> {
    outcomes.iter().map(|outcome| outcome.map_or_else(Unchanged::code, |()| DONE)).collect()
}

/// From those bytes.
pub fn decode(bytes: &[u8]) -> Option<Vec<Outcome>> {
    let outcome = |code: &u8| match *code {
        DONE => Some(Ok(())),
        code => all().find(|unchanged| unchanged.code() == code).map(Err),
    };
    bytes.iter().map(outcome).collect()
}

const DONE: u8 = 0;

/// Each reason there is.
fn all() -> impl Iterator<Item = Unchanged> {
    use Unchanged::{MayNotDelete, MayNotMark, MayNotMove, NotFound, NotInBin, NotSent, Unserved};
    let barred = Capacity::ALL.into_iter().flat_map(|of| [MayNotDelete(of), MayNotMove(of), MayNotMark(of)]);
    [NotFound, NotInBin, NotSent, Unserved].into_iter().chain(barred)
}

impl Unchanged {
    const fn code(self) -> u8 {
        match self {
            Self::NotFound => 1,
            Self::NotInBin => 2,
            Self::NotSent => 3,
            Self::Unserved => 4,
            Self::MayNotDelete(capacity) => 10 + code(capacity),
            Self::MayNotMove(capacity) => 20 + code(capacity),
            Self::MayNotMark(capacity) => 30 + code(capacity),
        }
    }
}

const fn code(capacity: Capacity) -> u8 {
    match capacity {
        Capacity::Owner => 0,
        Capacity::Reader => 1,
        Capacity::Guardian => 2,
        Capacity::PrivateReader => 3,
        Capacity::PrivateEditor => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_survive_being_kept() {
        let outcomes: Vec<Outcome> = std::iter::once(Ok(())).chain(all().map(Err)).collect();
        assert_eq!(decode(&encode(&outcomes)), Some(outcomes));
        assert_eq!(decode(&[0, 99]), None);
    }
}
