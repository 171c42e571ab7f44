//! The rights matrix: what each capacity may do, one row for each act, as in the table R of the rules.

use super::access::Access;
use super::scope::{PrivateRight, Scope};

/// The acts that are decided: the verbs of rules R1-R14.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Act {
    /// See the mailbox, its folders and the summaries of messages.
    List,
    /// Open a message.
    Read,
    /// Download a file.
    Download,
    /// Search.
    Search,
    /// Make a folder.
    CreateFolder,
    /// Rename a folder or hang it elsewhere.
    RenameFolder,
    /// Delete a folder.
    DeleteFolder,
    /// Move a message between folders.
    Move,
    /// Mark a message read or unread.
    Mark,
    /// Forward a message.
    Forward,
    /// Be served a message for service.
    AcknowledgeService,
    /// Move a message into the bin, restore or purge it.
    Delete,
    /// Write new post from the mailbox.
    Send,
    /// Reply, always from the caller's own mailbox.
    Reply,
    /// See and change settings, end the owner's exemption.
    ChangeSettings,
    /// Read the activity log.
    ReadActivity,
    /// Follow changes.
    Watch,
    /// See and change the list of Digital Post recipients.
    ManageRecipients,
    /// Give, approve, see or end the owner's accesses.
    ManageAccesses,
}

/// In which capacity somebody acts in a mailbox.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Capacity {
    /// Whose mailbox it is.
    Owner,
    /// With read access to public post.
    Reader,
    /// As reader, by an access asked for as the owner's guardian (rule A13).
    Guardian,
    /// With "læsning" of private post.
    PrivateReader,
    /// With "redigering" of private post.
    PrivateEditor,
}

impl Capacity {
    /// The capacity that `access` gives.
    pub const fn by(access: &Access) -> Self {
        match access.scope {
            Scope::PublicPost if access.guardianship.is_some() => Self::Guardian,
            Scope::PublicPost => Self::Reader,
            Scope::PrivatePost { right: PrivateRight::Read, .. } => Self::PrivateReader,
            Scope::PrivatePost { right: PrivateRight::Edit, .. } => Self::PrivateEditor,
        }
    }

    /// Whether this capacity may do `act`.
    pub const fn may(self, act: Act) -> bool {
        let [owner, reader, private_reader, private_editor] = row(act);
        match self {
            Self::Owner => owner,
            Self::Reader | Self::Guardian => reader,
            Self::PrivateReader => private_reader,
            Self::PrivateEditor => private_editor,
        }
    }
}

const YES: bool = true;
const NO_: bool = false;

/// One row of the matrix. An act without a row does not build.
#[rustfmt::skip]
#[expect(clippy::match_same_arms, reason = "one row an act, as in the rules")]
const fn row(act: Act) -> [bool; 4] {
    match act {
        //                        owner reader læsning redigering
        Act::List               => [YES, YES, YES, YES], // R1, R14
        Act::Read               => [YES, YES, YES, YES], // R1, R14
        Act::Download           => [YES, YES, YES, YES], // R1, R14
        Act::Search             => [YES, YES, YES, YES], // R1, R14
        Act::Watch              => [YES, YES, YES, YES], // R1, R14
        Act::CreateFolder       => [YES, YES, NO_, NO_], // R2
        Act::Move               => [YES, YES, NO_, YES], // R3, R14
        Act::Mark               => [YES, YES, NO_, YES], // R4, R14
        Act::Forward            => [YES, YES, NO_, NO_], // R5, R14
        Act::AcknowledgeService => [YES, YES, NO_, NO_], // R6, R12
        Act::Delete             => [YES, NO_, NO_, NO_], // R7, R14
        Act::DeleteFolder       => [YES, NO_, NO_, NO_], // R7
        Act::Send               => [YES, NO_, NO_, NO_], // R8, R14
        Act::Reply              => [YES, YES, NO_, NO_], // R9: the reply leaves from the reader's own mailbox
        Act::ChangeSettings     => [YES, NO_, NO_, NO_], // R10, R14, A17
        Act::RenameFolder       => [YES, NO_, NO_, NO_], // R10
        Act::ManageAccesses     => [YES, NO_, NO_, NO_], // R10, A17
        Act::ManageRecipients   => [YES, NO_, NO_, NO_], // M9
        Act::ReadActivity       => [YES, YES, NO_, NO_], // R11
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The acts by what rules R1-R11 say of a reader of public post.
    const READERS: [Act; 12] = [
        Act::List,
        Act::Read,
        Act::Download,
        Act::Search,
        Act::Watch,
        Act::CreateFolder,
        Act::Move,
        Act::Mark,
        Act::Forward,
        Act::AcknowledgeService,
        Act::Reply,
        Act::ReadActivity,
    ];
    const OWNERS_ALONE: [Act; 7] = [
        Act::Delete,
        Act::DeleteFolder,
        Act::Send,
        Act::ChangeSettings,
        Act::RenameFolder,
        Act::ManageAccesses,
        Act::ManageRecipients,
    ];

    #[test]
    fn the_owner_may_do_everything() {
        assert!(READERS.iter().chain(&OWNERS_ALONE).all(|act| Capacity::Owner.may(*act)));
    }

    #[test]
    fn a_reader_reads_sorts_forwards_and_is_served_and_no_more() {
        assert!(READERS.iter().all(|act| Capacity::Reader.may(*act)));
        assert!(!OWNERS_ALONE.iter().any(|act| Capacity::Reader.may(*act)));
        let all = READERS.into_iter().chain(OWNERS_ALONE);
        assert!(all.into_iter().all(|act| Capacity::Guardian.may(act) == Capacity::Reader.may(act)));
    }

    #[test]
    fn editing_private_post_adds_moving_and_marking_only() {
        for act in READERS.into_iter().chain(OWNERS_ALONE) {
            let reads = matches!(act, Act::List | Act::Read | Act::Download | Act::Search | Act::Watch);
            assert_eq!(Capacity::PrivateReader.may(act), reads, "{act:?}");
            let edits = reads || matches!(act, Act::Move | Act::Mark);
            assert_eq!(Capacity::PrivateEditor.may(act), edits, "{act:?}");
        }
    }
}
