//! What every call to the suite goes through.
//!
//! # The layers, outermost first
//!
//! | layer | why it stands there |
//! |---|---|
//! | [`layer::request_id`] | first, so that everything after it can name the call |
//! | [`layer::trace`] | one span and one line for each call, refused ones included |
//! | [`layer::metrics`] | outside of all that can refuse, so that refusals and crashes are counted |
//! | [`layer::panic`] | a crash in one call becomes INTERNAL for that call |
//! | [`layer::deadline`] | bounds the call, the wait for its turn included |
//! | [`layer::limit`] | sheds load before any work is done for it |
//! | [`layer::reason`] | gives what the framework refuses by itself (too large, not protobuf) the reason it lacks |
//! | [`layer::auth`] | innermost: nobody reaches a handler without a verified caller whom the method's option admits |
//!
//! Handlers get the verified caller as a [`Call`], collect wrong fields in [`Fields`], and refuse with a
//! [`Refusal`]. A `tonic::Status` is made in [`refusal`] and nowhere else.

mod attendance;
pub mod call;
pub mod client;
pub mod convert;
pub mod fields;
pub mod health;
pub mod layer;
mod particulars;
pub mod refusal;
pub mod server;
pub mod streams;
pub mod tls;
pub mod trace;

pub use api::error::v1::ErrorReason as Reason;
pub use call::Call;
pub use client::{Client, ClientConfig};
pub use fields::Fields;
pub use layer::reason::MAX_REQUEST_BYTES;
pub use refusal::Refusal;
pub use server::{Server, ServerConfig};
pub use streams::{OpenStream, Streams};
