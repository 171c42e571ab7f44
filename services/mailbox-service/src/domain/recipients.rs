//! Digital Post recipients: persons whom an owner has registered to forward letters to (M9).

use kernel::{PersonId, RecipientId, Timestamp};
use uuid::Uuid;

/// The most recipients of a mailbox.
pub const MAX_RECIPIENTS: i64 = 100;

/// A recipient.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ListedRecipient {
    /// Which.
    pub id: RecipientId,
    /// Who.
    pub person: PersonId,
    /// When the owner registered them.
    pub create_time: Timestamp,
}

impl ListedRecipient {
    /// What a page token carries of the last recipient of a page.
    pub fn to_token(self) -> [u8; 24] {
        let mut bytes = [0; 24];
        bytes[..8].copy_from_slice(&self.create_time.as_micros().to_be_bytes());
        bytes[8..].copy_from_slice(self.id.as_uuid().as_bytes());
        bytes
    }
}

/// After which recipient a page begins, newest first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct After {
    /// When the last one of the page before was registered.
    pub create_time: Timestamp,
    /// Which it was.
    pub id: RecipientId,
}

impl After {
    /// From what a page token carries.
    pub fn from_token(bytes: &[u8]) -> Option<Self> {
        let (micros, id) = bytes.split_first_chunk::<8>()?;
        let id = RecipientId::from(Uuid::from_slice(id).ok()?);
        Some(Self { create_time: Timestamp::from_micros(i64::from_be_bytes(*micros)), id })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::SystemRandom;

    #[test]
    fn recipients_survive_their_token() {
        let create_time = Timestamp::from_micros(1_700_000_000_000_001);
        let person = PersonId::new(create_time, &SystemRandom);
        let recipient = ListedRecipient { id: RecipientId::new(create_time, &SystemRandom), person, create_time };
        let after = After::from_token(&recipient.to_token());
        assert_eq!(after, Some(After { create_time, id: recipient.id }));
        assert_eq!(After::from_token(&[0; 23]), None);
    }
}
