//! Column `tags`: the keyed tags of a letter's stems, packed in order and sealed as a whole (M6).
//!
//! A copy of the database shows nothing of them, not even which letters have words in common; the tags themselves are of
//! one mailbox's key, and mean nothing in another.

use crate::domain::message::NewMessage;
use crate::domain::search::{Query, Stemming};
use crypto::{DataKey, TAG_BYTES, TagKey};
use kernel::Random;

type Tag = [u8; TAG_BYTES];

/// The tags of a letter.
pub struct Tags(Vec<u8>);

impl Tags {
    /// Of a new letter: of its sender's name, its subject and its body.
    pub(super) fn of(message: &NewMessage, key: &DataKey) -> Self {
        let tags = TagKey::of(key);
        let texts = [message.sender.name.as_str(), &message.subject, &message.body];
        let mut packed: Vec<Tag> = Stemming::new().all_stems(texts).iter().map(|stem| tags.tag(stem)).collect();
        packed.sort_unstable();
        packed.dedup();
        Self(packed.into_flattened())
    }

    pub(super) fn seal(&self, place: &str, key: &DataKey, random: &dyn Random) -> Vec<u8> {
        key.seal(place, &self.0, random)
    }

    pub(super) fn open(sealed: &[u8], place: &str, key: &DataKey) -> Result<Self, crypto::SealError> {
        key.open(place, sealed).map(Self)
    }

    fn has(&self, tag: Tag) -> bool {
        let (tags, _) = self.0.as_chunks::<TAG_BYTES>();
        tags.binary_search(&tag).is_ok()
    }
}

/// The tags of a query in one mailbox: for each word those of its stems.
pub struct QueryTags(Vec<Vec<Tag>>);

impl QueryTags {
    /// Of `query` in the mailbox of `key`.
    pub fn of(query: &Query, key: &DataKey) -> Self {
        let tags = TagKey::of(key);
        Self(query.words().iter().map(|word| word.stems().map(|stem| tags.tag(stem)).collect()).collect())
    }

    /// Whether a letter of these tags may match: never false for one that does, hardly ever true for one that doesn't.
    pub fn may_match(&self, letter: &Tags) -> bool {
        self.0.iter().all(|stems| stems.iter().any(|tag| letter.has(*tag)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::post::{Mark, Sender};
    use kernel::{MailboxId, MessageId, SystemRandom, Timestamp};

    const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

    fn letter(subject: &str) -> NewMessage {
        NewMessage {
            id: MessageId::new(NOW, &SystemRandom),
            mailbox: MailboxId::new(NOW, &SystemRandom),
            mark: Mark::Public,
            sender: Sender::digital_post(),
            sender_uuid: None,
            subject: subject.to_owned(),
            body: "Din årsopgørelse er klar".to_owned(),
            link: None,
            legal_basis: None,
            for_service: false,
            origin: None,
            reply_to: None,
            answers: None,
            sent_to: None,
            file_count: 0,
            files_size: 0,
            available_time: NOW,
            is_ahead: false,
        }
    }

    #[test]
    fn m6_tags_find_a_letter_in_its_own_mailbox_only() {
        let (karens, niels) = (DataKey::generate(&SystemRandom), DataKey::generate(&SystemRandom));
        let tags = Tags::of(&letter("Skatten for 2026"), &karens);
        let query = |text: &str| Query::parse(text).expect("words");
        assert!(QueryTags::of(&query("skat årsopgørelser post"), &karens).may_match(&tags));
        assert!(!QueryTags::of(&query("skat told"), &karens).may_match(&tags));
        assert!(!QueryTags::of(&query("skat"), &niels).may_match(&tags), "another mailbox has other tags");
        let common = |tag: &Tag| Tags::of(&letter("Skatten for 2026"), &niels).has(*tag);
        assert!(!tags.0.as_chunks::<TAG_BYTES>().0.iter().any(common));
    }

    #[test]
    fn m6_stored_tags_show_nothing_of_what_letters_have_in_common() {
        let key = DataKey::generate(&SystemRandom);
        let tags = Tags::of(&letter("Skat"), &key);
        let (one, other) = (tags.seal("a", &key, &SystemRandom), tags.seal("b", &key, &SystemRandom));
        assert!(one.as_chunks::<TAG_BYTES>().0.iter().all(|part| !other.as_chunks::<TAG_BYTES>().0.contains(part)));
        assert!(Tags::open(&one, "b", &key).is_err(), "they open in their own row only");
        assert!(Tags::open(&one, "a", &key).is_ok_and(|opened| opened.0 == tags.0));
    }
}
