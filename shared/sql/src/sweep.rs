//! Forgetting what need not be remembered: ids of requests and events after eight days.

use crate::args;
use crate::db::Db;
use crate::error::Error;
use std::time::Duration;

/// How long the ids are kept. Longer than any sender or relay keeps trying.
pub const KEPT: Duration = Duration::from_hours(8 * 24);

/// Deletes request ids and event ids that are older than [`KEPT`].
pub async fn sweep(db: &Db) -> Result<(), Error> {
    db.write(|tx| {
        Box::pin(async move {
            let before = tx.now().await?.minus(KEPT);
            tx.execute("DELETE FROM request WHERE create_time < $1", args![before]).await?;
            tx.execute("DELETE FROM inbox WHERE receive_time < $1", args![before]).await?;
            Ok(())
        })
    })
    .await
}
