//! The inbox: each event taken in exactly once.

use crate::args;
use crate::error::Error;
use crate::tx::Tx;
use kernel::EventId;

/// Notes that `event` is taken in, in the transaction that does what it asks for. False: it already was, and
/// there is nothing to do.
pub async fn is_new(tx: &mut Tx, event: EventId) -> Result<bool, Error> {
    let now = tx.now().await?;
    let sql = "INSERT INTO inbox (event_id, receive_time) VALUES ($1, $2) ON CONFLICT (event_id) DO NOTHING";
    Ok(tx.execute(sql, args![event, now]).await? == 1)
}
