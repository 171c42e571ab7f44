//! Requests of caseworkers into commands. Every wrong field of a request is named at once.

use super::command::{UNKNOWN, expiry, guardianship, version};
use super::convert;
use crate::domain::Party;
use crate::domain::access::Pending;
use crate::domain::desk::{Attendance, Presence};
use crate::error::AccessName;
use crate::usecase::begin_at_desk::BeginAtDesk;
use crate::usecase::change_at_desk::DeskWish;
use api::access::v1 as wire;
use kernel::{Date, PageSize, Particulars, resource};
use rpc::{Fields, Refusal};

/// What a caseworker wants with an access, and what they state.
pub(super) type Change = (AccessName, DeskWish, Attendance);

pub(super) fn create(request: &wire::CreateAccessForCitizenRequest, today: Date) -> Result<BeginAtDesk, Refusal> {
    let mut fields = Fields::new();
    let owner = fields.particulars("owner", request.owner.as_ref());
    let reader = fields.particulars("reader", request.reader.as_ref());
    let expiry = expiry(&mut fields, request.expiry.as_ref(), today);
    let known = [Presence::Attended, Presence::FormBrought, Presence::Unable];
    let attendance = fields.attendance(request.attendance.as_ref(), &known);
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
    let attendance = fields.attendance(request.attendance.as_ref(), &[Presence::Attended]);
    fields.request_id(&request.request_id);
    let (owner, reader, expiry, attendance) = fields.all((owner, reader, expiry, attendance))?;
    Ok(BeginAtDesk { pending: Pending::Request, owner, reader, expiry, guardianship, attendance })
}

pub(super) fn approve(request: &wire::RecordApprovalRequest) -> Result<Change, Refusal> {
    let mut fields = Fields::new();
    let name = fields.required("name", &request.name, resource::parse_access);
    let version = version(&mut fields, request.version);
    let known = [Presence::Attended, Presence::AppointmentSeen];
    let attendance = fields.attendance(request.attendance.as_ref(), &known);
    fields.request_id(&request.request_id);
    let (name, version, attendance) = fields.all((name, version, attendance))?;
    Ok((name, DeskWish::Approve { version }, attendance))
}

pub(super) fn change_expiry(request: &wire::ChangeExpiryForCitizenRequest, today: Date) -> Result<Change, Refusal> {
    let mut fields = Fields::new();
    let name = fields.required("name", &request.name, resource::parse_access);
    let version = version(&mut fields, request.version);
    let expiry = expiry(&mut fields, request.expiry.as_ref(), today);
    let attendance = fields.attendance(request.attendance.as_ref(), &[Presence::Attended]);
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
    let attendance = fields.attendance(request.attendance.as_ref(), &[Presence::Attended]);
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
