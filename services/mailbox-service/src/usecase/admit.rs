//! Who is acting in which mailbox: the one way in for every call of a citizen.

use super::Parts;
use crate::domain::acting::{Act, Acting, Right};
use crate::domain::post::Mark;
use crate::domain::settings::Settings;
use crate::error::Error;
use crate::store;
use crate::store::person::PersonRow;
use crypto::DataKey;
use kernel::resource::MailboxRef;
use kernel::{CprNumber, MailboxId};
use rpc::Call;
use std::sync::Arc;

/// A mailbox opened for somebody.
#[derive(Clone)]
pub struct Admitted {
    /// Who acts, and what they see.
    pub acting: Acting,
    /// The key that opens what they see.
    pub key: DataKey,
    /// The owner.
    pub owner: PersonRow,
}

/// Admits the citizen of `call` to `mailbox` for `act`. The own mailbox needs nobody's leave; for another's, access-service
/// is asked, once, and no answer is a refusal.
pub async fn admit(parts: &Arc<Parts>, call: &Call, mailbox: MailboxRef, act: Act) -> Result<Admitted, Error> {
    let citizen = call.citizen()?;
    let caller = resolve(parts, &citizen.cpr).await?.ok_or(Error::CallerHasNoDigitalPost)?;
    let own = match mailbox {
        MailboxRef::Own => true,
        MailboxRef::Id(id) => id == caller.0.id,
    };
    let ((owner, settings), right) = match mailbox {
        MailboxRef::Id(id) if !own => {
            // The dead read nobody's post, even before their accesses have ended (P8).
            if caller.0.close_time.is_some() {
                return Err(Error::CallerHasNoDigitalPost);
            }
            let grounds = parts.access.check(call, caller.0.id, id, act).await?;
            let opened = open(parts, id).await?.ok_or(Error::NotFound)?;
            if let (Some(_), Some(ground)) = (opened.0.close_time, grounds.first()) {
                return Err(Error::MailboxClosed(id, ground.access));
            }
            (opened, Right::Reader(grounds))
        }
        _ => (caller.clone(), Right::Owner),
    };
    let acting = Acting::new(owner.id, caller.0.id, citizen.portal, right, &settings)
        .map_err(|_| Error::PortalDoesNotShow(citizen.portal))?;
    let key = owner.key(&parts.keys.keyring)?;
    Ok(Admitted { acting, key, owner })
}

/// Asks again whether a reader may still do `act` on post of `mark`; the owner always may.
pub async fn readmit(parts: &Arc<Parts>, call: &Call, acting: &Acting, mark: Mark, act: Act) -> Result<(), Error> {
    if acting.is_owner() {
        return Ok(());
    }
    let grounds = parts.access.check_again(call, acting.actor, acting.mailbox, act).await?;
    if grounds.iter().any(|ground| ground.mark == mark) { Ok(()) } else { Err(Error::NotFound) }
}

async fn resolve(parts: &Arc<Parts>, cpr: &CprNumber) -> Result<Option<(PersonRow, Settings)>, Error> {
    let hash = parts.cpr_hash(cpr);
    parts
        .db
        .read(move |tx| {
            Box::pin(async move {
                let Some(person) = store::person::find(tx, &hash).await? else { return Ok(None) };
                let settings = store::settings::get(tx, person.id).await?;
                Ok(Some((person, settings)))
            })
        })
        .await
}

async fn open(parts: &Arc<Parts>, mailbox: MailboxId) -> Result<Option<(PersonRow, Settings)>, Error> {
    parts
        .db
        .read(move |tx| {
            Box::pin(async move {
                let Some(person) = store::person::get(tx, mailbox).await? else { return Ok(None) };
                let settings = store::settings::get(tx, person.id).await?;
                Ok(Some((person, settings)))
            })
        })
        .await
}
