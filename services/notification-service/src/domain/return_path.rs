//! Where notifications about an e-mail come back to: an address of its own for each, which nobody else can make up.

use crypto::LookupKey;
use std::fmt::Write as _;
use uuid::Uuid;

/// What every return path begins with.
const PREFIX: &str = "retur-";
/// Bytes of the keyed hash that stand in it: a local part has 64 characters at most.
const SIGNED: usize = 10;
/// Characters of an id.
const ID: usize = 32;

/// Makes return paths, and reads those it made: `retur-<id>-<keyed hash>@<domain>`. All of it survives relays that change
/// upper into lower case.
#[derive(Clone)]
pub struct ReturnPaths {
    key: LookupKey,
    domain: String,
}

impl ReturnPaths {
    /// Return paths at `domain`, whose mail goes to our filter.
    pub fn new(key: LookupKey, domain: &str) -> Self {
        Self { key, domain: domain.to_lowercase() }
    }

    /// The return path of the e-mail `id`.
    pub fn of(&self, id: Uuid) -> String {
        format!("{PREFIX}{}-{}@{}", id.simple(), self.signature(id), self.domain)
    }

    /// The e-mail that an address is the return path of; none where it is not one of ours.
    pub fn email(&self, address: &str) -> Option<Uuid> {
        let address = address.trim().to_lowercase();
        let address = address.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')).unwrap_or(&address);
        let (local, domain) = address.rsplit_once('@')?;
        let (id, signature) = local.strip_prefix(PREFIX)?.split_once('-')?;
        let id = (id.len() == ID && domain == self.domain).then(|| Uuid::try_parse(id).ok()).flatten()?;
        // Hashes compare in constant time, and texts don't.
        let hash = |signature: &str| self.key.hash("return-path/compare", &[signature.as_bytes()]);
        (hash(signature) == hash(&self.signature(id))).then_some(id)
    }

    fn signature(&self, id: Uuid) -> String {
        let hash = self.key.hash("return-path", &[id.as_bytes()]);
        hash.as_bytes().iter().take(SIGNED).fold(String::new(), |mut text, byte| {
            // Writing into a string does not fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crypto::Keys;

    fn paths(lookup: char) -> ReturnPaths {
        let key = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
        let file = format!(
            r#"{{"active": "k1", "keys": {{"k1": "{key}"}}, "lookup": "{lookup}QEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="}}"#
        );
        ReturnPaths::new(Keys::parse(&file).expect("keys").lookup, "digitalpost.example")
    }

    #[test]
    fn a_return_path_leads_to_its_e_mail_and_a_forged_one_nowhere() {
        let (ours, id) = (paths('A'), Uuid::from_u128(0x0192_f0c1_2f4a_7cc3_98c4_dc0c_0c07_398f));
        let path = ours.of(id);
        assert!(path.split_once('@').expect("a domain").0.len() <= 64, "{path}");
        for spelled in [path.clone(), path.to_uppercase(), format!("<{path}>")] {
            assert_eq!(ours.email(&spelled), Some(id));
        }
        assert_eq!(paths('B').email(&path), None, "another key");
        let other = ours.of(Uuid::from_u128(1));
        for forged in [
            path.replace("0192f0c1", "0192f0c2"),
            path.replace("digitalpost.example", "example.dk"),
            other.replace(&Uuid::from_u128(1).simple().to_string(), &id.simple().to_string()),
            format!("retur-{}@digitalpost.example", id.simple()),
            format!("retur-{id}-{}@digitalpost.example", ours.signature(id)),
            "ingen-svar@digitalpost.example".to_owned(),
            String::new(),
        ] {
            assert_eq!(ours.email(&forged), None, "{forged}");
        }
    }
}
