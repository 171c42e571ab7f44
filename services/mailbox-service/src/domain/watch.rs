//! What a portal that watches a mailbox is told (P3): that something changed, never what it says.

use crate::domain::acting::Acting;
use crate::domain::activity::{Entry, Kind};
use kernel::MessageId;

/// A change of a mailbox.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Change {
    /// A letter is there that was not.
    Added(MessageId),
    /// A letter is read, unread, served, or in another folder.
    Changed(MessageId),
    /// A letter is gone for good.
    Removed(MessageId),
    /// The folders are others.
    Folders,
    /// The settings or the state of the mailbox are others.
    Mailbox,
}

/// What the entry changes in the eyes of `acting`: nothing, where it is about post that they do not see (A11).
pub fn changes(entry: &Entry, acting: &Acting) -> Vec<Change> {
    if entry.mark.is_some_and(|mark| !acting.visible().contains(&mark)) {
        return Vec::new();
    }
    let each = |change: fn(MessageId) -> Change| entry.letters.iter().copied().map(change).collect();
    match entry.kind {
        Kind::Arrived | Kind::Sent | Kind::Replied => each(Change::Added),
        Kind::OpenedUnread
        | Kind::MarkedRead
        | Kind::MarkedUnread
        | Kind::Moved
        | Kind::Deleted
        | Kind::Restored
        | Kind::Served => each(Change::Changed),
        Kind::Purged => each(Change::Removed),
        Kind::FolderCreated | Kind::FolderRenamed | Kind::FolderMoved | Kind::FolderDeleted => vec![Change::Folders],
        Kind::OwnerChanged | Kind::MailboxClosed => vec![Change::Mailbox],
        // The owner's own affairs (R10, X4).
        Kind::SettingsChanged | Kind::ExemptionGranted | Kind::ExemptionEnded if acting.is_owner() => {
            vec![Change::Mailbox]
        }
        _ => Vec::new(),
    }
}

/// Where a watch stands: all changes of the entries up to this one are told, and of the next one so many.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Position {
    /// The last entry that is told wholly; 0 before the first.
    pub sequence: i64,
    /// How many changes of the next one are told.
    pub told: u32,
}

impl Position {
    /// The bytes that a resume token carries.
    pub fn to_bytes(self) -> [u8; 12] {
        let mut bytes = [0; 12];
        bytes[..8].copy_from_slice(&self.sequence.to_be_bytes());
        bytes[8..].copy_from_slice(&self.told.to_be_bytes());
        bytes
    }

    /// From the bytes of a resume token.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (sequence, told) = bytes.split_first_chunk::<8>()?;
        Some(Self { sequence: i64::from_be_bytes(*sequence), told: u32::from_be_bytes(told.try_into().ok()?) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_survive_their_token() {
        let position = Position { sequence: 7, told: 3 };
        assert_eq!(Position::from_bytes(&position.to_bytes()), Some(position));
        assert_eq!(Position::from_bytes(&[0; 11]), None);
        assert_eq!(Position::from_bytes(&[0; 13]), None);
    }
}
