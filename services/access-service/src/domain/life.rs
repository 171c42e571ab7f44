//! The life of an access: one state machine. What may happen when, and by whose hand, is decided in [`State::after`]
//! and nowhere else.

use super::party::Party;

/// Where in its life an access is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum State {
    /// Given by the owner; the reader's approval is missing (rule A5).
    Offered,
    /// Asked for by the reader; the owner's approval is missing (rule A7).
    Requested,
    /// "Aktiv læseadgang".
    Active,
    /// Over, for good.
    Ended(EndReason),
}

/// Why an access ended (rule A21).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum EndReason {
    /// The side that gave or asked took it back.
    Withdrawn,
    /// The side that was to approve declined.
    Declined,
    /// Nobody approved in time (rule A22).
    Lapsed,
    /// One of the two removed it.
    RemovedBy(Party),
    /// The municipality removed it for one of the two (rule A16).
    RemovedByMunicipality,
    /// Its last day, or the guardianship's, is over (rules A9, A13).
    Expired,
    /// The owner's or the reader's mailbox was closed by death (rule P8).
    ClosedMailbox,
}

/// What can happen to an access, and who does it where a party does.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Change {
    /// A party approves (rules A5, A7).
    Approve(Party),
    /// A party declines (rule A6).
    Decline(Party),
    /// A party takes back what it gave or asked for (rule A6).
    Withdraw(Party),
    /// A party removes an active access (rule A6).
    Remove(Party),
    /// The municipality ends it for one of the two, pending or active (rule A16).
    RemoveAtDesk,
    /// A party sets another expiry (rule A22).
    ChangeExpiry(Party),
    /// The time to approve is over (rule A22).
    Lapse,
    /// The last day is over (rule A9).
    Expire,
    /// One of the two mailboxes is closed (rule P8).
    CloseMailbox,
}

/// Why a change can't happen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Impossible {
    /// The access has ended.
    Ended(EndReason),
    /// The change has no meaning in this state, or not by this party's hand.
    Conflict(State),
    /// The change is never this party's to make.
    NotTheirs,
}

impl State {
    /// The party whose approval is missing (rule A8).
    pub const fn awaits(self) -> Option<Party> {
        match self {
            Self::Offered => Some(Party::Reader),
            Self::Requested => Some(Party::Owner),
            Self::Active | Self::Ended(_) => None,
        }
    }

    /// Why it ended, if it has.
    pub const fn end_reason(self) -> Option<EndReason> {
        match self {
            Self::Ended(reason) => Some(reason),
            Self::Offered | Self::Requested | Self::Active => None,
        }
    }

    /// The state after `change`.
    #[expect(clippy::match_same_arms, reason = "one paragraph a change, each with all its states")]
    pub const fn after(self, change: Change) -> Result<Self, Impossible> {
        use Change::{Approve, ChangeExpiry, CloseMailbox, Decline, Expire, Lapse, Remove, RemoveAtDesk, Withdraw};
        use EndReason::{ClosedMailbox, Declined, Expired, Lapsed, RemovedBy, RemovedByMunicipality, Withdrawn};
        use Party::{Owner, Reader};
        use State::{Active, Ended, Offered, Requested};

        match (self, change) {
            (Ended(reason), _) => Err(Impossible::Ended(reason)),

            (Offered, Approve(Reader)) | (Requested, Approve(Owner)) => Ok(Active),
            (Offered, Approve(Owner)) | (Requested, Approve(Reader)) | (Active, Approve(_)) => {
                Err(Impossible::Conflict(self))
            }

            (Offered, Decline(Reader)) | (Requested, Decline(Owner)) => Ok(Ended(Declined)),
            (Offered, Decline(Owner)) | (Requested, Decline(Reader)) | (Active, Decline(_)) => {
                Err(Impossible::Conflict(self))
            }

            (Offered, Withdraw(Owner)) | (Requested, Withdraw(Reader)) => Ok(Ended(Withdrawn)),
            (Offered, Withdraw(Reader)) | (Requested, Withdraw(Owner)) | (Active, Withdraw(_)) => {
                Err(Impossible::Conflict(self))
            }

            (Active, Remove(party)) => Ok(Ended(RemovedBy(party))),
            (Offered | Requested, Remove(_)) => Err(Impossible::Conflict(self)),
            (Offered | Requested | Active, RemoveAtDesk) => Ok(Ended(RemovedByMunicipality)),

            (Offered | Requested | Active, ChangeExpiry(Reader)) => Err(Impossible::NotTheirs),
            (Offered | Active, ChangeExpiry(Owner)) => Ok(self),
            (Requested, ChangeExpiry(Owner)) => Err(Impossible::Conflict(self)),

            (Offered | Requested, Lapse) => Ok(Ended(Lapsed)),
            (Active, Lapse) => Err(Impossible::Conflict(self)),
            (Offered | Requested | Active, Expire) => Ok(Ended(Expired)),
            (Offered | Requested | Active, CloseMailbox) => Ok(Ended(ClosedMailbox)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Party::{Owner, Reader};
    use State::{Active, Ended, Offered, Requested};

    const CHANGES: [Change; 14] = [
        Change::Approve(Owner),
        Change::Approve(Reader),
        Change::Decline(Owner),
        Change::Decline(Reader),
        Change::Withdraw(Owner),
        Change::Withdraw(Reader),
        Change::Remove(Owner),
        Change::Remove(Reader),
        Change::RemoveAtDesk,
        Change::ChangeExpiry(Owner),
        Change::ChangeExpiry(Reader),
        Change::Lapse,
        Change::Expire,
        Change::CloseMailbox,
    ];

    /// What each change of [`CHANGES`] leads to from one state; `None` is a conflict.
    fn row(state: State) -> [Option<State>; 14] {
        let (withdrawn, declined) = (Some(Ended(EndReason::Withdrawn)), Some(Ended(EndReason::Declined)));
        let (lapsed, expired) = (Some(Ended(EndReason::Lapsed)), Some(Ended(EndReason::Expired)));
        let closed = Some(Ended(EndReason::ClosedMailbox));
        let desk = Some(Ended(EndReason::RemovedByMunicipality));
        let removed = |party| Some(Ended(EndReason::RemovedBy(party)));
        let kept = Some(state);
        let (no, active) = (None, Some(Active));
        match state {
            Offered => [no, active, no, declined, withdrawn, no, no, no, desk, kept, no, lapsed, expired, closed],
            Requested => [active, no, declined, no, no, withdrawn, no, no, desk, no, no, lapsed, expired, closed],
            Active => [no, no, no, no, no, no, removed(Owner), removed(Reader), desk, kept, no, no, expired, closed],
            Ended(_) => [no; 14],
        }
    }

    #[test]
    fn every_pair_of_state_and_change_is_decided() {
        for state in [Offered, Requested, Active] {
            for (change, expected) in CHANGES.into_iter().zip(row(state)) {
                let refused = match change {
                    Change::ChangeExpiry(Reader) => Impossible::NotTheirs,
                    _ => Impossible::Conflict(state),
                };
                assert_eq!(state.after(change), expected.ok_or(refused), "{state:?} {change:?}");
            }
        }
    }

    #[test]
    fn what_has_ended_stays_so_with_its_reason() {
        let reasons = [
            EndReason::Withdrawn,
            EndReason::Declined,
            EndReason::Lapsed,
            EndReason::RemovedBy(Owner),
            EndReason::RemovedBy(Reader),
            EndReason::RemovedByMunicipality,
            EndReason::Expired,
            EndReason::ClosedMailbox,
        ];
        for reason in reasons {
            for change in CHANGES {
                assert_eq!(Ended(reason).after(change), Err(Impossible::Ended(reason)), "{reason:?} {change:?}");
            }
        }
    }

    #[test]
    fn the_one_who_approves_is_the_one_it_awaits() {
        for state in [Offered, Requested, Active] {
            for party in [Owner, Reader] {
                assert_eq!(state.after(Change::Approve(party)).is_ok(), state.awaits() == Some(party));
            }
        }
    }
}
