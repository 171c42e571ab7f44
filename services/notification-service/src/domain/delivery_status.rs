//! What a mail server says of an e-mail after it had taken it (RFC 3464).

use std::fmt;

/// An enhanced status code, such as 5.1.1 (RFC 3463).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Enhanced(pub u16, pub u16, pub u16);

/// What became of the e-mail.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Action {
    /// It won't be delivered.
    Failed,
    /// It may still be.
    Delayed,
    /// It was, or was handed on to where nothing more is told.
    Delivered,
}

/// A notification about one e-mail.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DeliveryStatus {
    /// What became of it.
    pub action: Action,
    /// Why.
    pub status: Enhanced,
}

/// What a notification comes to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reported {
    /// It is about no e-mail of ours.
    Ignored,
    /// It is noted, and nothing follows.
    Noted,
    /// The e-mail has failed for good.
    Failed,
}

impl Enhanced {
    /// The code that a text begins with.
    pub fn parse(text: &str) -> Option<Self> {
        let mut numbers = text.split_whitespace().next()?.split('.').map(|part| part.parse::<u16>().ok());
        match (numbers.next(), numbers.next(), numbers.next(), numbers.next()) {
            (Some(Some(class)), Some(Some(subject)), Some(Some(detail)), None) => {
                matches!(class, 2 | 4 | 5).then_some(Self(class, subject, detail))
            }
            _ => None,
        }
    }

    /// Whether the recipient's side clearly refuses for good: bad mailbox, bad destination domain, moved, ambiguous, no mail
    /// exchanger; mailbox disabled.
    pub const fn is_recipients(self) -> bool {
        matches!(self, Self(5, 1, 1 | 2 | 3 | 4 | 6 | 10) | Self(5, 2, 0 | 1))
    }
}

impl fmt::Display for Enhanced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(class, subject, detail) = self;
        write!(f, "{class}.{subject}.{detail}")
    }
}

impl DeliveryStatus {
    /// Whether the address is to be given up. A server that says no more than that it failed was told so by the recipient's;
    /// what failed for our own reputation, or ran out of time, says nothing about the address.
    pub const fn gives_address_up(self) -> bool {
        let vague = matches!(self.status, Enhanced(5, 0, 0) | Enhanced(5, 4, 4));
        matches!(self.action, Action::Failed) && (self.status.is_recipients() || vague)
    }
}

impl Reported {
    const ALL: [Self; 3] = [Self::Ignored, Self::Noted, Self::Failed];

    /// The word that a repeated report is answered by.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ignored => "ignored",
            Self::Noted => "noted",
            Self::Failed => "failed",
        }
    }

    /// Reads the word.
    pub fn from_word(word: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|reported| reported.as_str().as_bytes() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_enhanced_code_is_read_only_where_one_stands() {
        assert_eq!(Enhanced::parse("5.1.10 null mx"), Some(Enhanced(5, 1, 10)));
        for text in ["", "no", "5.1", "5.1.1.1 x", "3.1.1 x", "192.168.1 x"] {
            assert_eq!(Enhanced::parse(text), None, "{text}");
        }
    }

    #[test]
    fn only_what_clearly_is_the_recipients_gives_an_address_up() {
        let gives_up = |action, status: &str| {
            DeliveryStatus { action, status: Enhanced::parse(status).expect("a code") }.gives_address_up()
        };
        for status in ["5.1.1", "5.1.10", "5.2.1", "5.0.0", "5.4.4"] {
            assert!(gives_up(Action::Failed, status), "{status}");
            assert!(!gives_up(Action::Delayed, status), "{status}");
        }
        for status in ["4.4.7", "5.7.1", "5.7.26", "5.2.2", "5.3.4", "4.2.2"] {
            assert!(!gives_up(Action::Failed, status), "{status}");
        }
    }
}
