//! Work done by itself.

mod end_overdue;
mod forget_attempts;

pub use end_overdue::{END_QUEUE, EndOverdue};
pub use forget_attempts::ForgetAttempts;
