//! The places of a lane: how many e-mails are sent at once, in all and to one domain.
//!
//! A domain whose mail stalls keeps a place for as long as our patience lasts, with every e-mail that is owed there. So no
//! domain has more than half of the places: one that is dead, however much is queued for it, leaves the other half to all
//! others. A domain that is merely large is sent to over half of the places, which are made as many as that takes.

use std::collections::HashMap;

/// Places, and who has them. The one who hands them out owns it; a clone is a trial.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Places {
    most: usize,
    taken: HashMap<String, usize>,
}

/// What came of asking for a place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[must_use]
pub enum Asked {
    /// It has one.
    Granted,
    /// Its domain has as many as it may have.
    DomainFull,
    /// All are taken.
    NoneFree,
}

impl Places {
    /// So many, all free.
    pub fn new(most: u16) -> Self {
        Self { most: usize::from(most), taken: HashMap::new() }
    }

    /// How many are free.
    pub fn free(&self) -> usize {
        self.most.saturating_sub(self.taken.values().sum())
    }

    /// Takes a place for an e-mail to `domain`, if it may have one.
    pub fn take(&mut self, domain: &str) -> Asked {
        let of_domain = self.taken.get(domain).copied().unwrap_or(0);
        if self.free() == 0 {
            Asked::NoneFree
        } else if of_domain >= (self.most / 2).max(1) {
            Asked::DomainFull
        } else {
            self.taken.insert(domain.to_owned(), of_domain + 1);
            Asked::Granted
        }
    }

    /// Gives a place of `domain` back.
    pub fn give_back(&mut self, domain: &str) {
        if let Some(taken) = self.taken.get_mut(domain) {
            *taken -= 1;
            if *taken == 0 {
                self.taken.remove(domain);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_domain_has_more_than_half_of_the_places() {
        let mut places = Places::new(5);
        let asked: Vec<Asked> = ["a", "a", "a", "b", "c", "d", "e"].map(|domain| places.take(domain)).into();
        let granted = Asked::Granted;
        assert_eq!(asked, [granted, granted, Asked::DomainFull, granted, granted, granted, Asked::NoneFree]);
        places.give_back("a");
        assert_eq!((places.free(), places.take("a"), places.free()), (1, granted, 0));
    }

    #[test]
    fn a_single_place_is_for_every_domain() {
        let mut places = Places::new(1);
        assert_eq!((places.take("a"), places.take("a")), (Asked::Granted, Asked::NoneFree));
        places.give_back("a");
        assert_eq!(places, Places::new(1));
    }
}
