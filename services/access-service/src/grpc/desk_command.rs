//! Requests of caseworkers into commands. Every wrong field of a request is named at once.

use super::command::{MAX_REFERENCE, UNKNOWN, expiry, guardianship, version};
use super::convert;
use crate::domain::Party;
use crate::domain::access::Pending;
use crate::domain::desk::{Attendance, Identification, Presence};
use crate::error::AccessName;
use crate::usecase::begin_at_desk::BeginAtDesk;
use crate::usecase::change_at_desk::DeskWish;
use api::access::v1 as wire;
use api::core::v1 as core;
use kernel::{Date, PageSize, Particulars, reference, resource};
use rpc::{Fields, Refusal};

/// The longest description of an identification, in characters.
const MAX_DESCRIPTION: usize = 200;

/// What a caseworker wants with an access, and what they state.
pub(super) type Change = (AccessName, DeskWish, Attendance);

pub(super) fn create(request: &wire::CreateAccessForCitizenRequest, today: Date) -> Result<BeginAtDesk, Refusal> {
    let mut fields = Fields::new();
    let owner = fields.particulars("owner", request.owner.as_ref());
    let reader = fields.particulars("reader", request.reader.as_ref());
    let expiry = expiry(&mut fields, request.expiry.as_ref(), today);
    let known = [Presence::Attended, Presence::FormBrought, Presence::Unable];
    let attendance = attendance(&mut fields, request.attendance.as_ref(), &known);
    fields.request_id(&request.request_id);
    let (owner, reader, expiry, attendance) = fields.all((owner, reader, expiry, attendance))?;
    Ok(BeginAtDesk { pending: Pending::Offer, owner, reader, expiry, guardianship: None, attendance })
}

pub(super) fn request(request: &wire::RequestAccessForCitizenRequest, today: Date) -> Result<BeginAtDesk, Refusal> {
    let mut fields = Fields::new();
    let reader = fields.particulars("reader", request.reader.as_ref());
    let owner = fields.particulars("owner", request.owner.as_ref());
    let expiry = expiry(&mut fields, request.expiry.as_ref(), today);
    let guardianship = guardianship(&mut fields, request.guardianship.as_ref(), today);
    let attendance = attendance(&mut fields, request.attendance.as_ref(), &[Presence::Attended]);
    fields.request_id(&request.request_id);
    let (owner, reader, expiry, attendance) = fields.all((owner, reader, expiry, attendance))?;
    Ok(BeginAtDesk { pending: Pending::Request, owner, reader, expiry, guardianship, attendance })
}

pub(super) fn approve(request: &wire::RecordApprovalRequest) -> Result<Change, Refusal> {
    let mut fields = Fields::new();
    let name = fields.required("name", &request.name, resource::parse_access);
    let version = version(&mut fields, request.version);
    let known = [Presence::Attended, Presence::AppointmentSeen];
    let attendance = attendance(&mut fields, request.attendance.as_ref(), &known);
    fields.request_id(&request.request_id);
    let (name, version, attendance) = fields.all((name, version, attendance))?;
    Ok((name, DeskWish::Approve { version }, attendance))
}

pub(super) fn change_expiry(request: &wire::ChangeExpiryForCitizenRequest, today: Date) -> Result<Change, Refusal> {
    let mut fields = Fields::new();
    let name = fields.required("name", &request.name, resource::parse_access);
    let version = version(&mut fields, request.version);
    let expiry = expiry(&mut fields, request.expiry.as_ref(), today);
    let attendance = attendance(&mut fields, request.attendance.as_ref(), &[Presence::Attended]);
    fields.request_id(&request.request_id);
    let (name, version, expiry, attendance) = fields.all((name, version, expiry, attendance))?;
    Ok((name, DeskWish::ChangeExpiry { version, expiry }, attendance))
}

pub(super) fn remove(request: &wire::RemoveAccessForCitizenRequest) -> Result<Change, Refusal> {
    let mut fields = Fields::new();
    let name = fields.required("name", &request.name, resource::parse_access);
    let party = match wire::AccessParty::try_from(request.party).map(convert::party_in) {
        Ok(party) => fields.present("party", party),
        Err(_) => fields.take("party", Err(UNKNOWN)),
    };
    let attendance = attendance(&mut fields, request.attendance.as_ref(), &[Presence::Attended]);
    fields.request_id(&request.request_id);
    let (name, party, attendance) = fields.all((name, party, attendance))?;
    Ok((name, DeskWish::Remove(party), attendance))
}

pub(super) fn list(
    request: &wire::ListAccessesOfCitizenRequest,
) -> Result<(Particulars, Option<Party>, PageSize), Refusal> {
    let mut fields = Fields::new();
    let citizen = fields.particulars("citizen", request.citizen.as_ref());
    let party = wire::AccessParty::try_from(request.citizen_party).map(convert::party_in);
    let party = fields.take("citizen_party", party.map_err(|_| UNKNOWN));
    let size = fields.take("page_size", PageSize::parse(request.page_size));
    fields.all((citizen, party, size))
}

/// `known`: how the citizen's will may come before the caseworker in this matter.
fn attendance(fields: &mut Fields, given: Option<&core::Attendance>, known: &[Presence]) -> Option<Attendance> {
    let given = fields.present("attendance", given)?;
    let presence = core::AttendanceKind::try_from(given.kind).ok().and_then(convert::presence_in);
    let presence = presence.filter(|presence| known.contains(presence));
    let presence = fields.take("attendance.kind", presence.ok_or("must be stated, and be one of those of this RPC"));
    let identification = identification(fields, given, presence);
    let case_reference = fields
        .required("attendance.case_reference", &given.case_reference, |text| reference::parse(text, MAX_REFERENCE));
    Some(Attendance { presence: presence?, identification, case_reference: case_reference? })
}

/// The document, where somebody could attend; a wrong one is among the violations.
fn identification(fields: &mut Fields, given: &core::Attendance, presence: Option<Presence>) -> Option<Identification> {
    use core::IdentificationKind::{DrivingLicence, OtherAgreed, Passport, Unspecified};
    let kind = core::IdentificationKind::try_from(given.identification).map_err(|_| UNKNOWN);
    let kind = fields.take("attendance.identification", kind)?;
    let path = "attendance.identification_description";
    let description = &given.identification_description;
    if kind != OtherAgreed && !description.is_empty() {
        fields.refuse(path, "must be empty unless identification is OTHER_AGREED");
    }
    match kind {
        Unspecified if presence == Some(Presence::Unable) => None,
        Unspecified => {
            fields.refuse("attendance.identification", "is required");
            None
        }
        Passport => Some(Identification::Passport),
        DrivingLicence => Some(Identification::DrivingLicence),
        OtherAgreed => fields
            .required(path, description, |text| reference::parse(text, MAX_DESCRIPTION))
            .map(Identification::OtherAgreed),
    }
}
