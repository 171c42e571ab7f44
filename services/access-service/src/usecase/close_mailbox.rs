//! A mailbox is closed by death: every access of the person ends, on either side (rule P8).

use super::{Context, record};
use crate::domain::{Change, Hand};
use crate::error::Error;
use crate::store;
use kernel::PersonId;
use sql::Tx;

/// Ends them in the transaction that takes in the event, and lets no new one begin. Comes out the same when repeated.
pub async fn close_mailbox(context: &Context, tx: &mut Tx, person: PersonId) -> Result<(), Error> {
    store::party::close(tx, person).await?;
    store::known_person::forget(tx, person).await?;
    for access in store::access::lock_all_live(tx, person).await? {
        let now = tx.now().await?;
        // What time had ended before keeps that reason.
        let change = access.overdue(now).unwrap_or(Change::CloseMailbox);
        if let Ok(ended) = access.after(change, now) {
            record::changed(context, tx, &ended, change, &Hand::Nobody).await?;
        }
    }
    Ok(())
}
