//! Work done by itself.

mod delivery;
mod dispatch;
mod forget;
mod forward;
mod holding;
mod measure;
mod prune;

pub use delivery::Delivery;
pub use dispatch::Dispatch;
pub use forget::Forget;
pub use forward::Forward;
pub use measure::Measure;
pub use prune::Prune;
