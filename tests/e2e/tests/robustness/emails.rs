//! E-mails that came, some of them twice.

use harness::scripted::Taken;
use std::collections::BTreeMap;

/// Each e-mail, by its return path, which it has for itself.
#[derive(Default)]
pub(crate) struct Emails {
    first: BTreeMap<String, Taken>,
    duplicates: usize,
}

impl Emails {
    /// Keeps what a mail server took; what had not come before. What has must be the same, to the byte.
    pub(crate) fn keep(&mut self, taken: Vec<Taken>) -> Vec<Taken> {
        let mut new = Vec::new();
        for taken in taken {
            if let Some(first) = self.first.get(&taken.sender) {
                assert_eq!(taken, *first, "the same Message-ID and bytes");
                self.duplicates += 1;
            } else {
                self.first.insert(taken.sender.clone(), taken.clone());
                new.push(taken);
            }
        }
        new
    }

    pub(crate) fn number(&self) -> usize {
        self.first.len()
    }

    pub(crate) fn duplicates(&self) -> usize {
        self.duplicates
    }
}
