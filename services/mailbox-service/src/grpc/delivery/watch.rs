//! A sender's receipts as they change.

use super::follow::{self, Followed};
use super::receipt::receipt;
use crate::domain::delivery::Place;
use crate::error::Error;
use crate::grpc::batches::Answers;
use crate::usecase::{Parts, watch_receipts};
use api::mailbox::v1 as proto;
use kernel::SenderSystem;
use rpc::{Call, Fields, Refusal};
use std::sync::Arc;

/// Begins where the token says, or now.
pub(super) async fn begin(
    parts: &Arc<Parts>,
    call: &Call,
    request: &proto::WatchReceiptsRequest,
) -> Result<Answers<proto::WatchReceiptsResponse>, Refusal> {
    let mut fields = Fields::new();
    follow::check_token(&mut fields, &request.resume_token);
    fields.all((Some(()),))?;
    let system = call.sender_system()?.clone();
    // Bound to the sender: nobody else's token tells where they are.
    let context = format!("WatchReceipts/{}", call.principal());
    let open = parts.streams.open(call)?;
    let place = if request.resume_token.is_empty() {
        watch_receipts::now(parts, &system).await?
    } else {
        let opened = parts.keys.page_tokens.open(&context, &request.resume_token).map_err(|_| Error::ResumeToken)?;
        Place::from_bytes(&opened).ok_or(Error::ResumeToken)?
    };
    Ok(follow::run(Receipts { parts: parts.clone(), system, context, place }, open))
}

struct Receipts {
    parts: Arc<Parts>,
    system: SenderSystem,
    context: String,
    place: Place,
}

impl Receipts {
    fn token(&self, place: Place) -> String {
        self.parts.keys.page_tokens.seal(&self.context, &place.to_bytes(), &*self.parts.random)
    }
}

impl Followed for Receipts {
    type Answer = proto::WatchReceiptsResponse;

    async fn next(&mut self) -> Result<Vec<Self::Answer>, Error> {
        let changed = watch_receipts::after(&self.parts, &self.system, self.place).await?;
        self.place = changed.last().map_or(self.place, |(place, _)| *place);
        let answer = |(place, changed)| proto::WatchReceiptsResponse {
            receipt: Some(receipt(changed)),
            resume_token: self.token(place),
        };
        Ok(changed.into_iter().map(answer).collect())
    }

    fn sign_of_life(&self) -> Self::Answer {
        proto::WatchReceiptsResponse { receipt: None, resume_token: self.token(self.place) }
    }
}
