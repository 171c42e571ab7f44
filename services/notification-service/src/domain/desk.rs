//! What happens at a municipality's desk, for a subscriber who attends (A24).

use kernel::{Attendance, Caseworker};

/// A caseworker's act, as it is kept for good.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Desk {
    /// Who did it, for which municipality.
    pub caseworker: Caseworker,
    /// What they stated.
    pub attendance: Attendance,
    /// What they did: the name of the RPC.
    pub act: &'static str,
}
