//! Letters that somebody forwarded to an e-mail address (M7).
//!
//! Unlike other e-mails they are not stored when they are rendered: that would lay up to 20 MB of somebody's post into a
//! second database, to be erased a moment later. They are fetched and rendered at each try, out of what doesn't change: the
//! letter, the forwarding's id (Message-ID, boundaries) and the moment it became owed (Date). So each try has the same bytes.

pub mod attempt;
pub mod claim;
pub mod owe;
pub mod settle;

/// The queue of forwarded letters, by the ids of their forwardings. One of its own: they are large, and hold up nothing else.
pub const QUEUE: &str = "forward";
