//! Whether CPR numbers can receive Digital Post, before anything is sent (X6).

use super::Parts;
use crate::domain::post::Mark;
use crate::domain::recipient::{NotTaken, Recipient};
use crate::error::Error;
use crate::store;
use crypto::LookupHash;
use kernel::CprNumber;
use std::collections::HashMap;
use std::sync::Arc;

/// The answers, in the order of the numbers, all of one moment, for letters of `mark`. `on_legal_basis`: they state a legal
/// basis that the sender system is registered for (X3).
pub async fn run(
    parts: &Arc<Parts>,
    numbers: &[CprNumber],
    mark: Mark,
    on_legal_basis: bool,
) -> Result<Vec<Result<(), NotTaken>>, Error> {
    let hashes: Vec<LookupHash> = numbers.iter().map(|cpr| parts.cpr_hash(cpr)).collect();
    let asked = hashes.clone();
    let found = parts.db.read(move |tx| Box::pin(async move { store::person::find_many(tx, &asked).await })).await?;
    let found: HashMap<Vec<u8>, Recipient> = found.into_iter().map(|(hash, row)| (hash, row.recipient())).collect();
    let answer = |hash: &LookupHash| match found.get(hash.as_bytes().as_slice()) {
        Some(recipient) => recipient.takes(mark, on_legal_basis),
        None => Err(NotTaken::NotRegistered),
    };
    Ok(hashes.iter().map(answer).collect())
}
