//! Owe a forwarded letter (M7).

use super::QUEUE;
use crate::domain::forward::ForwardName;
use crate::error::Error;
use crate::store::forward;
use rpc::trace;
use sql::{Tx, queue};

/// Notes in the ledger that the letter is to be sent. In the transaction that takes in the event.
pub async fn owe(tx: &mut Tx, name: ForwardName) -> Result<(), Error> {
    let now = tx.now().await?;
    if forward::insert(tx, name, trace::text(), now).await? {
        queue::push(tx, QUEUE, name.id.as_uuid(), now).await?;
    }
    Ok(())
}
