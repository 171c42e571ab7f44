//! What the activity log says: every opening, download and change in a mailbox, and who did it (R13).

use crate::domain::acting::{Acting, Capacity};
use crate::domain::folder::Folder;
use crate::domain::post::Mark;
use kernel::{AccessId, ActivityId, FileId, MessageId, PersonId, Portal, Timestamp};
use std::collections::BTreeMap;

/// The most letters of one entry.
pub const MAX_LETTERS: usize = 100;

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $text:literal,)*) => {
        /// What was done.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
        pub enum Kind { $($(#[$doc])* $kind,)* }

        impl Kind {
            #[cfg(test)]
            const ALL: &'static [Self] = &[$(Self::$kind,)*];

            /// As it is stored.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$kind => $text,)* }
            }

            /// From its stored form.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$kind),)* _ => None }
            }
        }
    };
}

kinds! {
    /// A letter became available (A17).
    Arrived = "arrived",
    /// A letter was opened that was read already, or that the one who opened it may not mark.
    Opened = "opened",
    /// An unread letter was opened, and is read since.
    OpenedUnread = "opened_unread",
    /// A file was downloaded.
    Downloaded = "downloaded",
    /// Letters were marked read.
    MarkedRead = "marked_read",
    /// Letters were marked unread.
    MarkedUnread = "marked_unread",
    /// Letters were moved to a folder.
    Moved = "moved",
    /// Letters were moved into the bin.
    Deleted = "deleted",
    /// Letters were taken out of the bin.
    Restored = "restored",
    /// Letters were removed for good.
    Purged = "purged",
    /// A letter was forwarded.
    Forwarded = "forwarded",
    /// A letter was written and sent.
    Sent = "sent",
    /// A letter was answered, from the mailbox of the one who answered.
    Replied = "replied",
    /// A message for service was served (R12).
    Served = "served",
    /// A folder was made.
    FolderCreated = "folder_created",
    /// A folder got another name.
    FolderRenamed = "folder_renamed",
    /// A folder got another parent.
    FolderMoved = "folder_moved",
    /// A folder was deleted, with those below it.
    FolderDeleted = "folder_deleted",
    /// The settings were changed.
    SettingsChanged = "settings_changed",
    /// A Digital Post recipient was registered (M9).
    RecipientAdded = "recipient_added",
    /// One was removed.
    RecipientRemoved = "recipient_removed",
    /// The owner was exempted.
    ExemptionGranted = "exemption_granted",
    /// The owner's exemption ended.
    ExemptionEnded = "exemption_ended",
    /// The owner's names or CPR number changed in the register (P1).
    OwnerChanged = "owner_changed",
    /// The mailbox was closed (P8).
    MailboxClosed = "mailbox_closed",
    /// Letters were searched, and these were found for what their bodies say.
    Searched = "searched",
}

/// Who did it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Actor {
    /// A citizen, through a portal.
    Citizen {
        /// Who.
        person: PersonId,
        /// In which capacity.
        capacity: Capacity,
        /// Through which portal.
        portal: Portal,
        /// By which access; none for the owner.
        access: Option<AccessId>,
    },
    /// A caseworker, by the name of the municipality.
    Caseworker(String),
    /// An authority or a company that sends, by its name.
    Sender(String),
    /// The suite itself, and the register that it follows.
    System,
}

impl Actor {
    /// The citizen who acts on post of `mark`, or on no post at all.
    pub fn of(acting: &Acting, mark: Option<Mark>) -> Self {
        let ground = acting.ground_for(mark);
        Self::Citizen {
            person: acting.actor,
            capacity: ground.map_or(Capacity::Owner, |ground| ground.capacity),
            portal: acting.portal,
            access: ground.map(|ground| ground.access),
        }
    }
}

/// An act to be logged.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// What was done.
    pub kind: Kind,
    /// Who did it.
    pub actor: Actor,
    /// The mark of the post it was about; none where it was about none.
    pub mark: Option<Mark>,
    /// The letters it was about, all of that mark.
    pub letters: Vec<MessageId>,
    /// The folder it was about or moved to.
    pub folder: Option<Folder>,
    /// The file downloaded.
    pub file: Option<FileId>,
}

impl Entry {
    /// About the mailbox and no letter.
    pub fn about_mailbox(kind: Kind, actor: Actor) -> Self {
        Self { kind, actor, mark: None, letters: Vec::new(), folder: None, file: None }
    }

    /// About one letter.
    pub fn about_letter(kind: Kind, actor: Actor, mark: Mark, letter: MessageId) -> Self {
        Self { kind, actor, mark: Some(mark), letters: vec![letter], folder: None, file: None }
    }

    /// A bulk act: one entry, or where it was about several kinds of post or very many letters, one for each mark and
    /// each hundred letters. No entry then tells a reader of post that is not theirs to know of (A11).
    pub fn about_letters(
        kind: Kind,
        actor: impl Fn(Mark) -> Actor,
        letters: impl IntoIterator<Item = (MessageId, Mark)>,
    ) -> Vec<Self> {
        let mut by_mark: BTreeMap<Mark, Vec<MessageId>> = BTreeMap::new();
        for (letter, mark) in letters {
            by_mark.entry(mark).or_default().push(letter);
        }
        let mut entries = Vec::new();
        for (mark, mut letters) in by_mark {
            letters.sort_unstable();
            entries.extend(letters.chunks(MAX_LETTERS).map(|letters| Self {
                letters: letters.to_vec(),
                mark: Some(mark),
                ..Self::about_mailbox(kind, actor(mark))
            }));
        }
        entries
    }

    /// With the folder it was about or moved to.
    #[must_use]
    pub fn in_folder(self, folder: Folder) -> Self {
        Self { folder: Some(folder), ..self }
    }

    /// With the file downloaded.
    #[must_use]
    pub fn of_file(self, file: FileId) -> Self {
        Self { file: Some(file), ..self }
    }
}

/// An entry of the log, as it is read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Activity {
    /// Which.
    pub id: ActivityId,
    /// Its place in the mailbox's log, from 1.
    pub sequence: i64,
    /// When it was done.
    pub time: Timestamp,
    /// What was done, by whom.
    pub entry: Entry,
}

/// Which entries a list is to show.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Filter {
    /// Only those about this letter.
    pub message: Option<MessageId>,
    /// Only from this moment on.
    pub from: Option<Timestamp>,
    /// Only before this moment.
    pub before: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::post::CommercialPortal;
    use kernel::{SystemRandom, Timestamp};

    fn letters(count: usize, mark: Mark) -> impl Iterator<Item = (MessageId, Mark)> {
        let now = Timestamp::from_micros(1_700_000_000_000_000);
        (0..count).map(move |_| (MessageId::new(now, &SystemRandom), mark))
    }

    #[test]
    fn kinds_survive_storage() {
        for kind in Kind::ALL {
            assert_eq!(Kind::parse(kind.as_str()), Some(*kind));
        }
        assert_eq!(Kind::parse("looked_at"), None);
    }

    #[test]
    fn a11_a_bulk_act_on_several_kinds_of_post_is_an_entry_for_each() {
        let private = Mark::Private(CommercialPortal::EBoks);
        let mixed = letters(2, Mark::Public).chain(letters(1, private));
        let entries = Entry::about_letters(Kind::MarkedRead, |_| Actor::System, mixed);
        let of = |mark| {
            entries.iter().filter(|entry| entry.mark == Some(mark)).map(|entry| entry.letters.len()).collect::<Vec<_>>()
        };
        assert_eq!((of(Mark::Public), of(private)), (vec![2], vec![1]));
        assert!(Entry::about_letters(Kind::Moved, |_| Actor::System, []).is_empty(), "what changes nothing is no act");
    }

    #[test]
    fn very_many_letters_are_several_entries() {
        let entries = Entry::about_letters(Kind::Purged, |_| Actor::System, letters(250, Mark::Public));
        assert_eq!(entries.iter().map(|entry| entry.letters.len()).collect::<Vec<_>>(), [100, 100, 50]);
    }
}
