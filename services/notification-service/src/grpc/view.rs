//! Subscriptions as the wire shows them.

use crate::domain::subscription::{EndReason, State, Subscription};
use api::notification::v1 as proto;
use kernel::{EmailAddress, resource};
use rpc::convert;

/// Who looks at a subscription.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Viewer {
    /// Its subscriber.
    Subscriber,
    /// A caseworker at whose desk the subscriber attends (A24).
    Caseworker,
}

impl Viewer {
    /// The address, or as much of it as a caseworker sees: its first character and its domain.
    fn address(self, address: &EmailAddress) -> String {
        match self {
            Self::Subscriber => address.as_str().to_owned(),
            Self::Caseworker => {
                let first: String = address.as_str().chars().take(1).collect();
                format!("{first}***@{}", address.domain())
            }
        }
    }
}

/// A subscription as `viewer` sees it; `owner` is the full name of the mailbox's owner.
pub(super) fn subscription(view: &Subscription, owner: &str, viewer: Viewer) -> proto::Subscription {
    let state = match view.state() {
        State::AwaitingCode => proto::SubscriptionState::AwaitingCode,
        State::Active => proto::SubscriptionState::Active,
        State::Ended => proto::SubscriptionState::Ended,
    };
    let end_reason = view.end.map_or(proto::SubscriptionEndReason::Unspecified, |end| match end.reason {
        EndReason::Stopped => proto::SubscriptionEndReason::Stopped,
        EndReason::AccessEnded => proto::SubscriptionEndReason::AccessEnded,
        EndReason::Bounced => proto::SubscriptionEndReason::Bounced,
        EndReason::ClosedMailbox => proto::SubscriptionEndReason::ClosedMailbox,
    });
    let text = |address: &EmailAddress| viewer.address(address);
    let waiting = view.waiting.as_ref();
    proto::Subscription {
        name: resource::subscription(view.mailbox, view.id),
        access: view.access_name().map(|access| access.to_string()).unwrap_or_default(),
        owner_display_name: owner.to_owned(),
        channel: proto::Channel::Email.into(),
        email_address: view.address.as_ref().map(text).unwrap_or_default(),
        pending_email_address: waiting.map(|waiting| text(&waiting.address)).unwrap_or_default(),
        state: state.into(),
        end_reason: end_reason.into(),
        code_expire_time: waiting.map(|waiting| convert::to_proto(waiting.expire_time)),
        next_code_time: waiting.map(|waiting| convert::to_proto(waiting.next_code_time)),
        confirm_time: view.confirm_time.map(convert::to_proto),
        create_time: Some(convert::to_proto(view.create_time)),
        end_time: view.end.map(|end| convert::to_proto(end.time)),
    }
}
