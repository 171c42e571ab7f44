//! Page tokens, bound to the caller and the filter.

use crate::domain::ledger::{Kind, State};
use crate::domain::overview;
use crate::service::Service;
use crate::store::subscription::{Cursor, Filter};
use kernel::{LedgerEntryId, SubscriptionId, Timestamp};
use rpc::{Reason, Refusal};
use uuid::Uuid;

/// What the tokens of ListSubscriptions are bound to.
pub(super) struct Subscriptions<'s> {
    /// Whose key seals them.
    pub(super) service: &'s Service,
    /// Who asks.
    pub(super) caller: String,
    /// For what.
    pub(super) filter: Filter,
}

impl Subscriptions<'_> {
    /// The token of the page that begins after `cursor`.
    pub(super) fn seal(&self, cursor: Cursor) -> String {
        let Cursor { ended, create_time, id } = cursor;
        let bytes = [&[u8::from(ended)], &create_time.as_micros().to_be_bytes()[..], id.as_uuid().as_bytes()].concat();
        self.service.keys.page_tokens.seal(&self.context(), &bytes, &*self.service.random)
    }

    /// Where the page of `token` begins; the first page where there is none.
    pub(super) fn open(&self, token: &str) -> Result<Option<Cursor>, Refusal> {
        open(self.service, &self.context(), token, |bytes| {
            let (ended, bytes) = bytes.split_first()?;
            let (create_time, id) = moment_and_id(bytes)?;
            Some(Cursor { ended: *ended != 0, create_time, id: SubscriptionId::from(id) })
        })
    }

    fn context(&self) -> String {
        let Filter { subscriber, access, ended_too } = self.filter;
        let access = access.map(|access| access.to_string()).unwrap_or_default();
        format!("ListSubscriptions/{}/{subscriber}/{access}/{ended_too}", self.caller)
    }
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
        open(self.service, &self.context(), token, |bytes| {
            let (create_time, id) = moment_and_id(bytes)?;
            Some(overview::Cursor { create_time, id: LedgerEntryId::from(id) })
        })
    }

    fn context(&self) -> String {
        let overview::Filter { state, kind } = self.filter;
        let (state, kind) = (state.map_or("", State::as_str), kind.map_or("", Kind::as_str));
        format!("ListLedgerEntries/{}/{state}/{kind}", self.caller)
    }
}

fn open<C>(
    service: &Service,
    context: &str,
    token: &str,
    read: impl FnOnce(&[u8]) -> Option<C>,
) -> Result<Option<C>, Refusal> {
    if token.is_empty() {
        return Ok(None);
    }
    let bytes = service.keys.page_tokens.open(context, token).ok();
    bytes.and_then(|bytes| read(&bytes)).map(Some).ok_or_else(|| Refusal::new(Reason::PageTokenInvalid))
}

fn moment_and_id(bytes: &[u8]) -> Option<(Timestamp, Uuid)> {
    let (micros, id) = bytes.split_first_chunk()?;
    Some((Timestamp::from_micros(i64::from_be_bytes(*micros)), Uuid::from_slice(id).ok()?))
}
