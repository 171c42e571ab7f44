//! Checking logs: going along the chain of each mailbox and telling where it is broken (R13).

use kernel::MailboxId;
use std::fmt;

/// Where a log is not as it was written.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Finding {
    /// The entry, or its place, is not what its link vouches for.
    Altered(MailboxId, i64),
    /// There is no entry of this number, and later ones follow.
    Missing(MailboxId, i64),
    /// The log ends after this entry, and the head knows of more or of another end.
    CutOff(MailboxId, i64),
    /// There are letters in the mailbox, and no log.
    Gone(MailboxId),
    /// The entry of this number was exported as the head, and is not there or is another one now.
    NotAsExported(MailboxId, i64),
    /// A line of the export does not vouch for itself: which, counted over all that were read.
    ExportAltered(u64),
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Altered(mailbox, sequence) => write!(f, "mailboxes/{mailbox}: entry {sequence} is altered"),
            Self::Missing(mailbox, sequence) => write!(f, "mailboxes/{mailbox}: entry {sequence} is missing"),
            Self::CutOff(mailbox, last) => write!(f, "mailboxes/{mailbox}: the log is cut off after entry {last}"),
            Self::Gone(mailbox) => write!(f, "mailboxes/{mailbox}: there are letters and no log"),
            Self::NotAsExported(mailbox, sequence) => {
                write!(f, "mailboxes/{mailbox}: entry {sequence} is not the one that was exported")
            }
            Self::ExportAltered(line) => write!(f, "the export: line {line} is altered"),
        }
    }
}

/// The end of a log as the head tells it, at the moment an entry was read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct End {
    /// How many entries there are.
    pub sequence: i64,
    /// The link of the last one.
    pub link: Vec<u8>,
}

/// An entry as far as its chain is concerned.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Linked {
    /// Whose log.
    pub mailbox: MailboxId,
    /// Its place.
    pub sequence: i64,
    /// The link it has.
    pub link: Vec<u8>,
    /// The end of the log when it was read; none: the mailbox has no head.
    pub end: Option<End>,
}

/// Goes along all chains, one entry after the other, in the order of mailbox and sequence. Remembers one entry.
#[derive(Default)]
pub struct Walk {
    last: Option<Linked>,
}

impl Walk {
    /// The next entry. `link_to` makes the link that it should have from the one before it.
    pub fn step(&mut self, entry: Linked, link_to: impl FnOnce(&[u8]) -> [u8; 32], found: &mut impl FnMut(Finding)) {
        let before = match &self.last {
            Some(last) if last.mailbox == entry.mailbox => last.clone(),
            _ => {
                self.end(found);
                Linked { mailbox: entry.mailbox, sequence: 0, link: Vec::new(), end: None }
            }
        };
        for missing in before.sequence + 1..entry.sequence.min(before.sequence + 1 + MOST_MISSING) {
            found(Finding::Missing(entry.mailbox, missing));
        }
        // After a gap there is nothing to link to, and the gap is told already.
        if entry.sequence == before.sequence + 1 && link_to(&before.link) != entry.link.as_slice() {
            found(Finding::Altered(entry.mailbox, entry.sequence));
        }
        self.last = Some(entry);
    }

    /// There are no more entries of the mailbox that the last one was of.
    pub fn end(&mut self, found: &mut impl FnMut(Finding)) {
        if let Some(last) = self.last.take() {
            let whole = last.end.is_some_and(|end| end.sequence == last.sequence && end.link == last.link);
            if !whole {
                found(Finding::CutOff(last.mailbox, last.sequence));
            }
        }
    }
}

/// The most missing entries of one gap that are told one by one.
const MOST_MISSING: i64 = 100;

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{SystemRandom, Timestamp};

    /// The link of an entry is its number.
    fn log(mailbox: MailboxId, sequences: &[i64], end: i64) -> Vec<Linked> {
        let end = End { sequence: end, link: link(end).to_vec() };
        let entry = |sequence: &i64| Linked {
            mailbox,
            sequence: *sequence,
            link: link(*sequence).to_vec(),
            end: Some(end.clone()),
        };
        sequences.iter().map(entry).collect()
    }

    fn link(sequence: i64) -> [u8; 32] {
        [u8::try_from(sequence).unwrap(); 32]
    }

    fn findings(entries: impl IntoIterator<Item = Linked>) -> Vec<Finding> {
        let mut findings = Vec::new();
        let mut walk = Walk::default();
        for entry in entries {
            let next = |before: &[u8]| before.first().map_or(link(1), |before| [before + 1; 32]);
            walk.step(entry, next, &mut |finding| findings.push(finding));
        }
        walk.end(&mut |finding| findings.push(finding));
        findings
    }

    #[test]
    fn r13_what_is_whole_is_whole_and_what_is_not_is_told() {
        let mailbox = || MailboxId::new(Timestamp::from_micros(1), &SystemRandom);
        let (one, two) = (mailbox(), mailbox());
        assert_eq!(findings(log(one, &[1, 2, 3], 3).into_iter().chain(log(two, &[1], 1))), []);
        assert_eq!(findings(log(one, &[1, 3], 3)), [Finding::Missing(one, 2)]);
        assert_eq!(findings(log(one, &[2], 2)), [Finding::Missing(one, 1)]);
        let cut = log(one, &[1, 2], 3).into_iter().chain(log(two, &[1], 1));
        assert_eq!(findings(cut), [Finding::CutOff(one, 2)], "also where another mailbox follows");
        let mut altered = log(one, &[1, 2, 3], 3);
        altered[1].link = link(7).to_vec();
        assert_eq!(findings(altered), [Finding::Altered(one, 2), Finding::Altered(one, 3)]);
        let mut headless = log(one, &[1], 1);
        headless[0].end = None;
        assert_eq!(findings(headless), [Finding::CutOff(one, 1)]);
    }
}
