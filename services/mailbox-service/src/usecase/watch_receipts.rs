//! The receipts of one sender system, each time they change (M1, M4, M8, R12).

use super::{Parts, get_receipt};
use crate::domain::delivery::{Place, WithRecord};
use crate::error::Error;
use crate::store;
use kernel::SenderSystem;
use std::sync::Arc;

/// The most receipts of one page.
const PAGE: i64 = 100;
/// The most changes that are put in order at once.
const ORDERED: i64 = 500;

/// The place after all changes until now.
pub async fn now(parts: &Arc<Parts>, system: &SenderSystem) -> Result<Place, Error> {
    loop {
        // In small steps, for there may be many when a sender watches for the first time.
        let (position, count) = put_in_order(parts, system).await?;
        if count < ORDERED.unsigned_abs() {
            return Ok(Place::end_of(position));
        }
    }
}

/// The next receipts that changed after `place`, in order, each with the place to go on from. Empty: none has changed.
pub async fn after(parts: &Arc<Parts>, system: &SenderSystem, place: Place) -> Result<Vec<(Place, WithRecord)>, Error> {
    let of = system.clone();
    let behind =
        parts.db.read(move |tx| Box::pin(async move { store::receipt_order::is_behind(tx, &of).await })).await?;
    if behind {
        put_in_order(parts, system).await?;
    }
    let (reading, of) = (parts.clone(), system.clone());
    let read = parts.db.read(move |tx| {
        Box::pin(async move {
            let found = store::receipt_order::after(tx, &of, place, PAGE).await?;
            let (places, mut receipts): (Vec<Place>, Vec<WithRecord>) =
                found.into_iter().map(|(place, delivered)| (place, (delivered.receipt, None))).unzip();
            get_receipt::add_records(&reading, tx, receipts.iter_mut()).await?;
            Ok::<_, Error>(places.into_iter().zip(receipts).collect())
        })
    });
    read.await
}

/// Puts changes that are committed at the end of the order; the end, and how many there were.
async fn put_in_order(parts: &Arc<Parts>, system: &SenderSystem) -> Result<(i64, u64), Error> {
    let of = system.clone();
    let put = parts.db.write(move |tx| {
        Box::pin(async move {
            let position = store::receipt_order::advance(tx, &of).await?;
            Ok::<_, Error>((position, store::receipt_order::put(tx, &of, position, ORDERED).await?))
        })
    });
    put.await
}
