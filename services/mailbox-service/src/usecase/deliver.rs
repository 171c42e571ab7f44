//! Delivering letters, each to one mailbox: one by itself, or many in one transaction (M1, M2, M3, A17).

mod decide;
mod write;

use super::batches::without_repeats;
use super::{Parts, get_receipt};
use crate::domain::delivery::{Delivery, WithRecord};
use crate::error::Error;
use decide::{Decided, Desk};
use kernel::SenderSystem;
use sql::Tx;
use std::sync::Arc;

/// Who delivers.
#[derive(Clone)]
pub struct Deliverer {
    /// The sender system.
    pub system: SenderSystem,
    /// The keyed hash by which its uploads are known.
    pub uploader: [u8; 32],
}

/// What became of one letter: its receipt, of the first delivery when it came before; or why nothing of it is kept.
pub type Answer = Result<WithRecord, Error>;

/// How often a transaction is begun again because another one has just taken one of the UUIDs, or the two waited for each
/// other.
const TRIES: usize = 3;

/// Delivers one letter.
pub async fn one(parts: &Arc<Parts>, deliverer: &Deliverer, delivery: Delivery) -> Answer {
    many(parts, deliverer, vec![delivery]).await?.pop().ok_or(Error::NotFound)?
}

/// Delivers the letters of a batch; one answer for each, in their order, all of them durable. An error says that nothing is
/// known of those that have no answer: they are to be delivered again.
pub async fn many(parts: &Arc<Parts>, deliverer: &Deliverer, deliveries: Vec<Delivery>) -> Result<Vec<Answer>, Error> {
    let mut answers = Vec::with_capacity(deliveries.len());
    for batch in without_repeats(deliveries, |delivery| delivery.uuid) {
        answers.extend(together(parts, deliverer, Arc::new(batch)).await?);
    }
    Ok(answers)
}

/// Delivers letters in one transaction, or, when that fails, each in its own: one's fault is no other's.
async fn together(
    parts: &Arc<Parts>,
    deliverer: &Deliverer,
    deliveries: Arc<Vec<Delivery>>,
) -> Result<Vec<Answer>, Error> {
    match tried(parts, deliverer, deliveries.clone()).await {
        Err(error) if !passes(&error) => {}
        done => return done,
    }
    let mut answers = Vec::with_capacity(deliveries.len());
    for delivery in deliveries.iter() {
        match tried(parts, deliverer, Arc::new(vec![delivery.clone()])).await {
            Ok(answer) => answers.extend(answer),
            Err(error) if passes(&error) => return Err(error),
            Err(error) => answers.push(Err(error)),
        }
    }
    Ok(answers)
}

async fn tried(
    parts: &Arc<Parts>,
    deliverer: &Deliverer,
    deliveries: Arc<Vec<Delivery>>,
) -> Result<Vec<Answer>, Error> {
    for _ in 1..TRIES {
        match in_one_transaction(parts, deliverer, deliveries.clone()).await {
            Err(error) if passes(&error) => {}
            done => return done,
        }
    }
    in_one_transaction(parts, deliverer, deliveries).await
}

/// Whether the same may succeed when it is tried again.
fn passes(error: &Error) -> bool {
    match error {
        Error::ConcurrentChange => true,
        Error::Sql(error) => error.is_transient(),
        _ => false,
    }
}

async fn in_one_transaction(
    parts: &Arc<Parts>,
    deliverer: &Deliverer,
    deliveries: Arc<Vec<Delivery>>,
) -> Result<Vec<Answer>, Error> {
    let (writing, deliverer) = (parts.clone(), deliverer.clone());
    parts.db.write(move |tx| Box::pin(async move { deliver(&writing, tx, &deliverer, &deliveries).await })).await
}

/// Decides on each letter, then writes those that are taken in. No UUID stands twice among them.
async fn deliver(
    parts: &Parts,
    tx: &mut Tx,
    deliverer: &Deliverer,
    deliveries: &[Delivery],
) -> Result<Vec<Answer>, Error> {
    let desk = Desk::open(parts, tx, deliverer, deliveries).await?;
    let (mut answers, mut taken) = (Vec::with_capacity(deliveries.len()), Vec::new());
    for delivery in deliveries {
        answers.push(match desk.decide(delivery) {
            Ok(Decided::Repeated(receipt)) => Ok((receipt, None)),
            Ok(Decided::Taken(new)) => {
                let receipt = new.delivered.receipt.clone();
                taken.push(new);
                Ok((receipt, None))
            }
            Err(refused) => Err(refused),
        });
    }
    write::all(parts, tx, &deliverer.system, taken).await?;
    get_receipt::add_records(parts, tx, answers.iter_mut().flatten()).await?;
    Ok(answers)
}
