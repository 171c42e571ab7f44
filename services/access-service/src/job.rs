//! Work done by itself.

mod each_due;
mod end_overdue;
mod forget_attempts;
mod remind;

pub use end_overdue::{END_QUEUE, EndOverdue};
pub use forget_attempts::ForgetAttempts;
pub use remind::{REMIND_QUEUE, Remind};
