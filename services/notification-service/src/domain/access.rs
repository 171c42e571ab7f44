//! What access-service says of a read access, and what follows from it here.

use kernel::{AccessId, MailboxId, PersonId, resource};
use std::fmt;

/// A read access to public post, by its full name.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct AccessName {
    /// The mailbox it opens.
    pub mailbox: MailboxId,
    /// Which access.
    pub id: AccessId,
}

impl fmt::Display for AccessName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&resource::access(self.mailbox, self.id))
    }
}

/// How an access stands at the moment of asking.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Activity {
    /// Unknown, or not to public post.
    Unknown,
    /// Offered or requested; the state as the API names it.
    Pending {
        /// Who is to become the reader.
        reader: PersonId,
        /// Its state.
        state: &'static str,
    },
    /// Active.
    Active {
        /// Who reads.
        reader: PersonId,
    },
    /// Over; the reason as the API names it.
    Ended {
        /// Who read.
        reader: PersonId,
        /// Why.
        reason: &'static str,
    },
}

/// Why somebody may not act on e-mail for an access.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NotAdmitted {
    /// They are not its reader, or there is no such access.
    #[error("no access of theirs")]
    Stranger,
    /// It is not approved yet; `state` as the API names it.
    #[error("the access is not active")]
    NotActive {
        /// Which access.
        access: AccessName,
        /// Its state.
        state: &'static str,
    },
    /// It has ended; `reason` as the API names it.
    #[error("the access has ended")]
    Ended {
        /// Which access.
        access: AccessName,
        /// Why.
        reason: &'static str,
    },
}

impl Activity {
    /// Who reads by it, is to read, or read.
    pub fn reader(self) -> Option<PersonId> {
        match self {
            Self::Unknown => None,
            Self::Pending { reader, .. } | Self::Active { reader } | Self::Ended { reader, .. } => Some(reader),
        }
    }

    /// Lets `person` act on e-mail for `access` only as its active reader (N1). Whoever is not its reader, the owner
    /// included, is told the same as for an unknown access.
    pub fn admit(self, access: AccessName, person: PersonId) -> Result<(), NotAdmitted> {
        match self {
            Self::Active { reader } if reader == person => Ok(()),
            Self::Pending { reader, state } if reader == person => Err(NotAdmitted::NotActive { access, state }),
            Self::Ended { reader, reason } if reader == person => Err(NotAdmitted::Ended { access, reason }),
            _ => Err(NotAdmitted::Stranger),
        }
    }

    /// Whether `person` is owed e-mail about the owner's post at this moment (N5).
    pub fn entitles(self, person: PersonId) -> bool {
        matches!(self, Self::Active { reader } if reader == person)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{SystemRandom, Timestamp};

    #[test]
    fn only_the_active_reader_is_let_in_and_strangers_learn_nothing() {
        let now = Timestamp::from_micros(0);
        let person = || PersonId::new(now, &SystemRandom);
        let (niels, other) = (person(), person());
        let access = AccessName { mailbox: person(), id: AccessId::new(now, &SystemRandom) };
        let admitted = |activity: Activity| activity.admit(access, niels);
        assert!(admitted(Activity::Active { reader: niels }).is_ok());
        let pending = Activity::Pending { reader: niels, state: "OFFERED" };
        assert!(matches!(admitted(pending), Err(NotAdmitted::NotActive { .. })));
        let ended = Activity::Ended { reader: niels, reason: "EXPIRED" };
        assert!(matches!(admitted(ended), Err(NotAdmitted::Ended { .. })));
        for activity in [
            Activity::Unknown,
            Activity::Active { reader: other },
            Activity::Pending { reader: other, state: "OFFERED" },
            Activity::Ended { reader: other, reason: "EXPIRED" },
        ] {
            assert!(matches!(admitted(activity), Err(NotAdmitted::Stranger)));
            assert!(!activity.entitles(niels));
        }
    }
}
