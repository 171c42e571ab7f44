//! What happens at a municipality's desk, and what is kept of it (rules A13-A16, A25).

use kernel::{Caseworker, PersonId, Timestamp};

/// How the citizen's will came before the caseworker.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Presence {
    /// The citizen attended.
    Attended,
    /// The person named in the signed form brought it (rule A14).
    FormBrought,
    /// The citizen can neither attend nor sign (rule A15).
    Unable,
    /// The caseworker has seen the appointment of the owner's guardian (rule A13).
    AppointmentSeen,
}

/// The document that the person at the desk was identified by.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Identification {
    /// A passport.
    Passport,
    /// A driving licence.
    DrivingLicence,
    /// Another one, agreed beforehand: what it was.
    OtherAgreed(String),
}

/// What the caseworker states.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Attendance {
    /// How the citizen's will came before them.
    pub presence: Presence,
    /// The document; none only where nobody could attend.
    pub identification: Option<Identification>,
    /// The municipality's case reference.
    pub case_reference: String,
}

/// What a caseworker does to an access.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum DeskAct {
    /// Gives it in the owner's name (rule A14).
    Create,
    /// Asks for it in the reader's name (rule A25).
    Request,
    /// Records an approval (rules A13, A25).
    Approve,
    /// Sets another expiry for the owner (rule A24).
    ChangeExpiry,
    /// Removes it for one of the two (rule A16).
    Remove,
}

/// A caseworker's act, as it is kept for good.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DeskRecord {
    /// Who did it, for which municipality.
    pub caseworker: Caseworker,
    /// What they stated.
    pub attendance: Attendance,
    /// What they did.
    pub act: DeskAct,
    /// For whom.
    pub citizen: PersonId,
    /// When.
    pub time: Timestamp,
}
