//! Work done by itself.

mod answers;
mod delivery;
mod dispatch;
mod forget;
mod forward;
mod holding;
mod measure;
mod prune;
mod window;

pub use delivery::{Delivery, Ended};
pub use dispatch::Dispatch;
pub use forget::Forget;
pub use forward::Forward;
pub use measure::Measure;
pub use prune::Prune;
