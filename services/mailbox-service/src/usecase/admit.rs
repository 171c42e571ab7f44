//! Who is acting in which mailbox: the one way in for every call of a citizen.

use super::Parts;
use crate::domain::acting::{Act, Acting, Right, Shut};
use crate::domain::post::Mark;
use crate::error::Error;
use crate::peers::access::Stage;
use crate::store;
use crate::store::entry::{Entry, Mailbox};
use crate::store::person::PersonRow;
use crypto::DataKey;
use kernel::resource::MailboxRef;
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
    enter(parts, call, Stage::Begins, mailbox, act).await
}

async fn enter(
    parts: &Arc<Parts>,
    call: &Call,
    stage: Stage,
    mailbox: MailboxRef,
    act: Act,
) -> Result<Admitted, Error> {
    let citizen = call.citizen()?;
    let named = match mailbox {
        MailboxRef::Own => None,
        MailboxRef::Id(id) => Some(id),
    };
    let hash = parts.cpr_hash(&citizen.cpr);
    let read = parts.db.read(move |tx| Box::pin(async move { store::entry::find(tx, &hash, named).await }));
    let Entry { own, other } = read.await?;
    let own = own.ok_or(Error::CallerHasNoDigitalPost)?;
    let caller = own.owner.id;
    let (Mailbox { owner, settings }, right) = match named {
        Some(id) if id != caller => {
            // The dead read nobody's post, even before their accesses have ended (P8).
            if own.owner.close_time.is_some() {
                return Err(Error::CallerHasNoDigitalPost);
            }
            // Before the mailbox is looked into, so that a stranger can't tell by the answer whether there is one.
            let leave = parts.access.check(call, stage, caller, id, act).await?;
            let opened = other.ok_or(Error::NotFound)?;
            if let (Some(_), Some(ground)) = (opened.owner.close_time, leave.grounds.first()) {
                return Err(Error::MailboxClosed(id, ground.access));
            }
            (opened, Right::Reader(leave))
        }
        // What death has closed stays as it is, whoever has the token (P8).
        _ if own.owner.close_time.is_some() && act.changes() => return Err(Error::CallerHasNoDigitalPost),
        _ => (own, Right::Owner),
    };
    let acting = Acting::new(owner.id, caller, citizen.portal, right, &settings).map_err(|shut| match shut {
        Shut::NothingShown => Error::PortalDoesNotShow(citizen.portal),
        Shut::Barred(capacity) => Error::ActNotAllowed { act, capacity },
    })?;
    let key = owner.key(&parts.keys.keyring)?;
    Ok(Admitted { acting, key, owner })
}

/// Admits the caller of a stream that goes on again, asking all that was asked when it began: for `act` on post of `mark`, or
/// on all that they see, by the very accesses, in the very versions, that `acting` began under. An access that has come
/// instead opens a stream of its own and goes on with no other's (A6). Who they are and what they see now.
pub async fn readmit(
    parts: &Arc<Parts>,
    call: &Call,
    acting: &Acting,
    mark: Option<Mark>,
    act: Act,
) -> Result<Acting, Error> {
    let present = enter(parts, call, Stage::GoesOn, MailboxRef::Id(acting.mailbox), act).await?.acting;
    let (began, now) = (acting.grounds_on(mark), present.grounds_on(mark));
    match mark {
        _ if now != began && now.is_empty() => Err(Error::NotFound),
        _ if now != began => Err(Error::ConcurrentChange),
        Some(mark) if !present.visible().contains(&mark) => Err(Error::PortalDoesNotShow(present.portal)),
        _ => Ok(present),
    }
}
