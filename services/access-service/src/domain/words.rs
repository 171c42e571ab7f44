//! The words that citizens see, in Danish and English (rules A8, A21).

use super::access::Party;
use super::life::{EndReason, State};
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

/// The status as one side sees it.
pub fn status(state: State, side: Party) -> Words {
    match state {
        State::Offered | State::Requested if state.awaits() == Some(side) => {
            Words { da: "Mangler din godkendelse", en: "Awaiting your approval" }
        }
        State::Offered | State::Requested => Words { da: "Mangler godkendelse", en: "Awaiting approval" },
        State::Active => Words { da: "Aktiv læseadgang", en: "Active read access" },
        State::Ended(reason) => match reason {
            EndReason::Withdrawn => Words { da: "Trukket tilbage", en: "Withdrawn" },
            EndReason::Declined => Words { da: "Afvist", en: "Declined" },
            EndReason::Lapsed => Words { da: "Bortfaldet, ikke godkendt i tide", en: "Lapsed, not approved in time" },
            EndReason::RemovedBy(party) if party == side => Words { da: "Fjernet af dig", en: "Removed by you" },
            EndReason::RemovedBy(_) => Words { da: "Fjernet af den anden part", en: "Removed by the other party" },
            EndReason::Expired => Words { da: "Udløbet", en: "Expired" },
            EndReason::ClosedMailbox => {
                Words { da: "Ophørt, fordi en postkasse er lukket", en: "Ended because a mailbox is closed" }
            }
        },
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
        assert_eq!(status(State::Offered, Reader).da, "Mangler din godkendelse");
        assert_eq!(status(State::Offered, Owner).da, "Mangler godkendelse");
        assert_eq!(status(State::Requested, Owner).da, "Mangler din godkendelse");
        assert_eq!(status(State::Requested, Reader).da, "Mangler godkendelse");
        for side in [Owner, Reader] {
            assert_eq!(status(State::Active, side).da, "Aktiv læseadgang");
        }
    }

    #[test]
    fn each_side_reads_who_removed_it() {
        let removed = State::Ended(EndReason::RemovedBy(Owner));
        assert_eq!(status(removed, Owner).da, "Fjernet af dig");
        assert_eq!(status(removed, Reader).da, "Fjernet af den anden part");
    }

    #[test]
    fn days_in_words() {
        let date = Date::parse("2026-11-02").expect("a date");
        assert_eq!(day(date), ("2. november 2026".to_owned(), "2 November 2026".to_owned()));
    }
}
