//! Lines of the population register: many in one transaction, one outcome for each (P1, P2, P8).

mod lines;

pub(super) use lines::{Followed, write_followed};

use super::batches::without_repeats;
use super::{Parts, Repeatable};
use crate::domain::person::{Outcome, Person, Registration, RegistrationRefused};
use crate::error::Error;
use crate::store;
use kernel::PersonId;
use lines::{Line, in_transaction};
use std::sync::Arc;

/// What a line did, to whom; or why it was refused.
pub type LineOutcome = Result<(PersonId, Outcome), RegistrationRefused>;

/// How often lines are begun again because another transaction has just registered one of their numbers, or the two
/// waited for each other.
const TRIES: usize = 3;

/// Registers the lines of a batch, one outcome for each, in their order.
pub async fn batch(parts: &Arc<Parts>, lines: Vec<Registration>) -> Result<Vec<LineOutcome>, Error> {
    let mut outcomes = Vec::with_capacity(lines.len());
    let lines = lines.into_iter().map(|line| (parts.cpr_hash(&line.cpr), line)).collect();
    // No number stands twice in one transaction.
    for lines in without_repeats(lines, |(hash, _): &Line| *hash.as_bytes()) {
        let done = again_where_others_won(|| {
            let (parts, lines) = (parts.clone(), lines.clone());
            let db = parts.db.clone();
            async move { db.write(move |tx| Box::pin(async move { in_transaction(&parts, tx, lines).await })).await }
        });
        outcomes.extend(done.await?);
    }
    Ok(outcomes)
}

/// A person as registered, and what the line did.
pub async fn one(parts: &Arc<Parts>, line: Registration, call: Repeatable) -> Result<(Person, Outcome), Error> {
    again_where_others_won(|| {
        let (parts, line, call) = (parts.clone(), line.clone(), call.clone());
        let db = parts.db.clone();
        async move { db.write(move |tx| Box::pin(async move { one_in(&parts, tx, line, call).await })).await }
    })
    .await
}

async fn one_in(
    parts: &Parts,
    tx: &mut sql::Tx,
    line: Registration,
    call: Repeatable,
) -> Result<(Person, Outcome), Error> {
    let (id, outcome) = if let Some(id) = call.before(tx).await?.map(PersonId::from) {
        (id, Outcome::Unchanged)
    } else {
        let line = (parts.cpr_hash(&line.cpr), line);
        let done = in_transaction(parts, tx, vec![line]).await?.pop().ok_or(Error::NotFound)??;
        call.made(tx, done.0.as_uuid()).await?;
        done
    };
    let row = store::person::get(tx, id).await?.ok_or(Error::NotFound)?;
    Ok((row.open(&row.key(&parts.keys.keyring)?)?, outcome))
}

/// Does it again, a few times, where another transaction got in the way.
async fn again_where_others_won<T, F: Future<Output = Result<T, Error>>>(task: impl Fn() -> F) -> Result<T, Error> {
    for _ in 1..TRIES {
        match task().await {
            Err(Error::ConcurrentChange) => {}
            Err(Error::Sql(error)) if error.is_transient() => {}
            done => return done,
        }
    }
    task().await
}
