//! How one person names another (rules A1, A7, M9).

use crate::cpr::CprNumber;
use crate::name::PersonName;

/// Names and CPR number as typed. Matched by mailbox-service and never stored.
#[derive(Clone, Debug)]
pub struct Particulars {
    /// First and last names.
    pub name: PersonName,
    /// The number.
    pub cpr: CprNumber,
}

impl Particulars {
    /// What all tries at one person have in common, whichever four last digits they guess: the folded first and last word of
    /// the name (words between them may be left out, see [`PersonName::matches`]) and the day of birth without its century,
    /// which the guessed digits decide. Spellings that match each other always give the same key; some that don't may, too.
    pub fn target(&self) -> Vec<u8> {
        let (first, last) = self.name.ends();
        let (year, month, day) = self.cpr.birth_date().year_month_day();
        format!("{first} {last} {:02}{month:02}{day:02}", year.rem_euclid(100)).into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(first: &str, last: &str, cpr: &str) -> Vec<u8> {
        let name = PersonName::parse(first, last).expect("a name");
        Particulars { name, cpr: CprNumber::parse(cpr).expect("a number") }.target()
    }

    #[test]
    fn all_guesses_at_one_person_share_a_key() {
        let karen = key("Karen Anna", "Nørgaard", "6101801234");
        for (first, last, cpr) in [
            ("karen", "NØRGAARD", "6101801111"),
            ("Karen-Bo", "Holm Nørgaard", "6101809999"),
            ("Karen", "Nørgaard", "6101805000"),
        ] {
            assert_eq!(key(first, last, cpr), karen, "{first} {last}");
        }
        assert_ne!(key("Karin", "Nørgaard", "6101801234"), karen);
        assert_ne!(key("Karen", "Nørgaard", "6201801234"), karen);
        let apostrophe = key("Sean", "O'Hara", "6101801234");
        for spelling in ["O\u{2019}Hara", "O\u{2bc}Hara", "o`hara"] {
            assert_eq!(key("Sean", spelling, "6101801234"), apostrophe);
        }
        assert_eq!(key("Hans", "Weiß", "6101801234"), key("Hans", "WEISS", "6101801234"));
    }
}
