//! The letters that a call names, as far as whoever acts may know of them: each to be acted on, or why not.

use crate::domain::acting::{Act, Acting, Capacity};
use crate::domain::outcome::Unchanged;
use crate::error::Error;
use crate::store;
use crate::store::message::Placed;
use kernel::MessageId;
use sql::Tx;
use std::collections::HashMap;

/// The letters of an act on many.
pub(super) struct Named {
    placed: HashMap<MessageId, Placed>,
    barred: HashMap<MessageId, Capacity>,
}

impl Named {
    /// Looks them up.
    pub(super) async fn find(tx: &mut Tx, acting: &Acting, ids: &[MessageId]) -> Result<Self, Error> {
        let placed = store::message::placed(tx, acting, ids).await?;
        let placed = placed.into_iter().map(|letter| (letter.id, letter)).collect();
        let barred = store::message::barred(tx, acting, ids).await?.into_iter();
        let barred = barred.filter_map(|letter| Some((letter.id, acting.barred_as(letter.mark)?))).collect();
        Ok(Self { placed, barred })
    }

    /// The letter; or `may_not` of the capacity in which whoever acts sees it and may do no more (R14); or nothing, as
    /// far as they may know (A11).
    pub(super) fn get(&self, id: MessageId, may_not: fn(Capacity) -> Unchanged) -> Result<&Placed, Unchanged> {
        let missing = || self.barred.get(&id).map_or(Unchanged::NotFound, |capacity| may_not(*capacity));
        self.placed.get(&id).ok_or_else(missing)
    }

    /// Those that may be acted on, in no order.
    pub(super) fn letters(&self) -> impl Iterator<Item = &Placed> {
        self.placed.values()
    }
}

/// Why the letter of an `act` on one is not there to be acted on.
pub(super) async fn missing(tx: &mut Tx, acting: &Acting, id: MessageId, act: Act) -> Result<Error, Error> {
    let barred = store::message::barred(tx, acting, &[id]).await?.pop();
    let capacity = barred.and_then(|letter| acting.barred_as(letter.mark));
    Ok(capacity.map_or(Error::NotFound, |capacity| Error::ActNotAllowed { act, capacity }))
}
