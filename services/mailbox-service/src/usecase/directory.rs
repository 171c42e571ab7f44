//! What other services need to know of persons, and no more.

use super::Parts;
use crate::domain::recipient::Recipient;
use crate::error::Error;
use crate::store;
use crate::store::person::PersonRow;
use kernel::{CprNumber, Particulars, PersonId};
use sql::Tx;
use std::collections::HashMap;
use std::sync::Arc;

/// Which persons a match may find.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// Who can become a party of a new access, or a recipient: alive, with Digital Post, not exempt (A2, A3).
    NewParty,
    /// Who can own an access made at the municipality: the exempt too, whose exemption ends with it (X5).
    OwnerAtMunicipality,
    /// Anyone registered (A16).
    Registered,
}

/// A person as other services show them.
pub struct View {
    /// Which.
    pub id: PersonId,
    /// Full name; empty for an unknown person.
    pub display_name: String,
    /// Whether the mailbox is closed.
    pub closed: bool,
    /// Whether they are exempt (X4).
    pub exempt: bool,
}

/// The person of a CPR number, and what decides on post to them.
pub async fn resolve(parts: &Arc<Parts>, cpr: &CprNumber) -> Result<(PersonId, Recipient), Error> {
    let row = find(parts, cpr).await?.ok_or(Error::CallerHasNoDigitalPost)?;
    Ok((row.id, row.recipient()))
}

/// The person whom number and names agree on, if the purpose may find them. Whatever the answer, the same work is done
/// for it: one look-up, one key unwrapped, two names opened and compared (A2).
pub async fn find_match(
    parts: &Arc<Parts>,
    particulars: Particulars,
    purpose: Purpose,
) -> Result<Option<PersonId>, Error> {
    let parts = parts.clone();
    let db = parts.db.clone();
    db.read(move |tx| Box::pin(async move { match_in(&parts, tx, &particulars, purpose).await })).await
}

/// The same in a transaction.
pub(crate) async fn match_in(
    parts: &Parts,
    tx: &mut Tx,
    particulars: &Particulars,
    purpose: Purpose,
) -> Result<Option<PersonId>, Error> {
    let found = store::person::find(tx, &parts.cpr_hash(&particulars.cpr)).await?;
    let row = found.as_ref().unwrap_or(&parts.decoy);
    let named = row.name(&row.key(&parts.keys.keyring)?)?.matches(&particulars.name);
    let fits = match purpose {
        Purpose::NewParty => row.close_time.is_none() & row.exemption.is_none(),
        Purpose::OwnerAtMunicipality => row.close_time.is_none(),
        Purpose::Registered => true,
    };
    Ok((found.is_some() & named & fits).then_some(row.id))
}

/// The persons of these ids, in their order.
pub async fn get_many(parts: &Arc<Parts>, ids: Vec<PersonId>) -> Result<Vec<View>, Error> {
    let asked = ids.clone();
    let rows = parts.db.read(move |tx| Box::pin(async move { store::person::get_many(tx, &asked).await })).await?;
    let rows: HashMap<PersonId, PersonRow> = rows.into_iter().map(|row| (row.id, row)).collect();
    let view = |id: PersonId| match rows.get(&id) {
        Some(row) => Ok(View {
            id,
            display_name: row.name(&row.key(&parts.keys.keyring)?)?.full(),
            closed: row.close_time.is_some(),
            exempt: row.exemption.is_some(),
        }),
        // Nobody can become a reader who is not known.
        None => Ok(View { id, display_name: String::new(), closed: true, exempt: false }),
    };
    ids.into_iter().map(view).collect()
}

async fn find(parts: &Arc<Parts>, cpr: &CprNumber) -> Result<Option<PersonRow>, Error> {
    let hash = parts.cpr_hash(cpr);
    Ok(parts.db.read(move |tx| Box::pin(async move { store::person::find(tx, &hash).await })).await?)
}
