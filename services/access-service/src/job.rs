//! Work done by itself.

mod each_due;
mod end_overdue;
mod forget;
mod remind;

pub use end_overdue::{END_QUEUE, EndOverdue};
pub use forget::Forget;
pub use remind::{REMIND_QUEUE, Remind};
