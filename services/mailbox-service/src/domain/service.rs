//! Messages for service, such as a court summons: unserved until somebody is served, once and for good (R6, R12, M8).

use crate::domain::acting::{Acting, Capacity};
use kernel::{MailboxId, MessageId, PersonId, Portal, Timestamp};

/// Where a message for service stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ServiceState {
    /// Nobody has been served.
    Unserved,
    /// Served, and recorded.
    Served,
}

impl ServiceState {
    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unserved => "unserved",
            Self::Served => "served",
        }
    }

    /// From its stored form.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Unserved, Self::Served].into_iter().find(|state| state.as_str() == text)
    }
}

/// What an act that would show, copy, move or mark a letter meets. Every such act asks here, whoever does it (R12, M8).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Service {
    /// Go on.
    Free,
    /// The letter is withheld: first the reader must be served on the owner's behalf, by an act of its own.
    Withheld,
    /// Go on; if the act opens, moves or deletes the letter, it serves the owner.
    ServesOwner,
}

/// What `acting` meets at a letter in this state; `None` is no message for service.
pub fn service(acting: &Acting, state: Option<ServiceState>) -> Service {
    match state {
        None | Some(ServiceState::Served) => Service::Free,
        Some(ServiceState::Unserved) if acting.is_owner() => Service::ServesOwner,
        Some(ServiceState::Unserved) => Service::Withheld,
    }
}

/// Whether `acting` sees no more of a letter in this state than that it is there.
pub fn is_withheld(acting: &Acting, state: Option<ServiceState>) -> bool {
    service(acting, state) == Service::Withheld
}

/// The one record that a message was served.
#[derive(Clone, PartialEq, Eq)]
pub struct ServiceRecord {
    /// Where the message lies: for whom it was served.
    pub mailbox: MailboxId,
    /// Which message.
    pub message: MessageId,
    /// The owner's full name at that moment.
    pub owner_name: String,
    /// Who was served.
    pub served_person: PersonId,
    /// Their full name at that moment.
    pub served_name: String,
    /// In which capacity.
    pub capacity: Capacity,
    /// Through which portal.
    pub portal: Portal,
    /// When.
    pub serve_time: Timestamp,
}

impl ServiceRecord {
    /// What the owner is told: subject and text, Danish first. Names no content of the message but what lists show.
    pub fn notice(&self, sender: &str, subject: &str) -> (String, String) {
        let (da, en) = if self.capacity == Capacity::Owner {
            (
                format!("Du har fået forkyndt brevet \"{subject}\" fra {sender}."),
                format!("You have been served the letter \"{subject}\" from {sender}."),
            )
        } else {
            let reader = &self.served_name;
            (
                format!("{reader} har på dine vegne fået forkyndt brevet \"{subject}\" fra {sender}."),
                format!("{reader} has been served the letter \"{subject}\" from {sender} on your behalf."),
            )
        };
        let da = format!("{da} Tidspunktet er registreret, og afsenderen har fået en kvittering.");
        let en = format!("{en} The time is on record, and the sender has been given a receipt.");
        ("Forkyndelse registreret / Service recorded".to_owned(), format!("{da}\n\n{en}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::acting::{Ground, Leave, Right};
    use crate::domain::post::Mark;
    use crate::domain::settings::Settings;
    use kernel::{AccessId, SystemRandom};

    const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

    fn acting(right: Right) -> Acting {
        let person = PersonId::new(NOW, &SystemRandom);
        Acting::new(person, person, Portal::BorgerDk, right, &Settings::default()).expect("public post shows")
    }

    #[test]
    fn r12_an_unserved_message_is_withheld_from_readers_and_serves_its_owner() {
        let by = |capacity| {
            let access = AccessId::new(NOW, &SystemRandom);
            let grounds = vec![Ground { mark: Mark::Public, capacity, access, version: 1 }];
            acting(Right::Reader(Leave { grounds, barred: Vec::new() }))
        };
        for reader in [by(Capacity::Reader), by(Capacity::Guardian)] {
            assert_eq!(service(&reader, Some(ServiceState::Unserved)), Service::Withheld);
            assert_eq!(service(&reader, Some(ServiceState::Served)), Service::Free);
            assert_eq!(service(&reader, None), Service::Free);
        }
        let owner = acting(Right::Owner);
        assert_eq!(service(&owner, Some(ServiceState::Unserved)), Service::ServesOwner);
        assert_eq!(service(&owner, Some(ServiceState::Served)), Service::Free);
        assert_eq!(service(&owner, None), Service::Free);
    }

    #[test]
    fn states_survive_storage() {
        for state in [ServiceState::Unserved, ServiceState::Served] {
            assert_eq!(ServiceState::parse(state.as_str()), Some(state));
        }
        assert_eq!(ServiceState::parse(""), None);
    }
}
