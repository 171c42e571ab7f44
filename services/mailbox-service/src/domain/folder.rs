//! Folders (M5).

pub mod tree;

use kernel::{FolderId, Timestamp};
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
