//! A mass mailing, letter by letter as it streams by (M1).

use super::{parse, receipt};
use crate::error::Error;
use crate::grpc::batches::Batched;
use crate::usecase::Parts;
use crate::usecase::deliver::{self, Deliverer};
use api::mailbox::v1 as proto;
use api::mailbox::v1::deliver_messages_response::Outcome;
use rpc::Refusal;
use std::sync::Arc;

/// A mass mailing of one sender system.
pub(super) struct Mailing {
    pub(super) parts: Arc<Parts>,
    pub(super) deliverer: Deliverer,
    /// How many items have come.
    pub(super) items: i64,
}

impl Batched for Mailing {
    type Item = proto::DeliverMessagesRequest;
    type Answer = proto::DeliverMessagesResponse;

    async fn answer(&mut self, batch: Vec<Self::Item>) -> Result<Vec<Self::Answer>, Error> {
        let (mut deliveries, mut answers) = (Vec::with_capacity(batch.len()), Vec::with_capacity(batch.len()));
        for item in batch {
            let message_uuid = item.delivery.as_ref().map(|stated| stated.message_uuid.clone()).unwrap_or_default();
            let parsed = parse::delivery(&self.parts, &self.deliverer.system, item.delivery);
            let outcome = parsed.map(|delivery| deliveries.push(delivery)).err().map(refused);
            answers.push(proto::DeliverMessagesResponse { item_number: self.items, message_uuid, outcome });
            self.items += 1;
        }
        let delivered = deliver::many(&self.parts, &self.deliverer, deliveries).await?;
        let open = answers.iter_mut().filter(|answer| answer.outcome.is_none());
        for (answer, delivered) in open.zip(delivered) {
            answer.outcome = Some(match delivered {
                Ok(of) => Outcome::Receipt(receipt(of)),
                Err(error) => refused(error.into()),
            });
        }
        Ok(answers)
    }
}

fn refused(refusal: Refusal) -> Outcome {
    Outcome::Refusal(refusal.into_item())
}
