//! What the services to people have in common: what they work with, and how a call may be repeated.

use super::page_token::Tokens;
use crate::usecase::today::today;
use crate::usecase::{Context, Repeatable};
use api::access::v1 as wire;
use kernel::Date;
use prost::Message;
use rpc::{Call, Refusal};

/// What such a service works with.
pub(super) struct Surface {
    pub(super) context: Context,
    pub(super) tokens: Tokens,
}

impl Surface {
    /// A surface of `context`, with page tokens by `tokens`.
    pub(super) fn new(context: Context, tokens: crypto::PageTokens) -> Self {
        let tokens = Tokens::new(tokens, context.random.clone());
        Self { context, tokens }
    }

    /// The day it is in Denmark.
    pub(super) async fn today(&self) -> Result<Date, Refusal> {
        Ok(today(&self.context).await?)
    }

    /// The call by which `request` came, as one that may be repeated under its request id.
    pub(super) fn repeatable<R: Repeated>(&self, call: &Call, mut request: R) -> Repeatable {
        let id = std::mem::take(request.request_id());
        Repeatable::new(&self.context.lookup, &call.principal(), R::METHOD, id, &request.encode_to_vec())
    }
}

/// A request that carries a request id. What is left without the id is its content.
pub(super) trait Repeated: Message {
    /// The method that it is a request of.
    const METHOD: &'static str;

    /// The id.
    fn request_id(&mut self) -> &mut String;
}

macro_rules! repeated {
    ($($request:ident: $method:literal)*) => {$(
        impl Repeated for wire::$request {
            const METHOD: &'static str = $method;

            fn request_id(&mut self) -> &mut String {
                &mut self.request_id
            }
        }
    )*};
}

repeated! {
    GiveAccessRequest: "GiveAccess"
    RequestAccessRequest: "RequestAccess"
    ApproveAccessRequest: "ApproveAccess"
    DeclineAccessRequest: "DeclineAccess"
    WithdrawAccessRequest: "WithdrawAccess"
    RemoveAccessRequest: "RemoveAccess"
    ChangeExpiryRequest: "ChangeExpiry"
    CreateAccessForCitizenRequest: "CreateAccessForCitizen"
    RequestAccessForCitizenRequest: "RequestAccessForCitizen"
    RecordApprovalRequest: "RecordApproval"
    ChangeExpiryForCitizenRequest: "ChangeExpiryForCitizen"
    RemoveAccessForCitizenRequest: "RemoveAccessForCitizen"
}
