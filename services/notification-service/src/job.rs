//! Work done by itself.

mod delivery;
mod dispatch;
mod forget;

pub use delivery::Delivery;
pub use dispatch::Dispatch;
pub use forget::Forget;
