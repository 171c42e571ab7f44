//! What a caseworker states about the citizen's matter at a municipality's desk (rules A13-A16, A24, A25).

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

impl Identification {
    /// The word in databases.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Passport => "passport",
            Self::DrivingLicence => "driving_licence",
            Self::OtherAgreed(_) => "other_agreed",
        }
    }

    /// What it was, where it is of no known kind.
    pub fn description(&self) -> Option<&str> {
        match self {
            Self::Passport | Self::DrivingLicence => None,
            Self::OtherAgreed(what) => Some(what),
        }
    }
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
