//! Whether a mailbox takes a letter: the one answer for look-ups and deliveries alike (X3, X6, P8).

use crate::domain::post::Mark;

/// A mailbox, as far as it decides on deliveries.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Recipient {
    /// Closed by death (P8).
    pub closed: bool,
    /// The owner is exempt at this moment.
    pub exempt: bool,
}

/// Why a letter is not taken in.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum NotTaken {
    /// No mailbox for the number.
    NotRegistered,
    /// The mailbox is closed (P8).
    Closed,
    /// The owner is exempt: use paper (X3).
    Exempt,
}

impl NotTaken {
    const ALL: [Self; 3] = [Self::NotRegistered, Self::Closed, Self::Exempt];

    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotRegistered => "not_registered",
            Self::Closed => "closed",
            Self::Exempt => "exempt",
        }
    }

    /// From its stored form.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == text)
    }
}

impl Recipient {
    /// Whether a letter of `mark` is taken in at this moment. `on_legal_basis`: it states a legal basis that its sender
    /// system is registered for, and so goes to the exempt too; private post always does (X3).
    pub fn takes(self, mark: Mark, on_legal_basis: bool) -> Result<(), NotTaken> {
        if self.closed {
            Err(NotTaken::Closed)
        } else if self.exempt && mark == Mark::Public && !on_legal_basis {
            Err(NotTaken::Exempt)
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::post::CommercialPortal;

    const PRIVATE: Mark = Mark::Private(CommercialPortal::EBoks);

    #[test]
    fn x3_the_exempt_take_private_post_and_what_has_a_legal_basis() {
        let exempt = Recipient { closed: false, exempt: true };
        assert_eq!(exempt.takes(Mark::Public, false), Err(NotTaken::Exempt));
        assert_eq!(exempt.takes(Mark::Public, true), Ok(()));
        assert_eq!(exempt.takes(PRIVATE, false), Ok(()));
        assert_eq!(Recipient { closed: false, exempt: false }.takes(Mark::Public, false), Ok(()));
    }

    #[test]
    fn p8_the_dead_take_nothing_exempt_or_not() {
        for exempt in [false, true] {
            let dead = Recipient { closed: true, exempt };
            for (mark, basis) in [(Mark::Public, false), (Mark::Public, true), (PRIVATE, false)] {
                assert_eq!(dead.takes(mark, basis), Err(NotTaken::Closed));
            }
        }
    }
}
