//! Persons, as the population register reports them.

use kernel::{CprNumber, Date, ExemptionId, PersonId, PersonName, Timestamp};

/// From which birthday on a person has Digital Post (P2).
pub const LEAST_AGE: i16 = 15;

/// A person's status in the register.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PersonStatus {
    /// Lives in Denmark.
    Resident,
    /// Has left; the mailbox stays open (P8).
    MovedAbroad,
    /// Has no fixed residence; the mailbox stays open.
    NoFixedResidence,
    /// Has died; the mailbox is closed (P8).
    Dead,
}

impl PersonStatus {
    const ALL: [Self; 4] = [Self::Resident, Self::MovedAbroad, Self::NoFixedResidence, Self::Dead];

    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Resident => "resident",
            Self::MovedAbroad => "moved_abroad",
            Self::NoFixedResidence => "no_fixed_residence",
            Self::Dead => "dead",
        }
    }

    /// From its stored form.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }
}

/// One line of a register extract.
#[derive(Clone, PartialEq, Eq)]
pub struct Registration {
    /// The number; the age comes from it.
    pub cpr: CprNumber,
    /// The names.
    pub name: PersonName,
    /// The status.
    pub status: PersonStatus,
    /// The postal address, where the register has one.
    pub postal_address: Option<String>,
    /// The day of death, of the dead.
    pub death_date: Option<Date>,
}

/// A person as stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Person {
    /// Which; the mailbox has the same id.
    pub id: PersonId,
    /// The names.
    pub name: PersonName,
    /// The status.
    pub status: PersonStatus,
    /// The postal address.
    pub postal_address: Option<String>,
    /// The day of death.
    pub death_date: Option<Date>,
    /// When the mailbox was closed, if it was.
    pub close_time: Option<Timestamp>,
    /// The granted exemption in force.
    pub exemption: Option<ExemptionId>,
    /// When the person was first registered.
    pub create_time: Timestamp,
}

/// What a line did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// A new person with a new mailbox.
    Created,
    /// A known person was changed.
    Updated,
    /// All was known already.
    Unchanged,
}

/// Why a line is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RegistrationRefused {
    /// Not yet fifteen; the first day on which they are (P2).
    UnderAge(Date),
    /// A dead person can't come back.
    Dead,
}

impl Registration {
    /// Whether a person can be registered by this line `today` (P2).
    pub fn check_new(&self, today: Date) -> Result<(), RegistrationRefused> {
        if self.cpr.is_aged(LEAST_AGE, today) {
            return Ok(());
        }
        Err(RegistrationRefused::UnderAge(self.cpr.birth_date().anniversary(LEAST_AGE)))
    }

    /// The person whom this line makes known.
    pub fn begin(self, id: PersonId, now: Timestamp) -> Person {
        let died = self.status == PersonStatus::Dead;
        Person {
            id,
            name: self.name,
            status: self.status,
            postal_address: self.postal_address,
            death_date: self.death_date,
            close_time: died.then_some(now),
            exemption: None,
            create_time: now,
        }
    }

    /// What this line does to `person`, whom it is about: nothing if all was known already.
    pub fn apply(self, person: &Person, now: Timestamp) -> Result<Option<Person>, RegistrationRefused> {
        if person.status == PersonStatus::Dead && self.status != PersonStatus::Dead {
            return Err(RegistrationRefused::Dead);
        }
        let died = self.status == PersonStatus::Dead;
        let after = Person {
            id: person.id,
            name: self.name,
            status: self.status,
            postal_address: self.postal_address,
            death_date: self.death_date,
            close_time: person.close_time.or(died.then_some(now)),
            exemption: person.exemption,
            create_time: person.create_time,
        };
        Ok((after != *person).then_some(after))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::SystemRandom;

    const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

    fn line(status: PersonStatus) -> Registration {
        let name = PersonName::parse("Karen", "Holm").expect("a name");
        let cpr = CprNumber::parse("6101104000").expect("a number");
        Registration { cpr, name, status, postal_address: None, death_date: None }
    }

    fn person() -> Person {
        line(PersonStatus::Resident).begin(PersonId::new(NOW, &SystemRandom), NOW)
    }

    #[test]
    fn p2_a_registration_is_refused_until_the_fifteenth_birthday() {
        let day = |text| Date::parse(text).expect("a date");
        let line = line(PersonStatus::Resident);
        let refused = Err(RegistrationRefused::UnderAge(day("2025-01-01")));
        assert_eq!(line.check_new(day("2024-12-31")), refused);
        assert_eq!(line.check_new(day("2025-01-01")), Ok(()));
    }

    #[test]
    fn p8_death_closes_the_mailbox_once_and_for_good() {
        let person = person();
        assert!(line(PersonStatus::Resident).apply(&person, NOW) == Ok(None));
        let dead = line(PersonStatus::Dead).apply(&person, NOW).ok().flatten().expect("changed");
        assert_eq!(dead.close_time, Some(NOW));
        let later = NOW.plus(std::time::Duration::from_secs(1));
        assert!(line(PersonStatus::Dead).apply(&dead, later) == Ok(None), "they die once");
        let never_known = line(PersonStatus::Dead).begin(PersonId::new(NOW, &SystemRandom), NOW);
        assert_eq!(never_known.close_time, Some(NOW), "who was dead before anybody knew of them");
        assert!(line(PersonStatus::Resident).apply(&dead, NOW) == Err(RegistrationRefused::Dead));
        let abroad = line(PersonStatus::MovedAbroad).apply(&person, NOW).ok().flatten().expect("changed");
        assert_eq!(abroad.close_time, None, "moving abroad closes nothing");
    }
}
