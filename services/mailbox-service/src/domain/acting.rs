//! Who is acting in which mailbox, and what they see there: decided once for each call, used by all of it.

#[cfg(test)]
mod tests;

use crate::domain::post::{CommercialPortal, Mark};
use crate::domain::settings::Settings;
use kernel::resource::MailboxRef;
use kernel::{AccessId, MailboxId, PersonId, Portal};

/// The acts that this service asks about: verbs of R1 to R14.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Act {
    /// See the mailbox, its folders and summaries of letters (R1).
    List,
    /// Open a letter (R1).
    Read,
    /// Download a file (R1).
    Download,
    /// Search in sender, subject and body (R1, M6).
    Search,
    /// Make a folder (R2).
    CreateFolder,
    /// Give a folder another name or parent (R10).
    RenameFolder,
    /// Delete a folder (R7).
    DeleteFolder,
    /// Move between folders, the bin aside (R3).
    Move,
    /// Mark read or unread (R4).
    Mark,
    /// Into the bin, out of it, and away for good (R7).
    Delete,
    /// See and change settings (R10).
    ChangeSettings,
    /// Be served a message for service, and see its record (R6, R12).
    AcknowledgeService,
    /// Forward a letter (R5).
    Forward,
    /// Write new post from the mailbox (R8).
    Send,
    /// Answer a letter, from the own mailbox (R9).
    Reply,
    /// See and change the list of Digital Post recipients (M9).
    ManageRecipients,
    /// Read the activity log (R11).
    ReadActivity,
    /// Follow the changes as they happen (R1, R14).
    Watch,
}

impl Act {
    /// Whether it only looks: whoever sees post may do so to all of it, so none of it needs a second question (R1, R14).
    pub fn looks(self) -> bool {
        matches!(self, Self::List | Self::Read | Self::Download | Self::Search | Self::Watch)
    }

    /// Whether it may change anything: opening a letter and downloading a file mark it, and serve.
    pub fn changes(self) -> bool {
        !matches!(self, Self::List | Self::Search | Self::ReadActivity | Self::Watch)
    }
}

/// In which capacity somebody acts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Capacity {
    /// Whose mailbox it is.
    Owner,
    /// Reader of public post.
    Reader,
    /// The same, as guardian (A13).
    Guardian,
    /// Reader of private post (R14).
    PrivateReader,
    /// The same, with "redigering" (R14).
    PrivateEditor,
}

impl Capacity {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Owner, Self::Reader, Self::Guardian, Self::PrivateReader, Self::PrivateEditor];

    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Reader => "reader",
            Self::Guardian => "guardian",
            Self::PrivateReader => "private_reader",
            Self::PrivateEditor => "private_editor",
        }
    }

    /// From its stored form.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|capacity| capacity.as_str() == text)
    }
}

/// The right to one kind of post by one access, as access-service decided it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ground {
    /// The post it opens.
    pub mark: Mark,
    /// In which capacity.
    pub capacity: Capacity,
    /// By which access.
    pub access: AccessId,
    /// The access's version.
    pub version: i64,
}

/// The leave to do one act in another's mailbox, as access-service decided it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Leave {
    /// By what accesses, at least one, public post first.
    pub grounds: Vec<Ground>,
    /// By what others they see post that they may not do it to (R14).
    pub barred: Vec<Ground>,
}

/// What somebody may do the act on, before the portal has its say.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Right {
    /// It is their own mailbox.
    Owner,
    /// By the leave of the owner.
    Reader(Leave),
}

/// Who acts, where, and what they see: the one thing that handlers ask before they touch a letter.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Acting {
    /// Where.
    pub mailbox: MailboxId,
    /// Who.
    pub actor: PersonId,
    /// Through which portal, told by the token.
    pub portal: Portal,
    /// By what right.
    pub right: Right,
    /// The post they see here and now, and may do the act to; at least one mark.
    visible: Vec<Mark>,
    /// What they see here and now beside it, and may not do the act to.
    barred: Vec<Ground>,
}

/// Why there is nothing here to do the act to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shut {
    /// The portal shows none of the post that the caller has a right to (P4).
    NothingShown,
    /// Of what it shows they may do the act to none; in which capacity they see it (R14).
    Barred(Capacity),
}

impl Acting {
    /// Brings the right and the rules of the portal together: borger.dk and the app show public post only; a commercial portal
    /// shows public post where the owner has chosen so, and the private post sent through it (P4, P9).
    pub fn new(
        mailbox: MailboxId,
        actor: PersonId,
        portal: Portal,
        right: Right,
        settings: &Settings,
    ) -> Result<Self, Shut> {
        let commercial = CommercialPortal::of(portal);
        let private = [commercial.map(Mark::Private), commercial.map(Mark::OwnPrivate)];
        let shown = settings.shows_public_post(portal);
        let shown = [shown.then_some(Mark::Public), shown.then_some(Mark::Own)].into_iter().chain(private);
        let shown: Vec<Mark> = shown.flatten().collect();
        // No ground is for the owner's own notices, so no reader sees them (A17).
        let open = |mark: &Mark| match &right {
            Right::Owner => true,
            Right::Reader(leave) => leave.grounds.iter().any(|ground| ground.mark == *mark),
        };
        let visible: Vec<Mark> = shown.iter().copied().filter(open).collect();
        let barred: Vec<Ground> = match &right {
            Right::Owner => Vec::new(),
            Right::Reader(leave) => leave.barred.iter().filter(|of| shown.contains(&of.mark)).cloned().collect(),
        };
        match barred.first() {
            _ if !visible.is_empty() => Ok(Self { mailbox, actor, portal, right, visible, barred }),
            Some(ground) => Err(Shut::Barred(ground.capacity)),
            None => Err(Shut::NothingShown),
        }
    }

    /// The same caller once the owner has chosen anew what the portal shows (P4).
    pub fn under(&self, settings: &Settings) -> Result<Self, Shut> {
        Self::new(self.mailbox, self.actor, self.portal, self.right.clone(), settings)
    }

    /// The marks of the post they see and may do the act to.
    pub fn visible(&self) -> &[Mark] {
        &self.visible
    }

    /// One mark for each kind of post they see: the owner's own notices are of one of these kinds.
    pub fn visible_kinds(&self) -> impl Iterator<Item = Mark> {
        self.visible.iter().copied().filter(|mark| !matches!(mark, Mark::Own | Mark::OwnPrivate(_)))
    }

    /// The visible marks as the arguments of `mark IN ($a, $b, $c, $d)`: no portal shows more than four.
    pub fn visible_marks(&self) -> [&'static str; 4] {
        let first = self.visible[0];
        [0, 1, 2, 3].map(|at| self.visible.get(at).unwrap_or(&first).as_str())
    }

    /// The same of the post they see and may not do the act to; none: there is no such post.
    pub fn barred_marks(&self) -> Option<[&'static str; 4]> {
        let first = self.barred.first()?;
        Some([0, 1, 2, 3].map(|at| self.barred.get(at).unwrap_or(first).mark.as_str()))
    }

    /// In which capacity they see post of `mark` that they may not do the act to.
    pub fn barred_as(&self, mark: Mark) -> Option<Capacity> {
        self.barred.iter().find(|ground| ground.mark == mark).map(|ground| ground.capacity)
    }

    /// Whether a name that begins with `mailbox` lies in this one; `me` is the actor's own.
    pub fn is_in(&self, mailbox: MailboxRef) -> bool {
        match mailbox {
            MailboxRef::Own => self.is_owner(),
            MailboxRef::Id(id) => id == self.mailbox,
        }
    }

    /// Whether it is their own mailbox.
    pub fn is_owner(&self) -> bool {
        self.right == Right::Owner
    }

    /// In which capacity; of several, the one for public post.
    pub fn capacity(&self) -> Capacity {
        match &self.right {
            Right::Owner => Capacity::Owner,
            Right::Reader(leave) => leave.grounds.first().map_or(Capacity::Reader, |ground| ground.capacity),
        }
    }

    /// By what access they act on post of `mark`, or on no post; of several, the one for public post. None for the owner.
    pub fn ground_for(&self, mark: Option<Mark>) -> Option<&Ground> {
        match &self.right {
            Right::Owner => None,
            Right::Reader(Leave { grounds, .. }) => {
                grounds.iter().find(|ground| Some(ground.mark) == mark).or_else(|| grounds.first())
            }
        }
    }

    /// By what accesses they act on post of `mark`, or on all. None for the owner.
    pub fn grounds_on(&self, mark: Option<Mark>) -> Vec<&Ground> {
        match &self.right {
            Right::Owner => Vec::new(),
            Right::Reader(leave) => leave.grounds.iter().filter(|of| mark.is_none_or(|mark| of.mark == mark)).collect(),
        }
    }

    /// In which capacity they see post of `mark`.
    pub fn capacity_for(&self, mark: Mark) -> Capacity {
        self.ground_for(Some(mark)).map_or(self.capacity(), |ground| ground.capacity)
    }

    /// Whether opening a letter of `mark` marks it read: "læsning" of private post may not mark (R14).
    pub fn marks_when_reading(&self, mark: Mark) -> bool {
        self.capacity_for(mark) != Capacity::PrivateReader
    }

    /// What page tokens are bound to, so that they die with the access and with the choice of what a portal shows (M6).
    pub fn binding(&self) -> String {
        let by = match &self.right {
            Right::Owner => "owner".to_owned(),
            Right::Reader(Leave { grounds, .. }) => {
                let grounds = grounds.iter().map(|ground| format!("{}@{}", ground.access, ground.version));
                grounds.collect::<Vec<_>>().join(",")
            }
        };
        let visible: Vec<&str> = self.visible.iter().map(|mark| mark.as_str()).collect();
        format!("{}/{}/{by}/{}", self.mailbox, self.actor, visible.join(","))
    }
}
