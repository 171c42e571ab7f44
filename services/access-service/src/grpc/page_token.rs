//! Page tokens: a place in a list, for one RPC, caller and filter.

use crate::error::Error;
use crate::store::page::Cursor;
use crate::usecase::open_mailboxes::Place;
use kernel::{AccessId, MailboxId, Random, Timestamp};
use std::sync::Arc;
use uuid::Uuid;

/// The longest token that is looked at, in characters.
const MAX_CHARS: usize = 512;

/// Seals and opens places.
pub(super) struct Tokens {
    tokens: crypto::PageTokens,
    random: Arc<dyn Random>,
}

impl Tokens {
    pub(super) fn new(tokens: crypto::PageTokens, random: Arc<dyn Random>) -> Self {
        Self { tokens, random }
    }

    /// The place of `token` in the list `context`; its start when there is no token.
    pub(super) fn cursor(&self, context: &str, token: &str) -> Result<Cursor, Error> {
        if token.is_empty() { Ok(Cursor::start()) } else { read_cursor(&self.open(context, token)?) }
    }

    /// The token of the next page; empty on the last one.
    pub(super) fn of_cursor(&self, context: &str, next: Option<Cursor>) -> String {
        let Some(Cursor { time, owner, id }) = next else { return String::new() };
        let (owner, id) = (owner.as_uuid(), id.as_uuid());
        let bytes = [&time.as_micros().to_be_bytes()[..], owner.as_bytes(), id.as_bytes()].concat();
        self.tokens.seal(context, &bytes, &*self.random)
    }

    /// The place of `token` among the open mailboxes; none when there is no token.
    pub(super) fn place(&self, context: &str, token: &str) -> Result<Option<Place>, Error> {
        if token.is_empty() { Ok(None) } else { read_place(&self.open(context, token)?).map(Some) }
    }

    /// The token of the next page; empty on the last one.
    pub(super) fn of_place(&self, context: &str, next: Option<Place>) -> String {
        let Some(Place { name, access }) = next else { return String::new() };
        let bytes = [access.as_uuid().as_bytes(), name.as_bytes()].concat();
        self.tokens.seal(context, &bytes, &*self.random)
    }

    fn open(&self, context: &str, token: &str) -> Result<Vec<u8>, Error> {
        if token.len() > MAX_CHARS {
            return Err(Error::InvalidPageToken);
        }
        self.tokens.open(context, token).map_err(|_| Error::InvalidPageToken)
    }
}

fn read_cursor(bytes: &[u8]) -> Result<Cursor, Error> {
    let bytes: &[u8; 40] = bytes.try_into().map_err(|_| Error::InvalidPageToken)?;
    let (time, ids) = bytes.split_first_chunk::<8>().ok_or(Error::InvalidPageToken)?;
    let (owner, id) = ids.split_first_chunk::<16>().ok_or(Error::InvalidPageToken)?;
    Ok(Cursor {
        time: Timestamp::from_micros(i64::from_be_bytes(*time)),
        owner: MailboxId::from(Uuid::from_bytes(*owner)),
        id: AccessId::from(Uuid::from_slice(id).map_err(|_| Error::InvalidPageToken)?),
    })
}

fn read_place(bytes: &[u8]) -> Result<Place, Error> {
    let (access, name) = bytes.split_first_chunk::<16>().ok_or(Error::InvalidPageToken)?;
    let name = String::from_utf8(name.to_vec()).map_err(|_| Error::InvalidPageToken)?;
    Ok(Place { name, access: AccessId::from(Uuid::from_bytes(*access)) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::SystemRandom;

    #[test]
    fn tokens_carry_a_place_and_stay_within_their_length() {
        let key = r#"{"active": "k", "keys": {"k": "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="}, "lookup": "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI="}"#;
        let keys = crypto::Keys::parse(key).expect("keys");
        let tokens = Tokens::new(keys.page_tokens, Arc::new(SystemRandom));
        let access = AccessId::new(Timestamp::from_micros(1), &SystemRandom);
        let longest = Place { name: "\u{10000}".repeat(60), access };
        let token = tokens.of_place("list", Some(longest.clone()));
        assert!(token.len() <= MAX_CHARS, "{}", token.len());
        assert_eq!(tokens.place("list", &token).expect("a place"), Some(longest));
        let cursor = Cursor { time: Timestamp::from_micros(5), owner: MailboxId::from(access.as_uuid()), id: access };
        let token = tokens.of_cursor("list", Some(cursor));
        assert_eq!(tokens.cursor("list", &token).expect("a cursor"), cursor);
        assert!(matches!(tokens.cursor("other", &token), Err(Error::InvalidPageToken)));
        assert!(matches!(tokens.cursor("list", "nonsense"), Err(Error::InvalidPageToken)));
    }
}
