//! Who the citizen is who calls.

use super::Context;
use crate::error::Error;
use crate::store::known_person;
use crypto::{LookupHash, LookupKey};
use kernel::{CprNumber, PersonId, Portal};
use rpc::Call;

/// A citizen whom we know by their id.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Acting {
    /// Who.
    pub person: PersonId,
    /// Where they logged in.
    pub portal: Portal,
}

/// The keyed hash under which a CPR number is remembered.
pub fn cpr_hash(lookup: &LookupKey, cpr: &CprNumber) -> LookupHash {
    lookup.hash("known-person", &[cpr.digits().as_bytes()])
}

/// The citizen of `call`: remembered, or asked for once (rule P1).
pub async fn recognise(context: &Context, call: &Call) -> Result<Acting, Error> {
    let citizen = call.citizen().map_err(Error::Peer)?;
    let hash = cpr_hash(&context.lookup, &citizen.cpr);
    let known = context.db.read(|tx| Box::pin(async move { known_person::find(tx, &hash).await })).await?;
    match known {
        Some(person) => Ok(Acting { person, portal: citizen.portal }),
        None => ask(context, call).await.map(|(acting, _)| acting),
    }
}

/// The citizen of `call` who wants to become a reader: must not be exempt at this moment (rules A3, X4).
pub async fn recognise_new_reader(context: &Context, call: &Call) -> Result<Acting, Error> {
    let (acting, exempt) = ask(context, call).await?;
    if exempt { Err(Error::CallerExempt) } else { Ok(acting) }
}

async fn ask(context: &Context, call: &Call) -> Result<(Acting, bool), Error> {
    let citizen = call.citizen().map_err(Error::Peer)?;
    let resolved = context.directory.resolve_caller(call).await.map_err(Error::Peer)?;
    if resolved.closed {
        return Err(Error::CallerHasNoDigitalPost);
    }
    let hash = cpr_hash(&context.lookup, &citizen.cpr);
    let remember =
        context.db.write(move |tx| Box::pin(async move { known_person::remember(tx, &hash, resolved.person).await }));
    remember.await?;
    Ok((Acting { person: resolved.person, portal: citizen.portal }, resolved.exempt))
}
