//! The ledger: what is owed to whom, decided again at the moment of sending (N5, N9).

use crate::domain::subscription::Subscription;
use kernel::Timestamp;
use uuid::Uuid;

/// What an e-mail is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A confirmation code (N2).
    Code,
    /// New post (N5).
    NewPost,
    /// Tells the old address that another is in force (N2).
    AddressChanged,
    /// Tells the address that was in force that its subscription has ended, by no act of the subscriber's (N5).
    SubscriptionEnded,
    /// A forwarded letter (M7).
    Forward,
}

/// Where an e-mail stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// To be sent when it is due.
    Owed,
    /// Handed to the mail server just now, or about to be.
    Sending,
    /// The mail server has taken it.
    Sent,
    /// No longer owed when it was to be sent.
    Dropped,
    /// Refused for good by the recipient's side.
    Failed,
    /// Put aside for an operator.
    Parked,
}

/// In which of two queues an e-mail to a subscriber waits, each with workers of its own: what somebody sits and waits for
/// is behind no mass of news. Forwarded letters have a queue of their own too.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lane {
    /// Somebody waits for it, or is to be warned by it.
    Awaited,
    /// News.
    News,
}

impl Lane {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Awaited, Self::News];
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Code, Self::NewPost, Self::AddressChanged, Self::SubscriptionEnded, Self::Forward];

    /// The word in the database and in metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::NewPost => "new_post",
            Self::AddressChanged => "address_changed",
            Self::SubscriptionEnded => "subscription_ended",
            Self::Forward => "forward",
        }
    }

    /// Reads the word in the database.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

impl State {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Owed, Self::Sending, Self::Sent, Self::Dropped, Self::Failed, Self::Parked];

    /// Whether it is still to be sent, some day.
    pub const fn is_owed(self) -> bool {
        match self {
            Self::Owed | Self::Sending | Self::Parked => true,
            Self::Sent | Self::Dropped | Self::Failed => false,
        }
    }

    /// The word in the database and in metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owed => "owed",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Dropped => "dropped",
            Self::Failed => "failed",
            Self::Parked => "parked",
        }
    }

    /// Reads the word in the database.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

/// What the other services say just before sending of a subscriber's right to an e-mail: to news of post, or to be told that
/// there will be none.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Standing {
    /// They have it.
    Entitled {
        /// Whose mailbox it is, by full name.
        owner: String,
    },
    /// They do not have it any more, or never had.
    NotEntitled,
    /// The answer can't be had just now: nothing is sent (fail closed), and nothing is lost.
    Unknown,
}

/// What to do with an e-mail that is due.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Decision {
    /// Send it.
    Send,
    /// It is no longer owed.
    Drop,
    /// Ask again later.
    Later,
}

/// Decides on the e-mail `id` of `subscription` at `now`. No code leaves after its end, or when there is a newer one
/// (N8); news of post only to a confirmed address whose owner is entitled to it now (N5). That a subscription has ended is
/// said although it has, unless the subscriber is `told_again` at the same address by another one: then it is no longer true.
pub fn decide(
    kind: Kind,
    id: Uuid,
    subscription: &Subscription,
    standing: &Standing,
    told_again: bool,
    now: Timestamp,
) -> Decision {
    let carries_live_code =
        || subscription.waiting.as_ref().is_some_and(|waiting| waiting.email == id && now < waiting.expire_time);
    match (kind, standing) {
        (Kind::SubscriptionEnded, _) if told_again => Decision::Drop,
        (Kind::Code | Kind::NewPost | Kind::AddressChanged | Kind::Forward, _) if subscription.end.is_some() => {
            Decision::Drop
        }
        (Kind::Code, _) if !carries_live_code() => Decision::Drop,
        (Kind::NewPost, _) if subscription.address.is_none() => Decision::Drop,
        (Kind::NewPost | Kind::SubscriptionEnded, Standing::NotEntitled) => Decision::Drop,
        (Kind::NewPost | Kind::SubscriptionEnded, Standing::Unknown) => Decision::Later,
        (Kind::NewPost | Kind::SubscriptionEnded, Standing::Entitled { .. })
        | (Kind::Code | Kind::AddressChanged | Kind::Forward, _) => Decision::Send,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::subscription::{End, EndReason, Waiting};
    use kernel::{EmailAddress, PersonId, SubscriptionId, SystemRandom};
    use std::time::Duration;

    const START: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

    fn subscription(email: Uuid) -> Subscription {
        let address = EmailAddress::parse("niels@example.dk").expect("an address");
        Subscription {
            id: SubscriptionId::new(START, &SystemRandom),
            mailbox: PersonId::new(START, &SystemRandom),
            subscriber: PersonId::new(START, &SystemRandom),
            access: None,
            address: Some(address.clone()),
            waiting: Some(Waiting {
                address,
                expire_time: START.plus(Duration::from_mins(10)),
                next_code_time: START,
                email,
            }),
            code_time: Some(START),
            confirm_time: Some(START),
            create_time: START,
            end: None,
        }
    }

    #[test]
    fn a_code_leaves_only_while_it_is_the_live_one() {
        let (live, older) = (Uuid::from_u128(2), Uuid::from_u128(1));
        let subscription = subscription(live);
        let decided = |id, now| decide(Kind::Code, id, &subscription, &Standing::Unknown, false, now);
        assert_eq!(decided(live, START), Decision::Send);
        assert_eq!(decided(older, START), Decision::Drop);
        assert_eq!(decided(live, START.plus(Duration::from_mins(10))), Decision::Drop);
    }

    #[test]
    fn news_goes_only_to_those_who_are_entitled_now() {
        let id = Uuid::from_u128(1);
        let mut subscription = subscription(id);
        let decided =
            |subscription: &Subscription, standing| decide(Kind::NewPost, id, subscription, &standing, false, START);
        let entitled = || Standing::Entitled { owner: "Karen".to_owned() };
        assert_eq!(decided(&subscription, entitled()), Decision::Send);
        assert_eq!(decided(&subscription, Standing::NotEntitled), Decision::Drop);
        assert_eq!(decided(&subscription, Standing::Unknown), Decision::Later);
        subscription.end = Some(End { time: START, reason: EndReason::Stopped });
        assert_eq!(decided(&subscription, entitled()), Decision::Drop);
        subscription.end = None;
        subscription.address = None;
        assert_eq!(decided(&subscription, entitled()), Decision::Drop);
    }
    #[test]
    fn an_end_is_told_to_the_living_while_it_is_true() {
        let id = Uuid::from_u128(1);
        let mut subscription = subscription(id);
        (subscription.address, subscription.waiting) = (None, None);
        subscription.end = Some(End { time: START, reason: EndReason::AccessEnded });
        let decided = |standing, again| decide(Kind::SubscriptionEnded, id, &subscription, &standing, again, START);
        let entitled = || Standing::Entitled { owner: "Karen".to_owned() };
        assert_eq!(decided(entitled(), false), Decision::Send);
        assert_eq!(decided(entitled(), true), Decision::Drop);
        assert_eq!(decided(Standing::NotEntitled, false), Decision::Drop);
        assert_eq!(decided(Standing::Unknown, false), Decision::Later);
    }
}
