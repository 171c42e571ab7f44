//! Finding the person whom the caller names, with few misses (A2, M9).

use super::Parts;
use super::directory::{self, Purpose};
use crate::error::Error;
use crate::store::tally;
use kernel::{Particulars, PersonId};
use std::sync::Arc;

/// The person whom the particulars fit, unless `requester`, or everybody together at this target, have missed too often. A miss
/// is counted in the transaction that finds it out, so many at once can't slip through together; a hit counts nothing.
pub async fn run(parts: &Arc<Parts>, requester: PersonId, particulars: Particulars) -> Result<PersonId, Error> {
    let parts = parts.clone();
    let db = parts.db.clone();
    let named = db.write(move |tx| {
        Box::pin(async move {
            let requester = parts.keys.lookup.hash("attempt/requester", &[requester.as_uuid().as_bytes()]);
            let target = parts.keys.lookup.hash("attempt/target", &[&particulars.target()]);
            sql::turn::take(tx, &[*requester.as_bytes(), *target.as_bytes()]).await?;
            let own = tally::wait(tx, &requester, &parts.config.requester_limits()).await?;
            let others = tally::wait(tx, &target, &parts.config.target_limits()).await?;
            if let Some(wait) = own.max(others) {
                return Err(Error::TooManyAttempts(wait));
            }
            let found = directory::match_in(&parts, tx, &particulars, Purpose::NewParty).await?;
            if found.is_none() {
                tally::count(tx, &requester, &*parts.random).await?;
                tally::count(tx, &target, &*parts.random).await?;
            }
            Ok(found)
        })
    });
    named.await?.ok_or(Error::PersonNotMatched)
}
