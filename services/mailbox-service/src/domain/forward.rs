//! Forwarding a letter (M7): to an e-mail address, or as a copy into the mailbox of a person with Digital Post.

use crate::domain::post::{Mark, Sender};
use kernel::{EmailAddress, ForwardId, MailboxId, MessageId, Particulars, PersonId, RecipientId, Timestamp};

/// The most characters of what a forwarder writes with a letter.
pub const MAX_COMMENT: usize = 500;

/// Where a letter is to go, as the forwarder says it.
pub enum Target {
    /// To an e-mail address (R5).
    Email(EmailAddress),
    /// To a recipient on the list of this mailbox, which must be the forwarder's own (M9).
    Recipient(kernel::resource::MailboxRef, RecipientId),
    /// To the person whom the particulars fit (A2).
    Person(Particulars),
    /// To the forwarder's own mailbox (A20).
    OwnMailbox,
}

/// Where a forwarding stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// A copy lies in the recipient's mailbox.
    Delivered,
    /// To be sent by e-mail.
    Due,
    /// The mail server has it.
    Sent,
    /// It can't be sent.
    Failed,
}

impl State {
    const ALL: [Self; 4] = [Self::Delivered, Self::Due, Self::Sent, Self::Failed];

    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Due => "due",
            Self::Sent => "sent",
            Self::Failed => "failed",
        }
    }

    /// From its stored form.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// A forwarding.
pub struct Forward {
    /// Where the letter lies.
    pub mailbox: MailboxId,
    /// Which forwarding.
    pub id: ForwardId,
    /// The letter.
    pub message: MessageId,
    /// The letter's mark.
    pub mark: Mark,
    /// Who forwards it.
    pub forwarded_by: PersonId,
    /// Where it stands.
    pub state: State,
    /// Where it goes by e-mail; kept only while it is due.
    pub address: Option<EmailAddress>,
    /// What the forwarder writes with it; may be empty.
    pub comment: String,
    /// When it was taken in.
    pub accept_time: Timestamp,
}

/// Where a forwarded copy comes from (M7, A20).
#[derive(Clone, PartialEq, Eq)]
pub struct Origin {
    /// The mailbox of the original.
    pub mailbox: MailboxId,
    /// The original.
    pub message: MessageId,
    /// Its sender.
    pub sender: Sender,
    /// When it became available.
    pub available_time: Timestamp,
    /// Full name of the forwarder.
    pub forwarded_by: String,
    /// What they wrote with it; may be empty.
    pub comment: String,
}

/// What the forwarder is told when a letter could not be sent: subject and text, Danish first. Names neither the letter nor
/// the address, for by now the forwarder may have lost the access.
pub fn failure_notice() -> (String, String) {
    let subject = "Et brev kunne ikke videresendes / A letter could not be forwarded";
    let da = "Et brev, som du har videresendt til en e-mailadresse, kunne ikke sendes. Se efter, om adressen er rigtig, og prøv igen.";
    let en = "A letter that you forwarded to an e-mail address could not be sent. Check the address, and try again.";
    (subject.to_owned(), format!("{da}\n\n{en}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_survive_storage() {
        for state in State::ALL {
            assert_eq!(State::parse(state.as_str()), Some(state));
        }
        assert_eq!(State::parse(""), None);
    }
}
