//! Giving read access, and asking for it: the two ways in which a citizen begins one (rules A1-A3, A7, A12, A13, A18).

use super::make::{New, made_before, make};
use super::name_person::{Requester, name_person};
use super::recognise::{recognise, recognise_new_reader};
use super::{Context, Repeatable, Shown};
use crate::domain::access::{Access, Pending};
use crate::domain::{Expiry, Guardianship, Hand, Scope};
use crate::error::Error;
use crate::peers::Purpose;
use kernel::{Particulars, PersonId};
use rpc::Call;

/// What the caller wants.
#[derive(Clone, Debug)]
pub struct Begin {
    /// Give, or ask.
    pub pending: Pending,
    /// The other party.
    pub other: Particulars,
    /// What it is to cover.
    pub scope: Scope,
    /// When it is to end.
    pub expiry: Expiry,
    /// That the caller asks as the owner's guardian.
    pub guardianship: Option<Guardianship>,
}

/// Makes the access, with the notices about it.
pub async fn begin(context: &Context, call: &Call, begin: Begin, repeat: Repeatable) -> Result<Shown, Error> {
    let portal = call.citizen().map_err(Error::Peer)?.portal;
    begin.scope.managed_in(portal)?;
    let acting = match begin.pending {
        Pending::Offer => recognise(context, call).await?,
        Pending::Request => recognise_new_reader(context, call).await?,
    };
    if let Some(access) = made_before(context, &repeat).await? {
        return shown(access, acting.person);
    }
    let requester = Requester::citizen(context, acting.person).repeating(&repeat);
    let other = name_person(context, call, requester, &begin.other, Purpose::NewParty).await?;
    let (owner, reader) = match begin.pending {
        Pending::Offer => (acting.person, other),
        Pending::Request => (other, acting.person),
    };
    let Begin { pending, scope, expiry, guardianship, .. } = begin;
    let hand = Hand::Party(acting.person);
    let access = make(context, New { pending, owner, reader, scope, expiry, guardianship, hand }, repeat).await?;
    shown(access, acting.person)
}

fn shown(access: Access, person: PersonId) -> Result<Shown, Error> {
    let side = access.party(person).ok_or(Error::NotFound)?;
    Ok(Shown { access, side: Some(side) })
}
