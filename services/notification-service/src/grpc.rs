//! From the wire to actions and back, without decisions.

mod ledger_view;
mod manager;
pub mod operator_service;
mod page_token;
mod parse;
mod report;
pub mod status;
pub mod subscription_service;
mod view;

use crate::service::Service;
use prost::Message;
use rpc::Call;
use sql::Once;

/// The call, as far as repetition is concerned. `request` is hashed with a key: a code may be in it, of which there are too
/// few for a plain hash.
fn once(service: &Service, call: &Call, method: &'static str, request_id: &str, request: &impl Message) -> Once {
    let lookup = &service.keys.lookup;
    let caller = lookup.hash("request/caller", &[call.principal().as_bytes()]);
    let content = lookup.hash("request/content", &[&request.encode_to_vec()]);
    Once::new(*caller.as_bytes(), method, request_id, *content.as_bytes())
}
