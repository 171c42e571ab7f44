//! Page tokens, bound to the caller and the filter.

use crate::domain::ledger::{Kind, State};
use crate::domain::overview;
use crate::service::Service;
use crate::store::subscription::{Cursor, Filter};
use kernel::{LedgerEntryId, SubscriptionId, Timestamp};
use rpc::{Reason, Refusal};
use uuid::Uuid;

/// The token of the page that begins after `cursor`.
pub(super) fn seal(service: &Service, filter: Filter, cursor: Cursor) -> String {
    let Cursor { ended, create_time, id } = cursor;
    let bytes = [&[u8::from(ended)], &create_time.as_micros().to_be_bytes()[..], id.as_uuid().as_bytes()].concat();
    service.keys.page_tokens.seal(&context(filter), &bytes, &*service.random)
}

/// Where the page of `token` begins; the first page where there is none.
pub(super) fn open(service: &Service, filter: Filter, token: &str) -> Result<Option<Cursor>, Refusal> {
    if token.is_empty() {
        return Ok(None);
    }
    let bytes = service.keys.page_tokens.open(&context(filter), token).ok();
    bytes.and_then(|bytes| read(&bytes)).map(Some).ok_or_else(|| Refusal::new(Reason::PageTokenInvalid))
}

fn read(bytes: &[u8]) -> Option<Cursor> {
    let ([ended], bytes) = bytes.split_first_chunk()?;
    let (micros, bytes) = bytes.split_first_chunk()?;
    let id = Uuid::from_slice(bytes).ok()?;
    Some(Cursor {
        ended: *ended != 0,
        create_time: Timestamp::from_micros(i64::from_be_bytes(*micros)),
        id: SubscriptionId::from(id),
    })
}

fn context(filter: Filter) -> String {
    let Filter { subscriber, access, ended_too } = filter;
    let access = access.map(|access| access.to_string()).unwrap_or_default();
    format!("ListSubscriptions/{subscriber}/{access}/{ended_too}")
}

/// What the tokens of ListLedgerEntries are bound to.
pub(super) struct Ledger<'s> {
    /// Whose key seals them.
    pub(super) service: &'s Service,
    /// Who asks.
    pub(super) caller: String,
    /// For what.
    pub(super) filter: overview::Filter,
}

impl Ledger<'_> {
    /// The token of the page that begins after `cursor`.
    pub(super) fn seal(&self, cursor: overview::Cursor) -> String {
        let overview::Cursor { create_time, id } = cursor;
        let bytes = [&create_time.as_micros().to_be_bytes()[..], id.as_uuid().as_bytes()].concat();
        self.service.keys.page_tokens.seal(&self.context(), &bytes, &*self.service.random)
    }

    /// Where the page of `token` begins; the first page where there is none.
    pub(super) fn open(&self, token: &str) -> Result<Option<overview::Cursor>, Refusal> {
        if token.is_empty() {
            return Ok(None);
        }
        let bytes = self.service.keys.page_tokens.open(&self.context(), token).ok();
        let cursor = bytes.and_then(|bytes| {
            let (micros, id) = bytes.split_first_chunk()?;
            let id = LedgerEntryId::from(Uuid::from_slice(id).ok()?);
            Some(overview::Cursor { create_time: Timestamp::from_micros(i64::from_be_bytes(*micros)), id })
        });
        cursor.map(Some).ok_or_else(|| Refusal::new(Reason::PageTokenInvalid))
    }

    fn context(&self) -> String {
        let overview::Filter { state, kind } = self.filter;
        let (state, kind) = (state.map_or("", State::as_str), kind.map_or("", Kind::as_str));
        format!("ListLedgerEntries/{}/{state}/{kind}", self.caller)
    }
}
