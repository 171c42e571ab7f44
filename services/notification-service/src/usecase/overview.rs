//! The ledger, counted and listed for operators.

use crate::domain::overview::{Cursor, Filter, Shown, Summary};
use crate::error::Error;
use crate::service::Service;
use crate::store::ledger::overview;
use kernel::PageSize;

/// How many e-mails there are by state and kind, and how old the oldest owed one is, at one moment.
pub async fn summary(service: &Service) -> Result<Summary, Error> {
    Ok(service.db.read(|tx| Box::pin(overview::summary(tx))).await?)
}

/// A page of e-mails, oldest first, and where the next one begins.
pub async fn list(
    service: &Service,
    filter: Filter,
    cursor: Option<Cursor>,
    size: PageSize,
) -> Result<(Vec<Shown>, Option<Cursor>), Error> {
    let page = service.db.read(move |tx| Box::pin(overview::page(tx, filter, cursor, size.limit_and_one())));
    let mut rows = page.await?;
    let next = size.cut(&mut rows).map(|last| Cursor { create_time: last.create_time, id: last.id });
    Ok((rows, next))
}
