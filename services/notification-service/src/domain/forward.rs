//! Letters that somebody forwarded to an e-mail address (M7).

use kernel::{EmailAddress, ForwardId, MailboxId, Timestamp, resource};
use std::fmt;

/// A forwarding, by its full name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ForwardName {
    /// The mailbox that the letter lies in.
    pub mailbox: MailboxId,
    /// Which forwarding.
    pub id: ForwardId,
}

impl fmt::Display for ForwardName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&resource::forward(self.mailbox, self.id))
    }
}

/// A forwarded letter as it is sent. mailbox-service keeps it, address and all; here it lives in memory only, from the
/// fetching to the sending.
pub struct Letter {
    /// Where it goes.
    pub address: EmailAddress,
    /// Full name of the one who forwarded it.
    pub forwarded_by: String,
    /// What they wrote with it; may be empty.
    pub comment: String,
    /// Name of its sender.
    pub sender: String,
    /// Its subject.
    pub subject: String,
    /// Its text; may be empty.
    pub body_text: String,
    /// When it became available.
    pub available_time: Timestamp,
    /// Its files.
    pub files: Vec<File>,
}

/// A file of a forwarded letter.
pub struct File {
    /// What it is called.
    pub name: String,
    /// What it is, such as `application/pdf`.
    pub media_type: String,
    /// What is in it.
    pub content: Vec<u8>,
}

/// What asking for a forwarded letter came to.
pub enum Fetched {
    /// It is there.
    Letter(Box<Letter>),
    /// It is not to be sent: it has been deleted since, or its forwarding is done with.
    Gone,
    /// It has more bytes than go by e-mail.
    TooLarge,
}
