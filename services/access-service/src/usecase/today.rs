//! The day it is in Denmark, for reading requests that name a day.

use super::Context;
use crate::error::Error;
use kernel::Date;

/// The Danish day by the database's clock. The transaction that follows looks again.
pub async fn today(context: &Context) -> Result<Date, Error> {
    let now = context.db.read(|tx| Box::pin(tx.now())).await?;
    Ok(Date::in_denmark(now))
}
