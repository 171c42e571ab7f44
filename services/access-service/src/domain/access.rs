//! One read access.

use super::expiry::Expiry;
use super::guardianship::Guardianship;
use super::life::{Change, Impossible, State};
use super::party::Party;
use super::scope::Scope;
use kernel::{AccessId, Date, PersonId, Timestamp};

/// That `reader` may see post of `owner`: all of the scope or nothing (rule A10).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Access {
    /// Its id.
    pub id: AccessId,
    /// Whose post it is; the mailbox has the same id.
    pub owner: PersonId,
    /// Who may read it.
    pub reader: PersonId,
    /// What it covers. Never changes.
    pub scope: Scope,
    /// Begins at 1 and rises by one with every change (rule A29).
    pub version: i64,
    /// Where in its life it is.
    pub state: State,
    /// The choice the parties see.
    pub expiry: Expiry,
    /// That the reader asked as the owner's guardian.
    pub guardianship: Option<Guardianship>,
    /// When it was given or asked for.
    pub create_time: Timestamp,
    /// When it lapses if nobody approves (rule A22).
    pub lapse_time: Timestamp,
    /// When it became active.
    pub approve_time: Option<Timestamp>,
    /// When it ended.
    pub end_time: Option<Timestamp>,
}

/// An access to be: which side begins it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pending {
    /// The owner gives.
    Offer,
    /// The reader asks.
    Request,
}

impl Pending {
    /// The state such an access begins in.
    pub const fn state(self) -> State {
        match self {
            Self::Offer => State::Offered,
            Self::Request => State::Requested,
        }
    }
}

impl Access {
    /// The side that `person` is on, if they are a party.
    pub fn party(&self, person: PersonId) -> Option<Party> {
        if person == self.owner {
            Some(Party::Owner)
        } else if person == self.reader {
            Some(Party::Reader)
        } else {
            None
        }
    }

    /// The person on a side.
    pub fn person(&self, party: Party) -> PersonId {
        match party {
            Party::Owner => self.owner,
            Party::Reader => self.reader,
        }
    }

    /// Its last day: the earlier of the expiry and the end of the guardianship (rule A13). `None`: it never expires.
    pub fn last_day(&self) -> Option<Date> {
        let guardianship = self.guardianship.as_ref().map(|guardianship| guardianship.end_date);
        match (self.expiry, guardianship) {
            (Expiry::On(day), Some(end)) => Some(day.min(end)),
            (Expiry::On(day), None) => Some(day),
            (Expiry::Never, end) => end,
        }
    }

    /// The moment from which it is refused: the midnight after its last day in Denmark (rules A9, A13).
    pub fn expire_time(&self) -> Option<Timestamp> {
        self.last_day().map(Date::end)
    }

    /// When it is or was over. What has not ended has a moment at which it ends by itself, unless it is active and
    /// never expires.
    pub fn over_time(&self) -> Option<Timestamp> {
        match self.state {
            State::Ended(_) => self.end_time,
            State::Active => self.expire_time(),
            State::Offered | State::Requested => {
                Some(self.expire_time().map_or(self.lapse_time, |expires| expires.min(self.lapse_time)))
            }
        }
    }

    /// The change that time has made at `now` and that may not be stored yet. Validity is half open: at the
    /// moment of its end an access is over (rule A9).
    pub fn overdue(&self, now: Timestamp) -> Option<Change> {
        let over = self.over_time().filter(|over| *over <= now)?;
        match self.state {
            State::Ended(_) => None,
            State::Offered | State::Requested if over == self.lapse_time => Some(Change::Lapse),
            State::Offered | State::Requested | State::Active => Some(Change::Expire),
        }
    }

    /// The access as it is at `now`: ended where time has ended it, exactly as it will be stored.
    #[must_use]
    pub fn at(self, now: Timestamp) -> Self {
        match self.overdue(now) {
            Some(change) => self.after(change, now).unwrap_or(self),
            None => self,
        }
    }

    /// The access after `change`, made at `now`. What ends by itself ended at the moment it was due.
    pub fn after(&self, change: Change, now: Timestamp) -> Result<Self, Impossible> {
        let state = self.state.after(change)?;
        let mut access = Self { state, version: self.version + 1, ..self.clone() };
        match state {
            State::Active if self.state != State::Active => access.approve_time = Some(now),
            State::Ended(_) => {
                let by_itself = matches!(change, Change::Lapse | Change::Expire);
                access.end_time = if by_itself { self.over_time().or(Some(now)) } else { Some(now) };
            }
            State::Offered | State::Requested | State::Active => {}
        }
        Ok(access)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::EndReason;
    use kernel::SystemRandom;
    use std::time::Duration;

    const START: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

    fn access(state: State, expiry: Expiry) -> Access {
        Access {
            id: AccessId::new(START, &SystemRandom),
            owner: PersonId::new(START, &SystemRandom),
            reader: PersonId::new(START, &SystemRandom),
            scope: Scope::PublicPost,
            version: 1,
            state,
            expiry,
            guardianship: None,
            create_time: START,
            lapse_time: START.plus(Duration::from_hours(60 * 24)),
            approve_time: None,
            end_time: None,
        }
    }

    fn expires_on(days: u64) -> Expiry {
        Expiry::On(Date::in_denmark(START.plus(Duration::from_hours(24 * days))))
    }

    #[test]
    fn it_is_over_at_the_very_moment_of_expiry_and_not_before() {
        let access = access(State::Active, expires_on(3));
        let end = access.over_time().expect("an end");
        let before = Timestamp::from_micros(end.as_micros() - 1);
        assert_eq!(access.clone().at(before).state, State::Active);
        let over = access.clone().at(end.plus(Duration::from_hours(5)));
        assert_eq!((over.state, over.version), (State::Ended(EndReason::Expired), 2));
        assert_eq!(over.end_time, Some(end), "it ended when it was due, not when somebody looked");
        assert_eq!(access.at(end).state, State::Ended(EndReason::Expired));
    }

    #[test]
    fn what_is_pending_ends_by_whatever_comes_first() {
        let far = START.plus(Duration::from_hours(400 * 24));
        let early = access(State::Offered, expires_on(3)).at(far);
        assert_eq!(early.state, State::Ended(EndReason::Expired));
        let late = access(State::Requested, expires_on(90)).at(far);
        assert_eq!((late.state, late.end_time), (State::Ended(EndReason::Lapsed), Some(late.lapse_time)));
        let never = access(State::Offered, Expiry::Never).at(far);
        assert_eq!(never.state, State::Ended(EndReason::Lapsed));
        assert_eq!(access(State::Active, Expiry::Never).at(far).state, State::Active);
    }

    #[test]
    fn the_earlier_of_expiry_and_guardianship_counts() {
        let guardianship = |days: u64| {
            let end_date = Date::in_denmark(START.plus(Duration::from_hours(24 * days)));
            Some(Guardianship { reference: "V-1".to_owned(), end_date })
        };
        for (expiry, days, expected) in
            [(expires_on(30), 3, expires_on(3)), (expires_on(3), 30, expires_on(3)), (Expiry::Never, 3, expires_on(3))]
        {
            let guardian = Access { guardianship: guardianship(days), ..access(State::Active, expiry) };
            let Expiry::On(last) = expected else { panic!("a day") };
            assert_eq!((guardian.last_day(), guardian.over_time()), (Some(last), Some(last.end())));
            assert_eq!(guardian.at(last.end()).state, State::Ended(EndReason::Expired));
        }
    }

    #[test]
    fn every_change_raises_the_version_by_one() {
        let offered = access(State::Offered, Expiry::Never);
        let active = offered.after(Change::Approve(Party::Reader), START).expect("approved");
        assert_eq!((active.version, active.approve_time), (2, Some(START)));
        let changed = active.after(Change::ChangeExpiry(Party::Owner), START).expect("changed");
        assert_eq!((changed.version, changed.approve_time), (3, Some(START)));
        let ended = changed.after(Change::Remove(Party::Owner), START).expect("removed");
        assert_eq!((ended.version, ended.end_time), (4, Some(START)));
    }
}
