//! Giving read access, and asking for it, through a caseworker (rules A13-A15, A25, X5).

use super::make::{New, made_before, make};
use super::name_person::{Requester, name_person};
use super::{Context, Repeatable};
use crate::domain::access::{Access, Pending};
use crate::domain::desk::{Attendance, DeskAct, Presence};
use crate::domain::{Desk, Expiry, Guardianship, Hand, Scope};
use crate::error::Error;
use crate::peers::Purpose;
use kernel::Particulars;
use rpc::Call;

/// What the caseworker wants.
#[derive(Clone, Debug)]
pub struct BeginAtDesk {
    /// Give in the owner's name, or ask in the reader's.
    pub pending: Pending,
    /// Whose post it is.
    pub owner: Particulars,
    /// Who is to read it.
    pub reader: Particulars,
    /// When it is to end.
    pub expiry: Expiry,
    /// That the reader asks as the owner's guardian.
    pub guardianship: Option<Guardianship>,
    /// What the caseworker states.
    pub attendance: Attendance,
}

/// Makes the access, with the record and the notices about it.
pub async fn begin_at_desk(
    context: &Context,
    call: &Call,
    begin: BeginAtDesk,
    repeat: Repeatable,
) -> Result<Access, Error> {
    let caseworker = call.caseworker().map_err(Error::Peer)?.clone();
    if begin.attendance.presence == Presence::Unable {
        return Err(Error::OwnerCannotConsent);
    }
    if let Some(access) = made_before(context, &repeat).await? {
        return Ok(access);
    }
    let requester = Requester::caseworker(context, &caseworker).repeating(&repeat);
    let purpose = match begin.pending {
        Pending::Offer => Purpose::OwnerAtMunicipality,
        Pending::Request => Purpose::NewParty,
    };
    // Both are looked for whatever becomes of the first, so that the answer doesn't tell by its time which one was missed.
    let owner = name_person(context, call, requester, &begin.owner, purpose).await;
    let reader = name_person(context, call, requester, &begin.reader, Purpose::NewParty).await;
    let (owner, reader) = (owner?, reader?);
    let BeginAtDesk { pending, expiry, guardianship, attendance, .. } = begin;
    let (act, citizen) = match pending {
        Pending::Offer => (DeskAct::Create, owner),
        Pending::Request => (DeskAct::Request, reader),
    };
    let hand = Hand::Desk(Desk { caseworker, attendance, act, citizen });
    let scope = Scope::PublicPost;
    make(context, New { pending, owner, reader, scope, expiry, guardianship, hand }, repeat).await
}
