//! Events between the processes: one envelope, one way out, one way in.
//!
//! Out: an [`Emitter`] writes an event into the outbox in the transaction of its cause; a [`Relay`] hands it over, at least
//! once. In: [`Receiver`] serves `EventService` and gives each event to the service's [`Handler`] exactly once, in the
//! transaction that notes its id. Batches may come in any order and more than once, so what a handler does must
//! come out the same in every order.

mod emit;
mod receive;
mod relay;

pub use api::event::v1::event::Payload;
pub use emit::Emitter;
pub use receive::{Handler, New, Receiver};
pub use relay::Relay;
