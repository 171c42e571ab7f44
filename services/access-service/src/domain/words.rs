//! The words that citizens see, in Danish and English (rules A8, A21).

use super::life::{EndReason, State};
use super::party::Party;
use kernel::Date;

/// The same in both languages.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Words {
    /// In Danish.
    pub da: &'static str,
    /// In English.
    pub en: &'static str,
}

/// Heading of the owner's list.
pub const GIVEN: Words = Words { da: "Læseadgang til din post", en: "Read access to your post" };
/// Heading of the reader's list.
pub const RECEIVED: Words = Words { da: "Din læseadgang til andres post", en: "Your read access to others' post" };
/// The link in notices that leads to both lists.
pub const SEE_YOUR_ACCESSES: &str = "Se dine adgange til Digital Post";

/// The status as one side sees it; `None`: a caseworker.
pub fn status(state: State, side: Option<Party>) -> Words {
    match state {
        State::Offered | State::Requested if side.is_some() && state.awaits() == side => {
            Words { da: "Mangler din godkendelse", en: "Awaiting your approval" }
        }
        State::Offered | State::Requested => Words { da: "Mangler godkendelse", en: "Awaiting approval" },
        State::Active => Words { da: "Aktiv læseadgang", en: "Active read access" },
        State::Ended(reason) => match reason {
            EndReason::Withdrawn => Words { da: "Trukket tilbage", en: "Withdrawn" },
            EndReason::Declined => Words { da: "Afvist", en: "Declined" },
            EndReason::Lapsed => Words { da: "Bortfaldet, ikke godkendt i tide", en: "Lapsed, not approved in time" },
            EndReason::RemovedBy(party) => removed_by(party, side),
            EndReason::RemovedByMunicipality => Words { da: "Fjernet af kommunen", en: "Removed by the municipality" },
            EndReason::Expired => Words { da: "Udløbet", en: "Expired" },
            EndReason::ClosedMailbox => {
                Words { da: "Ophørt, fordi en postkasse er lukket", en: "Ended because a mailbox is closed" }
            }
        },
    }
}

const fn removed_by(party: Party, side: Option<Party>) -> Words {
    match (party, side) {
        (Party::Owner, Some(Party::Owner)) | (Party::Reader, Some(Party::Reader)) => {
            Words { da: "Fjernet af dig", en: "Removed by you" }
        }
        (_, Some(_)) => Words { da: "Fjernet af den anden part", en: "Removed by the other party" },
        (Party::Owner, None) => Words { da: "Fjernet af ejeren", en: "Removed by the owner" },
        (Party::Reader, None) => Words { da: "Fjernet af læseren", en: "Removed by the reader" },
    }
}

const MONTHS_DA: [&str; 12] = [
    "januar",
    "februar",
    "marts",
    "april",
    "maj",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "december",
];
const MONTHS_EN: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A day in Danish and in English: "22. november 2026", "22 November 2026".
pub fn day(date: Date) -> (String, String) {
    let (year, month, day) = date.year_month_day();
    // A month of the calendar is 1 to 12.
    let at = usize::try_from(month - 1).unwrap_or(0);
    (format!("{day}. {} {year}", MONTHS_DA[at]), format!("{day} {} {year}", MONTHS_EN[at]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use Party::{Owner, Reader};

    #[test]
    fn the_one_whose_approval_is_missing_sees_so() {
        assert_eq!(status(State::Offered, Some(Reader)).da, "Mangler din godkendelse");
        assert_eq!(status(State::Offered, Some(Owner)).da, "Mangler godkendelse");
        assert_eq!(status(State::Requested, Some(Owner)).da, "Mangler din godkendelse");
        assert_eq!(status(State::Requested, Some(Reader)).da, "Mangler godkendelse");
        assert_eq!(status(State::Requested, None).da, "Mangler godkendelse");
        for side in [Some(Owner), Some(Reader), None] {
            assert_eq!(status(State::Active, side).da, "Aktiv læseadgang");
        }
    }

    #[test]
    fn each_side_reads_who_removed_it() {
        let removed = State::Ended(EndReason::RemovedBy(Owner));
        assert_eq!(status(removed, Some(Owner)).da, "Fjernet af dig");
        assert_eq!(status(removed, Some(Reader)).da, "Fjernet af den anden part");
        assert_eq!(status(removed, None).da, "Fjernet af ejeren");
    }

    #[test]
    fn days_in_words() {
        let date = Date::parse("2026-11-02").expect("a date");
        assert_eq!(day(date), ("2. november 2026".to_owned(), "2 November 2026".to_owned()));
    }
}
