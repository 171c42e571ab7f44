//! How one person names another, as it is typed.

use crate::fields::Fields;
use api::core::v1::PersonParticulars;
use kernel::name::may_stand_in_typed;
use kernel::{CprNumber, Particulars, PersonName};

impl Fields {
    /// The particulars at `path`, which must be there, each part of them parsed.
    pub fn particulars(&mut self, path: &str, stated: Option<&PersonParticulars>) -> Option<Particulars> {
        let stated = self.present(path, stated)?;
        let first = self.name_part(&format!("{path}.first_name"), &stated.first_name);
        let last = self.name_part(&format!("{path}.last_name"), &stated.last_name);
        let cpr = self.required(&format!("{path}.cpr_number"), &stated.cpr_number, CprNumber::parse);
        let name = PersonName::parse(&first?, &last?).ok()?;
        Some(Particulars { name, cpr: cpr? })
    }

    fn name_part(&mut self, path: &str, text: &str) -> Option<String> {
        let part = self.required(path, text, PersonName::parse_part)?;
        if part.chars().all(may_stand_in_typed) {
            return Some(part);
        }
        self.refuse(path, "must be letters, spaces, hyphens, apostrophes and full stops");
        None
    }
}
