//! Typed ids: UUIDs of version 7, made from the instant and the random source that are handed in, so that they
//! sort by the time they were made and tests can foresee them.

use crate::clock::Timestamp;
use crate::random::{self, Random};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

/// The text is not a UUID in its hyphenated, lower-case form.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not an id: a UUID such as 0192f0c1-2f4a-7cc3-98c4-dc0c0c07398f is expected")]
pub struct InvalidId;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// A new id, later in order than all that were made in earlier milliseconds.
            pub fn new(now: Timestamp, random: &dyn Random) -> Self {
                Self(new_uuid(now, random))
            }

            /// The id as it is stored.
            pub const fn as_uuid(self) -> Uuid {
                self.0
            }
        }

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                parse(text).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }
    )*};
}

ids! {
    /// A person, for life, whatever their CPR number. Minted by mailbox-service (rule P1).
    PersonId
    /// A read access, pending, active or ended.
    AccessId
    /// A message in one mailbox.
    MessageId
    /// A folder that a person made.
    FolderId
    /// A stored file.
    FileId
    /// A forwarding of a letter.
    ForwardId
    /// A letter from a citizen, as the authority that it was sent to knows it.
    ReplyId
    /// A person whom an owner has registered to forward letters to.
    RecipientId
    /// A file on its way to becoming part of a message.
    UploadId
    /// A subscription to e-mail about new post.
    SubscriptionId
    /// An owed or past e-mail.
    LedgerEntryId
    /// A decision on an application for exemption.
    ExemptionId
    /// An event between two processes.
    EventId
    /// An entry of a mailbox's activity log.
    ActivityId
}

/// One person, one mailbox (rule P1): a mailbox is known by its owner's id.
pub type MailboxId = PersonId;

/// A bare UUID of version 7, for rows that need no type of their own.
pub fn new_uuid(now: Timestamp, random: &dyn Random) -> Uuid {
    let millis = u64::try_from(now.as_micros() / 1_000).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &random::bytes::<10>(random)).into_uuid()
}

/// Only the one canonical form is an id, so that two spellings never name the same thing.
fn parse(text: &str) -> Result<Uuid, InvalidId> {
    let uuid = Uuid::try_parse(text).map_err(|_| InvalidId)?;
    let canonical = uuid.hyphenated().encode_lower(&mut Uuid::encode_buffer()) == text;
    if canonical { Ok(uuid) } else { Err(InvalidId) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SystemRandom;
    use std::time::Duration;

    #[test]
    fn later_ids_sort_after_earlier_ones() {
        let now = Timestamp::from_micros(1_700_000_000_000_000);
        let first = PersonId::new(now, &SystemRandom);
        assert!(first < PersonId::new(now.plus(Duration::from_millis(1)), &SystemRandom));
        assert_eq!(first.as_uuid().get_version_num(), 7);
    }

    #[test]
    fn only_the_canonical_form_is_read() {
        let text = "0192f0c1-2f4a-7cc3-98c4-dc0c0c07398f";
        assert_eq!(text.parse::<PersonId>().map(|id| id.to_string()), Ok(text.to_owned()));
        for other in [
            "",
            "0192F0C1-2F4A-7CC3-98C4-DC0C0C07398F",
            "0192f0c12f4a7cc398c4dc0c0c07398f",
            "{0192f0c1-2f4a-7cc3-98c4-dc0c0c07398f}",
        ] {
            assert_eq!(other.parse::<PersonId>(), Err(InvalidId), "{other}");
        }
    }
}
