//! A mailbox as simple as it can be said: what letters and folders there are, and who sees what of them.

use std::collections::BTreeMap;

/// What became of a letter of a bulk act: done, or the reason why not.
pub(crate) type Outcome = Option<&'static str>;

/// The eyes on a mailbox: indices of [`Letter::seen`].
pub(crate) const READER: usize = 2;

pub(crate) struct Letter {
    pub(crate) name: String,
    folder: String,
    from: Option<String>,
    read: bool,
    seen: [bool; 3],
}

/// A mailbox. Folders go by their full names.
pub(crate) struct Model {
    pub(crate) mailbox: String,
    pub(crate) letters: Vec<Letter>,
    /// The own folders, and what each lies in.
    pub(crate) own: BTreeMap<String, Option<String>>,
}

impl Model {
    pub(crate) fn system(&self, id: &str) -> String {
        format!("{}/folders/{id}", self.mailbox)
    }

    fn bin(&self) -> String {
        self.system("bin")
    }

    pub(crate) fn arrives(&mut self, name: String, read: bool, seen: [bool; 3]) {
        let folder = self.system("inbox");
        self.letters.push(Letter { name, folder, from: None, read, seen });
    }

    pub(crate) fn folders(&self) -> Vec<String> {
        ["inbox", "archive", "bin"].map(|id| self.system(id)).into_iter().chain(self.own.keys().cloned()).collect()
    }

    /// Does `act` to each of the letters that `who` sees.
    fn each(&mut self, who: usize, names: &[String], act: impl Fn(&mut Letter) -> Outcome) -> Vec<Outcome> {
        let mut outcome = |name: &String| {
            let letter = self.letters.iter_mut().find(|letter| letter.name == *name && letter.seen[who]);
            letter.map_or(Some("NOT_FOUND"), &act)
        };
        names.iter().map(&mut outcome).collect()
    }

    pub(crate) fn mark(&mut self, who: usize, names: &[String], read: bool) -> Vec<Outcome> {
        self.each(who, names, |letter| {
            letter.read = read;
            None
        })
    }

    pub(crate) fn move_to(&mut self, who: usize, names: &[String], to: &str) -> Result<Vec<Outcome>, &'static str> {
        let bin = self.bin();
        if to == bin && who == READER {
            return Err("ACT_NOT_ALLOWED");
        }
        Ok(self.each(who, names, |letter| {
            if letter.folder == to {
                return None;
            }
            if letter.folder == bin && who == READER {
                return Some("ACT_NOT_ALLOWED");
            }
            letter.from = (to == bin).then(|| letter.folder.clone());
            to.clone_into(&mut letter.folder);
            None
        }))
    }

    pub(crate) fn restore(&mut self, who: usize, names: &[String]) -> Result<Vec<Outcome>, &'static str> {
        let (bin, inbox, own) = (self.bin(), self.system("inbox"), self.own.clone());
        let archive = self.system("archive");
        if who == READER {
            return Err("ACT_NOT_ALLOWED");
        }
        Ok(self.each(who, names, |letter| {
            if letter.folder != bin {
                return Some("STATE_CONFLICT");
            }
            let there = |folder: &String| *folder == archive || own.contains_key(folder);
            letter.folder = letter.from.take().filter(there).unwrap_or_else(|| inbox.clone());
            None
        }))
    }

    pub(crate) fn purge(&mut self, who: usize, names: &[String]) -> Result<Vec<Outcome>, &'static str> {
        let bin = self.bin();
        if who == READER {
            return Err("ACT_NOT_ALLOWED");
        }
        let outcomes = self.each(who, names, |letter| (letter.folder != bin).then_some("STATE_CONFLICT"));
        let gone: Vec<&String> =
            names.iter().zip(&outcomes).filter(|(_, out)| out.is_none()).map(|(name, _)| name).collect();
        self.letters.retain(|letter| !gone.contains(&&letter.name));
        Ok(outcomes)
    }

    /// Deletes an own folder and those below it; how many letters that `who` sees went to the bin.
    pub(crate) fn delete_folder(&mut self, who: usize, folder: &str) -> Result<i64, &'static str> {
        if who == READER {
            return Err("ACT_NOT_ALLOWED");
        }
        let mut going = vec![folder.to_owned()];
        while let Some(below) = self.own.iter().find(|(name, parent)| {
            parent.as_ref().is_some_and(|parent| going.contains(parent)) && !going.contains(name)
        }) {
            going.push(below.0.clone());
        }
        self.own.retain(|name, _| !going.contains(name));
        let (bin, mut seen) = (self.bin(), 0);
        for letter in self.letters.iter_mut().filter(|letter| going.contains(&letter.folder)) {
            letter.from = Some(std::mem::replace(&mut letter.folder, bin.clone()));
            seen += i64::from(letter.seen[who]);
        }
        Ok(seen)
    }

    /// Letters and unread ones in each folder that has any, as `who` sees them.
    pub(crate) fn counts(&self, who: usize) -> BTreeMap<String, (i64, i64)> {
        let mut counts = BTreeMap::new();
        for letter in self.letters.iter().filter(|letter| letter.seen[who]) {
            let count: &mut (i64, i64) = counts.entry(letter.folder.clone()).or_default();
            count.0 += 1;
            count.1 += i64::from(!letter.read);
        }
        counts
    }

    /// The letters in a folder that `who` sees, and whether each is read.
    pub(crate) fn listed(&self, who: usize, folder: &str) -> BTreeMap<String, bool> {
        let here = self.letters.iter().filter(|letter| letter.seen[who] && letter.folder == folder);
        here.map(|letter| (letter.name.clone(), letter.read)).collect()
    }
}
