//! Set e-mails going again that were set aside (N9).

use crate::domain::ledger::{Lane, State};
use crate::domain::overview::Redriven;
use crate::error::Error;
use crate::service::Service;
use crate::store::ledger::{self, overview};
use crate::usecase::claim::queue_of_lane;
use kernel::LedgerEntryId;
use sql::once::Repeat;
use sql::{Error as SqlError, Once, Tx, queue};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Makes those of `ids` due that are set aside, and says what became of each, in their order; a repeated call is told
/// what the first one was. What is owed is decided again at sending.
pub async fn redrive(service: &Service, ids: Vec<LedgerEntryId>, once: Once) -> Result<Vec<Redriven>, Error> {
    service.db.write(move |tx| Box::pin(async move { run(tx, ids, once).await })).await
}

async fn run(tx: &mut Tx, ids: Vec<LedgerEntryId>, once: Once) -> Result<Vec<Redriven>, Error> {
    match once.seen_answer(tx).await? {
        Repeat::First => {}
        Repeat::Of(answer) => return Ok(remembered(&answer)?),
        Repeat::Reused => return Err(Error::RequestIdReused),
    }
    let ids: Vec<Uuid> = ids.into_iter().map(LedgerEntryId::as_uuid).collect();
    let now = tx.now().await?;
    let mut going = HashSet::new();
    // The queue first and the ledger then, as everywhere.
    for lane in Lane::ALL {
        going.extend(queue::revive(tx, queue_of_lane(lane), ids.clone(), now).await?);
    }
    let states: HashMap<Uuid, State> = overview::states(tx, ids.clone()).await?.into_iter().collect();
    ledger::owe_again(tx, going.iter().copied().collect(), now).await?;
    let outcome = |id: &Uuid| match states.get(id) {
        None => Redriven::Unknown,
        Some(_) if going.contains(id) => Redriven::Again,
        Some(state) => Redriven::NotParked(*state),
    };
    let outcomes: Vec<Redriven> = ids.iter().map(outcome).collect();
    let words: Vec<&str> = outcomes.iter().map(|outcome| outcome.as_str()).collect();
    once.answered(tx, words.join(" ").as_bytes()).await?;
    Ok(outcomes)
}

fn remembered(answer: &[u8]) -> Result<Vec<Redriven>, SqlError> {
    let corrupt = || SqlError::corrupt("request.result", "not what became of e-mails");
    let words = std::str::from_utf8(answer).map_err(|_| corrupt())?;
    words.split(' ').map(|word| Redriven::from_word(word).ok_or_else(corrupt)).collect()
}
