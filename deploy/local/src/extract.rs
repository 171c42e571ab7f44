//! A file in the shape of an extract from the population register: one person a line, separated by semicolons, with the
//! register's own codes of status.

use anyhow::{Context as _, bail};
use api::core::v1::PersonNames;
use api::mailbox::v1::{PersonRegistration, PersonStatus};

/// The first line of the file.
pub const HEADING: &str = "PNR;FORNVN;EFTERNVN;STATUS;ADRESSE";

/// One line.
#[derive(Clone, PartialEq, Eq)]
pub struct Line {
    /// CPR number, ten digits.
    pub cpr: String,
    /// First names.
    pub first: String,
    /// Last names.
    pub last: String,
    /// The code of the register, as in its extracts: 01 resident, 03 without fixed residence, 80 moved abroad.
    pub status: String,
    /// Postal address; empty when there is none.
    pub address: String,
}

impl Line {
    /// Reads a line.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        let fields: Vec<&str> = text.split(';').collect();
        let [cpr, first, last, status, address] = fields[..] else {
            bail!("a line must have five fields: {HEADING}");
        };
        let [cpr, first, last, status, address] = [cpr, first, last, status, address].map(str::to_owned);
        Ok(Self { cpr, first, last, status, address })
    }

    /// The line as it stands in the file.
    pub fn text(&self) -> String {
        [&*self.cpr, &self.first, &self.last, &self.status, &self.address].join(";")
    }

    /// What the register system says to the suite about it.
    pub fn registration(&self) -> anyhow::Result<PersonRegistration> {
        let names = PersonNames { first_name: self.first.clone(), last_name: self.last.clone() };
        Ok(PersonRegistration {
            cpr_number: self.cpr.clone(),
            names: Some(names),
            status: status(&self.status)? as i32,
            postal_address: self.address.clone(),
            death_date: String::new(),
        })
    }
}

/// What the register's codes mean here.
fn status(code: &str) -> anyhow::Result<PersonStatus> {
    Ok(match code {
        // An address in Denmark.
        "01" => PersonStatus::Resident,
        // A road code above 9900: no fixed residence.
        "03" => PersonStatus::NoFixedResidence,
        // Left the country.
        "80" => PersonStatus::MovedAbroad,
        other => Err(other).map_err(|code| anyhow::anyhow!("the status {code:?} is not one that is loaded"))?,
    })
}

/// Reads a whole file; an error names the line.
pub fn parse(text: &str) -> anyhow::Result<Vec<Line>> {
    let mut lines = text.lines();
    if lines.next() != Some(HEADING) {
        bail!("line 1: must be {HEADING}");
    }
    let read = |(at, line)| Line::parse(line).with_context(|| format!("line {}", at + 2));
    lines.enumerate().map(read).collect()
}

/// The whole file.
pub fn text<'l>(lines: impl IntoIterator<Item = &'l Line>) -> String {
    let mut text = format!("{HEADING}\n");
    for line in lines {
        text.push_str(&line.text());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_as_it_is_written() {
        let line = Line::parse("6101801234;Karen;Nørgaard;01;Åboulevarden 3, 2200 København N").unwrap();
        let read = parse(&text([&line])).unwrap();
        assert!(read == [line]);
    }

    #[test]
    fn an_error_names_its_line() {
        let error = parse(&format!("{HEADING}\n1;2;3;01;5\n1;2;3\n")).err().unwrap();
        assert!(format!("{error:#}").starts_with("line 3: "), "{error:#}");
        assert!(Line::parse("1;2;3;99;").unwrap().registration().is_err());
    }
}
