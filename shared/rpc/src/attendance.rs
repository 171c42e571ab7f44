//! What a caseworker states, as it is typed.

use crate::fields::Fields;
use api::core::v1 as core;
use kernel::{Attendance, Identification, Presence, reference};

/// The longest case reference, in characters.
const MAX_REFERENCE: usize = 64;
/// The longest description of an identification, in characters.
const MAX_DESCRIPTION: usize = 200;

impl Fields {
    /// The field `attendance`, which must be there, each part of it parsed. `known`: how the citizen's will may come before
    /// the caseworker in this matter.
    pub fn attendance(&mut self, given: Option<&core::Attendance>, known: &[Presence]) -> Option<Attendance> {
        let given = self.present("attendance", given)?;
        let presence = core::AttendanceKind::try_from(given.kind).ok().and_then(presence);
        let presence = presence.filter(|presence| known.contains(presence));
        let presence = self.take("attendance.kind", presence.ok_or("must be stated, and be one of those of this RPC"));
        let identification = self.identification(given, presence);
        let case_reference = self
            .required("attendance.case_reference", &given.case_reference, |text| reference::parse(text, MAX_REFERENCE));
        Some(Attendance { presence: presence?, identification, case_reference: case_reference? })
    }

    /// The document, where somebody could attend; a wrong one is among the violations.
    fn identification(&mut self, given: &core::Attendance, presence: Option<Presence>) -> Option<Identification> {
        use core::IdentificationKind::{DrivingLicence, OtherAgreed, Passport, Unspecified};
        let kind = core::IdentificationKind::try_from(given.identification).map_err(|_| "is not a known value");
        let kind = self.take("attendance.identification", kind)?;
        let path = "attendance.identification_description";
        let description = &given.identification_description;
        if kind != OtherAgreed && !description.is_empty() {
            self.refuse(path, "must be empty unless identification is OTHER_AGREED");
        }
        match kind {
            Unspecified if presence == Some(Presence::Unable) => None,
            Unspecified => {
                self.refuse("attendance.identification", "is required");
                None
            }
            Passport => Some(Identification::Passport),
            DrivingLicence => Some(Identification::DrivingLicence),
            OtherAgreed => self
                .required(path, description, |text| reference::parse(text, MAX_DESCRIPTION))
                .map(Identification::OtherAgreed),
        }
    }
}

const fn presence(kind: core::AttendanceKind) -> Option<Presence> {
    match kind {
        core::AttendanceKind::Unspecified => None,
        core::AttendanceKind::CitizenAttended => Some(Presence::Attended),
        core::AttendanceKind::SignedFormBrought => Some(Presence::FormBrought),
        core::AttendanceKind::UnableToAttendAndSign => Some(Presence::Unable),
        core::AttendanceKind::GuardianAppointmentSeen => Some(Presence::AppointmentSeen),
    }
}
