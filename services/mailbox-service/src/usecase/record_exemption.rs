//! A decision on an application for exemption, recorded (X1, X2). Granted, it holds from this moment on (X3).

use super::{Parts, Repeatable};
use crate::domain::activity::{Actor, Entry, Kind};
use crate::domain::exemption::{Decision, Exemption, Ruling};
use crate::error::Error;
use crate::store;
use kernel::{CprNumber, ExemptionId};
use std::sync::Arc;

/// Records the ruling on the person's application. The person's row is locked first, as every delivery does: a letter is
/// decided on wholly before or wholly after.
pub async fn run(parts: &Arc<Parts>, cpr: CprNumber, ruling: Ruling, call: Repeatable) -> Result<Exemption, Error> {
    ruling.check().map_err(|_| Error::ExemptionReasonMissing)?;
    let parts = parts.clone();
    let db = parts.db.clone();
    db.write(move |tx| {
        Box::pin(async move {
            let found = store::person::find(tx, &parts.cpr_hash(&cpr)).await?.ok_or(Error::NotFound)?;
            let row = store::person::lock(tx, found.id).await?.ok_or(Error::NotFound)?;
            let key = row.key(&parts.keys.keyring)?;
            if let Some(made) = call.before(tx).await? {
                return store::exemption::get(tx, row.id, made.into(), &key).await?.ok_or(Error::NotFound);
            }
            if row.close_time.is_some() {
                return Err(Error::RecipientClosed);
            }
            let granted = ruling.decision == Decision::Granted;
            if granted && row.exemption.is_some() {
                return Err(Error::StateConflict("GRANTED"));
            }
            let now = tx.now().await?;
            let id = ExemptionId::new(now, &*parts.random);
            let exemption = Exemption { id, person: row.id, ruling, decide_time: now, end: None };
            store::exemption::insert(tx, &exemption, &key, &*parts.random).await?;
            if granted {
                store::person::set_exemption(tx, row.id, Some(id)).await?;
            }
            call.made(tx, id.as_uuid()).await?;
            let actor = Actor::Caseworker(exemption.ruling.desk.municipality_name());
            let entry = granted.then(|| Entry::about_mailbox(Kind::ExemptionGranted, actor));
            parts.log(tx, row.id, &key, entry).await?;
            Ok(exemption)
        })
    })
    .await
}
