//! The decisions on a person's applications for exemption, latest first.

use super::Parts;
use crate::domain::exemption::Exemption;
use crate::error::Error;
use crate::store;
use kernel::{ExemptionId, PageSize, PersonId, Timestamp};
use std::sync::Arc;

/// Where a page begins: after the decision of this moment and id.
pub type Cursor = (Timestamp, ExemptionId);

/// A page, and where the next begins; none on the last one.
pub async fn run(
    parts: &Arc<Parts>,
    person: PersonId,
    cursor: Option<Cursor>,
    size: PageSize,
) -> Result<(Vec<Exemption>, Option<Cursor>), Error> {
    let keyring = parts.keys.keyring.clone();
    parts
        .db
        .read(move |tx| {
            Box::pin(async move {
                let row = store::person::get(tx, person).await?.ok_or(Error::NotFound)?;
                let key = row.key(&keyring)?;
                let mut page = store::exemption::list(tx, person, cursor, size.limit_and_one(), &key).await?;
                let next = size.cut(&mut page).map(|last| (last.decide_time, last.id));
                Ok((page, next))
            })
        })
        .await
}
