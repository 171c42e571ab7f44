//! Where citizens can write to: set by authorities, listed by citizens (P7).

use super::{Parts, Repeatable};
use crate::domain::contact_point::{ContactPoint, Filter, PointName, etag};
use crate::error::Error;
use crate::store;
use kernel::{CvrNumber, PageSize};
use std::sync::Arc;
use uuid::Uuid;

/// Replaces the authority's list, if `expected` (where given) is still its etag. The list as it is then, and its etag.
pub async fn set(
    parts: &Arc<Parts>,
    cvr: CvrNumber,
    points: Vec<ContactPoint>,
    expected: Option<String>,
    call: Repeatable,
) -> Result<(Vec<ContactPoint>, String), Error> {
    parts
        .db
        .write(move |tx| {
            Box::pin(async move {
                let mut version = store::contact_point::lock_list(tx, &cvr).await?;
                if call.before(tx).await?.is_none() {
                    if expected.is_some_and(|expected| expected != etag(version)) {
                        return Err(Error::EtagMismatch(etag(version)));
                    }
                    version += 1;
                    store::contact_point::replace(tx, &cvr, version, &points).await?;
                    call.made(tx, Uuid::nil()).await?;
                }
                Ok((store::contact_point::of(tx, &cvr).await?, etag(version)))
            })
        })
        .await
}

/// A page of the list after the point `after`; after which the next one begins, if there is one.
pub async fn list(
    parts: &Arc<Parts>,
    filter: Filter,
    after: Option<PointName>,
    size: PageSize,
) -> Result<(Vec<ContactPoint>, Option<PointName>), Error> {
    let found = parts.db.read(move |tx| {
        Box::pin(async move { store::contact_point::page(tx, &filter, after.as_ref(), size.limit_and_one()).await })
    });
    let mut points: Vec<ContactPoint> = found.await?;
    let next = size.cut(&mut points).map(|last| last.name.clone());
    Ok((points, next))
}
