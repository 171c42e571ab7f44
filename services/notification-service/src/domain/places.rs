//! The places of a lane: how many e-mails are sent at once, and how many of them to a domain whose mail stalls.
//!
//! A send that goes as it should takes a moment. One that stalls lasts for as long as our patience does, and with every e-mail
//! that is owed to a dead domain it takes a place more. So a send that is slow counts no longer: its place is another's, within
//! a bound, and a domain to which half as many sends as there are places are slow gets none until one of those has ended. So
//! several domains may be dead at once: each has all places at first, and others wait for a moment. A domain that is merely
//! large is sent to over all places.

use std::collections::HashMap;
use std::time::Duration;

/// How long a send may take before it counts as slow, and others wait for its place no longer.
const SLOW: Duration = Duration::from_secs(1);

/// How many times as many sends as there are places may be slow beside them: so many domains may be dead at once.
pub const SPARE: usize = 4;

/// Places, and who has them. The one who hands them out owns it; a clone is a trial.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Places {
    most: usize,
    now: Duration,
    /// Since when each send to a domain has had its place.
    taken: HashMap<String, Vec<Duration>>,
}

/// What came of asking for a place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[must_use]
pub enum Asked {
    /// It has one.
    Granted,
    /// Too much that goes to its domain is slow.
    DomainFull,
    /// All are taken.
    NoneFree,
}

impl Places {
    /// So many, all free, and [`SPARE`] times as many for what is slow.
    pub fn new(most: u16) -> Self {
        Self { most: usize::from(most), now: Duration::ZERO, taken: HashMap::new() }
    }

    /// Notes how late it is, counted from any moment.
    pub fn passes(&mut self, now: Duration) {
        self.now = now;
    }

    /// How late it is.
    pub fn now(&self) -> Duration {
        self.now
    }

    /// How many are free.
    pub fn free(&self) -> usize {
        let all: usize = self.taken.values().map(Vec::len).sum();
        let slow: usize = self.taken.values().map(|since| self.slow(since)).sum();
        // What is slow counts again where there is too much of it.
        (self.most + slow.min(SPARE * self.most)).saturating_sub(all)
    }

    /// Takes a place for an e-mail to `domain`, if it may have one.
    pub fn take(&mut self, domain: &str) -> Asked {
        let slow = self.taken.get(domain).map_or(0, |since| self.slow(since));
        if self.free() == 0 {
            Asked::NoneFree
        } else if slow >= (self.most / 2).max(1) {
            Asked::DomainFull
        } else {
            self.taken.entry(domain.to_owned()).or_default().push(self.now);
            Asked::Granted
        }
    }

    /// Gives a place of `domain` back that was taken at `since`.
    pub fn give_back(&mut self, domain: &str, since: Duration) {
        if let Some(taken) = self.taken.get_mut(domain) {
            if let Some(at) = taken.iter().position(|began| *began == since) {
                taken.swap_remove(at);
            }
            if taken.is_empty() {
                self.taken.remove(domain);
            }
        }
    }

    fn slow(&self, since: &[Duration]) -> usize {
        since.iter().filter(|since| self.now.saturating_sub(**since) >= SLOW).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Duration = Duration::ZERO;

    fn asked<const N: usize>(places: &mut Places, domains: [&str; N]) -> [Asked; N] {
        domains.map(|domain| places.take(domain))
    }

    #[test]
    fn a_domain_that_is_merely_large_has_all_places() {
        let mut places = Places::new(3);
        let (granted, none) = (Asked::Granted, Asked::NoneFree);
        assert_eq!(asked(&mut places, ["a", "a", "a", "a", "b"]), [granted, granted, granted, none, none]);
        places.give_back("a", START);
        assert_eq!(asked(&mut places, ["a", "b"]), [granted, none]);
    }

    #[test]
    fn what_is_slow_takes_no_place_of_others_and_keeps_its_domain_waiting() {
        let mut places = Places::new(4);
        let (granted, full, none) = (Asked::Granted, Asked::DomainFull, Asked::NoneFree);
        assert_eq!(asked(&mut places, ["a", "a", "a", "a", "b"]), [granted, granted, granted, granted, none]);
        places.passes(SLOW);
        assert_eq!(asked(&mut places, ["a", "b", "b", "a"]), [full, granted, granted, full]);
        places.give_back("a", START);
        places.give_back("a", START);
        places.give_back("a", START);
        assert_eq!(asked(&mut places, ["a", "a", "b"]), [granted, granted, none], "one that is slow is no crowd");
    }

    #[test]
    fn there_is_a_bound_to_what_is_slow() {
        let mut places = Places::new(2);
        let (granted, none) = (Asked::Granted, Asked::NoneFree);
        // Each takes what there is, and gives it to the next when it is slow.
        for (number, domain) in (0..).zip(["a", "b", "c", "d", "e"]) {
            places.passes(number * SLOW);
            assert_eq!(asked(&mut places, [domain, domain, domain]), [granted, granted, none], "{domain}");
        }
        places.passes(5 * SLOW);
        assert_eq!(asked(&mut places, ["f"]), [none], "ten are slow, and eight count");
        places.give_back("a", START);
        assert_eq!(asked(&mut places, ["f", "g"]), [granted, none]);
    }

    #[test]
    fn a_single_place_is_for_every_domain() {
        let mut places = Places::new(1);
        assert_eq!(asked(&mut places, ["a", "a"]), [Asked::Granted, Asked::NoneFree]);
        places.give_back("a", START);
        assert_eq!(places, Places::new(1));
    }
}
