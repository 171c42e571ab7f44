//! Whether CPR numbers can receive Digital Post, before anything is sent (X6).

use super::Parts;
use crate::error::Error;
use crate::store;
use crypto::LookupHash;
use kernel::CprNumber;
use std::collections::HashMap;
use std::sync::Arc;

/// Whether one number can receive.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reachable {
    /// A delivery would be taken in.
    Yes,
    /// The mailbox is closed (P8).
    Closed,
    /// No mailbox.
    NotRegistered,
}

/// The answers, in the order of the numbers, all of one moment.
pub async fn run(parts: &Arc<Parts>, numbers: &[CprNumber]) -> Result<Vec<Reachable>, Error> {
    let hashes: Vec<LookupHash> = numbers.iter().map(|cpr| parts.cpr_hash(cpr)).collect();
    let asked = hashes.clone();
    let found = parts.db.read(move |tx| Box::pin(async move { store::person::find_many(tx, &asked).await })).await?;
    let closed: HashMap<Vec<u8>, bool> =
        found.into_iter().map(|(hash, row)| (hash, row.close_time.is_some())).collect();
    let answer = |hash: &LookupHash| match closed.get(hash.as_bytes().as_slice()) {
        Some(false) => Reachable::Yes,
        Some(true) => Reachable::Closed,
        None => Reachable::NotRegistered,
    };
    Ok(hashes.iter().map(answer).collect())
}
