//! Folders (M5).

use kernel::{FolderId, Timestamp};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// How deep folders may lie.
pub const MAX_DEPTH: usize = 10;
/// How many own folders a mailbox may have.
pub const MAX_FOLDERS: usize = 1_000;
/// The most characters of a folder's name.
pub const MAX_NAME: usize = 100;

/// A folder by its id. The four that every mailbox has are known by a word.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Folder {
    /// Received post.
    Inbox,
    /// Post the owner has sent.
    Sent,
    /// The archive.
    Archive,
    /// Deleted post. No folder in the sense of R3.
    Bin,
    /// One that somebody made.
    Own(FolderId),
}

impl Folder {
    /// The ones every mailbox has, in the order of the list.
    pub const SYSTEM: [Self; 4] = [Self::Inbox, Self::Sent, Self::Archive, Self::Bin];

    /// The word that names one of the system's.
    pub fn system_id(self) -> Option<&'static str> {
        match self {
            Self::Inbox => Some("inbox"),
            Self::Sent => Some("sent"),
            Self::Archive => Some("archive"),
            Self::Bin => Some("bin"),
            Self::Own(_) => None,
        }
    }

    /// The last part of its name.
    pub fn id(self) -> String {
        match self {
            Self::Own(id) => id.to_string(),
            system => system.system_id().unwrap_or_default().to_owned(),
        }
    }

    /// From the last part of its name.
    pub fn parse(id: &str) -> Option<Self> {
        Self::SYSTEM.into_iter().find(|folder| folder.id() == id).or_else(|| id.parse().ok().map(Self::Own))
    }

    /// As it is stored: the system's by small numbers, which no UUIDv7 can be.
    pub fn as_uuid(self) -> Uuid {
        match self {
            Self::Inbox => Uuid::from_u128(1),
            Self::Sent => Uuid::from_u128(2),
            Self::Archive => Uuid::from_u128(3),
            Self::Bin => Uuid::from_u128(4),
            Self::Own(id) => id.as_uuid(),
        }
    }

    /// From its stored form.
    pub fn from_uuid(uuid: Uuid) -> Self {
        let system = Self::SYSTEM.into_iter().find(|folder| folder.as_uuid() == uuid);
        system.unwrap_or_else(|| Self::Own(FolderId::from(uuid)))
    }

    /// What the system's are called.
    pub fn system_name(self) -> Option<&'static str> {
        match self {
            Self::Inbox => Some("Indbakke"),
            Self::Sent => Some("Sendt post"),
            Self::Archive => Some("Arkiv"),
            Self::Bin => Some("Papirkurv"),
            Self::Own(_) => None,
        }
    }
}

/// A folder that somebody made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OwnFolder {
    /// Which.
    pub id: FolderId,
    /// Where it lies; none at the top.
    pub parent: Option<FolderId>,
    /// What it is called.
    pub name: String,
    /// Counts renaming and moving.
    pub version: i64,
    /// When it was made.
    pub create_time: Timestamp,
}

impl OwnFolder {
    /// Names this state of the folder.
    pub fn etag(&self) -> String {
        format!("v{}", self.version)
    }
}

/// Letters in a folder, of the marks that the asker sees.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Count {
    /// All.
    pub total: i64,
    /// Unread ones.
    pub unread: i64,
}

/// The own folders as they are listed: each parent before its children, siblings by name.
pub fn tree_order(folders: Vec<OwnFolder>) -> Vec<OwnFolder> {
    let mut children: HashMap<Option<FolderId>, BTreeMap<(String, FolderId), OwnFolder>> = HashMap::new();
    for folder in folders {
        let siblings = children.entry(folder.parent).or_default();
        siblings.insert((folder.name.to_lowercase(), folder.id), folder);
    }
    let mut ordered = Vec::new();
    append(None, &mut children, &mut ordered);
    ordered
}

/// Recurses no deeper than [`MAX_DEPTH`], which the making of folders keeps.
fn append(
    parent: Option<FolderId>,
    children: &mut HashMap<Option<FolderId>, BTreeMap<(String, FolderId), OwnFolder>>,
    ordered: &mut Vec<OwnFolder>,
) {
    for (_, folder) in children.remove(&parent).unwrap_or_default() {
        let id = folder.id;
        ordered.push(folder);
        append(Some(id), children, ordered);
    }
}

/// The parent of each own folder; none at the top.
pub type Parents = BTreeMap<FolderId, Option<FolderId>>;

/// How deep `folder` lies: 1 at the top, 0 for none, nothing for one that does not exist.
pub fn depth(folder: Option<FolderId>, parents: &Parents) -> Option<usize> {
    let (mut at, mut depth) = (folder, 0);
    while let Some(id) = at {
        at = *parents.get(&id)?;
        depth += 1;
    }
    Some(depth)
}

/// One spelling of names that count as the same: composed, without regard to case.
pub fn folded_name(name: &str) -> String {
    use unicode_normalization::UnicodeNormalization as _;
    name.nfc().flat_map(char::to_lowercase).nfc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::SystemRandom;

    const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

    fn own(name: &str, parent: Option<FolderId>) -> OwnFolder {
        let id = FolderId::new(NOW, &SystemRandom);
        OwnFolder { id, parent, name: name.to_owned(), version: 1, create_time: NOW }
    }

    #[test]
    fn m5_parents_come_before_children_and_siblings_by_name() {
        let (skat, bolig) = (own("Skat", None), own("bolig", None));
        let (under, last) = (own("2025", Some(skat.id)), own("2026", Some(skat.id)));
        let ordered = tree_order(vec![last, skat, under, bolig]);
        let names: Vec<&str> = ordered.iter().map(|folder| folder.name.as_str()).collect();
        assert_eq!(names, ["bolig", "Skat", "2025", "2026"]);
    }

    #[test]
    fn depth_counts_from_the_top() {
        let (a, b) = (FolderId::new(NOW, &SystemRandom), FolderId::new(NOW, &SystemRandom));
        let parents = Parents::from([(a, None), (b, Some(a))]);
        assert_eq!(depth(None, &parents), Some(0));
        assert_eq!(depth(Some(b), &parents), Some(2));
        assert_eq!(depth(Some(FolderId::new(NOW, &SystemRandom)), &parents), None);
    }

    #[test]
    fn ids_survive_names_and_storage() {
        for folder in Folder::SYSTEM.into_iter().chain([Folder::Own(FolderId::new(NOW, &SystemRandom))]) {
            assert_eq!(Folder::parse(&folder.id()), Some(folder));
            assert_eq!(Folder::from_uuid(folder.as_uuid()), folder);
        }
        assert_eq!(Folder::parse("outbox"), None);
        assert_eq!(folded_name("A\u{30a}rsopgørelse"), folded_name("årsOPGØRELSE"));
    }
}
