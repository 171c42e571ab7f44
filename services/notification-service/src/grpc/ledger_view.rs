//! The ledger as the wire shows it.

use crate::domain::ledger::{Kind, State};
use crate::domain::overview::{Shown, Summary};
use api::notification::v1 as proto;
use kernel::resource;
use rpc::convert;

/// Counts, and the oldest that is owed.
pub(super) fn summary(summary: &Summary) -> proto::GetLedgerSummaryResponse {
    let count = |&(of, what, count): &(State, Kind, i64)| proto::LedgerCount {
        state: state(of).into(),
        kind: kind(what).into(),
        count,
    };
    let oldest = summary.oldest_owed;
    proto::GetLedgerSummaryResponse {
        counts: summary.counts.iter().map(count).collect(),
        oldest_owed_time: oldest.map(|(since, _)| convert::to_proto(since)),
        oldest_owed_age: oldest.map(|(_, age)| prost_types::Duration::try_from(age).unwrap_or_default()),
    }
}

/// One e-mail.
pub(super) fn entry(shown: Shown) -> proto::LedgerEntry {
    let small = |count: i64| i32::try_from(count).unwrap_or(i32::MAX);
    proto::LedgerEntry {
        name: resource::ledger_entry(shown.id),
        kind: kind(shown.kind).into(),
        state: state(shown.state).into(),
        attempt_count: small(shown.attempt_count),
        next_attempt_time: shown.next_attempt_time.map(convert::to_proto),
        last_result: shown.last_result,
        letter_count: small(shown.letter_count),
        create_time: Some(convert::to_proto(shown.create_time)),
        state_time: Some(convert::to_proto(shown.state_time)),
    }
}

/// A state as metadata has it.
pub(super) fn state_word(of: State) -> &'static str {
    state(of).as_str_name().trim_start_matches("LEDGER_STATE_")
}

/// The state that a request names, if it is one.
pub(super) fn read_state(wire: proto::LedgerState) -> Option<State> {
    State::ALL.into_iter().find(|of| state(*of) == wire)
}

/// The kind that a request names, if it is one.
pub(super) fn read_kind(wire: proto::LedgerKind) -> Option<Kind> {
    Kind::ALL.into_iter().find(|what| kind(*what) == wire)
}

const fn state(state: State) -> proto::LedgerState {
    match state {
        State::Owed => proto::LedgerState::Owed,
        State::Sending => proto::LedgerState::Sending,
        State::Sent => proto::LedgerState::Sent,
        State::Dropped => proto::LedgerState::Dropped,
        State::Failed => proto::LedgerState::Failed,
        State::Parked => proto::LedgerState::Parked,
    }
}

const fn kind(kind: Kind) -> proto::LedgerKind {
    match kind {
        Kind::Code => proto::LedgerKind::Code,
        Kind::NewPost => proto::LedgerKind::NewPost,
        Kind::AddressChanged => proto::LedgerKind::AddressChanged,
        Kind::SubscriptionEnded => proto::LedgerKind::SubscriptionEnded,
        Kind::Forward => proto::LedgerKind::Forward,
    }
}
