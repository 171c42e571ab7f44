//! Test citizens: a handful by name, and as many others as are wanted. All have day+60 numbers, which no real person has.

use crate::extract::Line;
use kernel::{Caller, Citizen, CprNumber, Date, Portal};

/// A test citizen.
#[derive(Clone, Copy)]
pub struct Person {
    /// First names, as in the register.
    pub first: &'static str,
    /// Last names.
    pub last: &'static str,
    /// CPR number, ten digits.
    pub cpr: &'static str,
    address: &'static str,
}

/// The owner of the mailbox in the story.
pub const KAREN: Person = person("Karen", "Nørgaard", "6101801234", "Åboulevarden 31, 3. tv, 2200 København N");
/// The reader.
pub const NIELS: Person = person("Niels Peter", "Skov Jensen", "6202751235", "Skovbrynet 8, 8000 Aarhus C");

/// Whose post is asked for.
pub const AASE: Person = person("Åse", "Østergaard", "6303321006", "Strandvejen 112, 2900 Hellerup");
/// Who asks.
pub const SOEREN: Person = person("Søren", "Kjær", "6404451007", "Møllegade 5, 5000 Odense C");
/// A guardian.
pub const ANNE_MARIE: Person = person("Anne-Marie", "Holm", "6505901008", "Torvet 1, 9000 Aalborg");
/// Who is under guardianship.
pub const MOHAMMED: Person = person("Mohammed", "Al-Hassan", "6606881009", "Vollsmose Allé 20, 5240 Odense NØ");
/// Who helps somebody without MitID.
pub const FREJA: Person = person("Freja", "Lund", "6707054010", "Vestergade 14, 4000 Roskilde");
/// Who comes to the municipality's desk.
pub const BJOERN: Person = person("Bjørn", "Ægidius", "6808611011", "Havnegade 2, 3700 Rønne");

/// The test citizens that every suite has.
pub const HANDFUL: [Person; 8] = [KAREN, NIELS, AASE, SOEREN, ANNE_MARIE, MOHAMMED, FREJA, BJOERN];

const fn person(first: &'static str, last: &'static str, cpr: &'static str, address: &'static str) -> Person {
    Person { first, last, cpr, address }
}

impl Person {
    /// First and last names.
    pub fn full_name(&self) -> String {
        format!("{} {}", self.first, self.last)
    }

    /// The person, logged in at `portal`.
    pub fn at(&self, portal: Portal) -> anyhow::Result<Caller> {
        Ok(Caller::Citizen(Citizen { cpr: CprNumber::parse(self.cpr)?, portal }))
    }

    /// The person's line in an extract.
    pub fn line(&self) -> Line {
        let [cpr, first, last, status, address] =
            [self.cpr, self.first, self.last, "01", self.address].map(str::to_owned);
        Line { cpr, first, last, status, address }
    }
}

const FIRST_NAMES: [&str; 40] = [
    "Anne",
    "Peter",
    "Mette",
    "Lars",
    "Kirsten",
    "Michael",
    "Hanne",
    "Søren",
    "Anna",
    "Jens",
    "Helle",
    "Thomas",
    "Maria",
    "Henrik",
    "Susanne",
    "Christian",
    "Lene",
    "Jørgen",
    "Marianne",
    "Rasmus",
    "Camilla",
    "Ole",
    "Åse",
    "Bjørn",
    "Inge",
    "Mads",
    "Julie",
    "Knud",
    "Freja",
    "Ægir",
    "Ida",
    "Magnus",
    "Birthe",
    "Troels",
    "Signe",
    "Yusuf",
    "Fatima",
    "Zofia",
    "Łukasz",
    "Jóna",
];
const LAST_NAMES: [&str; 40] = [
    "Nielsen",
    "Jensen",
    "Hansen",
    "Pedersen",
    "Andersen",
    "Christensen",
    "Larsen",
    "Sørensen",
    "Rasmussen",
    "Jørgensen",
    "Petersen",
    "Madsen",
    "Kristensen",
    "Olsen",
    "Thomsen",
    "Christiansen",
    "Poulsen",
    "Johansen",
    "Møller",
    "Mortensen",
    "Knudsen",
    "Østergaard",
    "Kjær",
    "Lund",
    "Holm",
    "Nørgaard",
    "Åkjær",
    "Bæk",
    "Søndergaard",
    "Dahl",
    "Vestergaard",
    "Brandt",
    "Al-Hassan",
    "Kowalska",
    "Nguyen",
    "O'Hara",
    "Ægidius",
    "Skov Jensen",
    "von Bülow",
    "Friis-Holm",
];
const ROADS: [&str; 10] = [
    "Vestergade",
    "Nørregade",
    "Skolevej",
    "Kirkevej",
    "Åvej",
    "Møllevej",
    "Strandvejen",
    "Lærkevej",
    "Ærøgade",
    "Engvej",
];
const TOWNS: [&str; 8] = [
    "2200 København N",
    "8000 Aarhus C",
    "5000 Odense C",
    "9000 Aalborg",
    "6700 Esbjerg",
    "8900 Randers C",
    "4000 Roskilde",
    "3700 Rønne",
];

/// The years in which the crowd is born: all of them have reached 15.
const BORN: std::ops::RangeInclusive<i16> = 1938..=2009;

/// The handful and others, `count` in all: the same ones every time, no number twice.
pub fn crowd(count: usize) -> Vec<Line> {
    let handful = HANDFUL.iter().map(Person::line);
    let others = days().enumerate().map(|(at, day)| other(at, day));
    let others = others.filter(|line| HANDFUL.iter().all(|person| person.cpr != line.cpr));
    handful.chain(others).take(count).collect()
}

/// Days of birth, each once a round, years and seasons mixed.
fn days() -> impl Iterator<Item = Date> {
    (1..=28).flat_map(|day| {
        (1..=12).flat_map(move |month| BORN.filter_map(move |year| Date::new(year, (month + day) % 12 + 1, day)))
    })
}

fn other(at: usize, born: Date) -> Line {
    let pick = |from: &[&'static str], step: usize| from[(at * step + at / from.len()) % from.len()];
    let (year, month, day) = born.year_month_day();
    // The seventh digit tells the century.
    let serial = if year < 2000 { at % 4000 } else { 4000 + at % 1000 };
    let second = if at.is_multiple_of(4) { format!(" {}", pick(&FIRST_NAMES, 11)) } else { String::new() };
    let status = match at % 100 {
        41 => "80",
        77 => "03",
        _ => "01",
    };
    let address = format!("{} {}, {}", pick(&ROADS, 3), at % 180 + 1, pick(&TOWNS, 5));
    Line {
        cpr: format!("{:02}{month:02}{:02}{serial:04}", day + 60, year % 100),
        first: format!("{}{second}", pick(&FIRST_NAMES, 7)),
        last: pick(&LAST_NAMES, 13).to_owned(),
        status: status.to_owned(),
        address: if status == "01" { address } else { String::new() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::PersonName;
    use std::collections::HashSet;

    #[test]
    fn a_crowd_has_valid_numbers_and_names_and_no_number_twice() {
        let crowd = crowd(10_000);
        let today = Date::new(2026, 11, 22).unwrap();
        let mut seen = HashSet::new();
        for line in &crowd {
            let cpr = CprNumber::parse(&line.cpr).unwrap();
            assert!(line.cpr.as_bytes()[0] >= b'6' && cpr.is_aged(15, today), "{}", line.cpr);
            assert!(PersonName::parse(&line.first, &line.last).is_ok());
            assert!(seen.insert(cpr), "{} twice", line.cpr);
        }
        assert_eq!(crowd.len(), 10_000);
        assert!(crowd[0].cpr == KAREN.cpr && crowd[1].cpr == NIELS.cpr);
        assert!(crowd == super::crowd(10_000), "the same every time");
    }
}
