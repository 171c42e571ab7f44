//! Whether accesses are active now (rules N1, N5).

use super::Context;
use crate::domain::Access;
use crate::error::{AccessName, Error};
use crate::store;
use kernel::AccessId;
use std::collections::HashMap;

/// The accesses of these names as they are now, in the order of the names; `None` for unknown ones.
pub async fn active(context: &Context, names: Vec<AccessName>) -> Result<Vec<Option<Access>>, Error> {
    let ids = names.iter().map(|(_, id)| id.as_uuid()).collect();
    let read = context.db.read(|tx| {
        Box::pin(async move {
            let accesses = store::access::by_ids(tx, ids).await?;
            // Taken last: what ends while we look has ended.
            let now = tx.now().await?;
            Ok::<_, Error>((accesses, now))
        })
    });
    let (accesses, now) = read.await?;
    let found: HashMap<AccessId, Access> = accesses.into_iter().map(|access| (access.id, access.at(now))).collect();
    let of = |(owner, id)| found.get(&id).filter(|access| access.owner == owner).cloned();
    Ok(names.into_iter().map(of).collect())
}
