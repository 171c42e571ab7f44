//! The people of the tests. All numbers are replacement numbers (the day raised by 60), which nobody living has.

use api::core::v1::{PersonNames, PersonParticulars};

/// A person as the register has them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Person {
    /// First names.
    pub first_name: String,
    /// Last names.
    pub last_name: String,
    /// Ten digits.
    pub cpr_number: String,
}

impl Person {
    /// A person born on the day that `cpr_number` tells.
    pub fn new(first_name: &str, last_name: &str, cpr_number: &str) -> Self {
        Self { first_name: first_name.to_owned(), last_name: last_name.to_owned(), cpr_number: cpr_number.to_owned() }
    }

    /// Gives away access in most stories.
    pub fn karen() -> Self {
        Self::new("Karen", "Nørgaard", "6101501234")
    }

    /// Gets it in most stories.
    pub fn niels() -> Self {
        Self::new("Niels Peter", "Skov Jensen", "7203751678")
    }

    /// Another reader.
    pub fn mette() -> Self {
        Self::new("Mette", "Åkjær", "8512824321")
    }

    /// A stranger to all of them.
    pub fn ole() -> Self {
        Self::new("Ole", "Østergaard", "6609680765")
    }

    /// One of a crowd of 112,000 persons, all born in April 1960.
    pub fn of_crowd(number: u32) -> Self {
        let (day, serial) = (61 + number % 28, number / 28 % 4_000);
        let cpr_number = format!("{day}0460{serial:04}");
        Self { first_name: format!("Person {}", letters(number)), last_name: "Mængde".to_owned(), cpr_number }
    }

    /// First and last names, as shown to people.
    pub fn full_name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }

    /// As another person names them.
    pub fn particulars(&self) -> PersonParticulars {
        PersonParticulars {
            first_name: self.first_name.clone(),
            last_name: self.last_name.clone(),
            cpr_number: self.cpr_number.clone(),
        }
    }

    /// As the register names them.
    pub fn names(&self) -> PersonNames {
        PersonNames { first_name: self.first_name.clone(), last_name: self.last_name.clone() }
    }
}

/// A number in letters: names have no digits.
fn letters(mut number: u32) -> String {
    let mut text = String::from("A");
    while number > 0 {
        text.push(char::from(b'a' + u8::try_from(number % 26).unwrap_or(0)));
        number /= 26;
    }
    text
}
