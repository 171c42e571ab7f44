//! What follows when the recipient's side refuses an e-mail for good.

use crate::domain::ledger::Kind;
use crate::domain::subscription::Subscription;
use uuid::Uuid;

/// What follows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bounce {
    /// The address in force, or the only one there is, takes its subscription along.
    EndsSubscription,
    /// The address only waited for its code: it is forgotten, and the one in force stays.
    ForgetsWaiting,
    /// It told of letters at a former address: they are told of at the one in force (N9).
    ToldElsewhere,
    /// Nothing: the subscription has ended, or nobody waits for it any more.
    Nothing,
}

/// What follows for `subscription` when its e-mail `id` of `kind` was refused; `in_force`: at the address that is in force now.
pub fn follows(kind: Kind, id: Uuid, in_force: bool, subscription: &Subscription) -> Bounce {
    let carries_live_code = subscription.waiting.as_ref().is_some_and(|waiting| waiting.email == id);
    match (kind, subscription.address.is_some()) {
        _ if subscription.end.is_some() => Bounce::Nothing,
        (Kind::NewPost, true) if in_force => Bounce::EndsSubscription,
        (Kind::NewPost, true) => Bounce::ToldElsewhere,
        (Kind::Code, false) if carries_live_code => Bounce::EndsSubscription,
        (Kind::Code, true) if carries_live_code => Bounce::ForgetsWaiting,
        (Kind::NewPost | Kind::Code | Kind::AddressChanged | Kind::SubscriptionEnded | Kind::Forward, _) => {
            Bounce::Nothing
        }
    }
}
