//! Tokens as the issuers of production would give them, for every kind of caller.

use crate::layout::Issuer;
use identity::{CallerKind, Claims};
use kernel::{Caller, Sector, SenderSystem, Timestamp};
use std::time::Duration;

/// The audience of the whole suite.
pub const AUDIENCE: &str = "digitalpost";

/// How long a development token is valid.
pub const LIFE: Duration = Duration::from_hours(12);

/// The claims that make `caller`, valid from `now`, and who may make them.
pub fn claims(caller: &Caller, now: Timestamp) -> (Issuer, Claims) {
    let issuer = match caller {
        Caller::Service(service) => Issuer::Service(service.name),
        _ => Issuer::Persons,
    };
    // The subject says nothing about the person: the claims below do.
    let (kind, now, life) = (CallerKind::of(caller), now.as_secs(), LIFE.as_secs().cast_signed());
    let mut claims = Claims::bare(&issuer.url(), "development", AUDIENCE, kind, now, life);
    match caller {
        Caller::Citizen(citizen) => {
            claims.acr = Some("substantial".to_owned());
            claims.cpr = Some(citizen.cpr.digits().to_owned());
            claims.portal = Some(citizen.portal.to_string());
        }
        Caller::Caseworker(caseworker) => {
            claims.acr = Some("substantial".to_owned());
            claims.employee_id = Some(caseworker.employee_id.clone());
            claims.municipality = Some(caseworker.municipality.clone());
            claims.cvr = Some(caseworker.cvr.to_string());
        }
        Caller::SenderSystem(sender) => sender_system(&mut claims, sender),
        Caller::RegisterSystem(register) => claims.system_id = Some(register.system_id.clone()),
        Caller::Operator(operator) => {
            claims.acr = Some("substantial".to_owned());
            claims.employee_id = Some(operator.employee_id.clone());
        }
        Caller::Service(service) => claims.service = Some(service.name.to_string()),
    }
    (issuer, claims)
}

fn sender_system(claims: &mut Claims, sender: &SenderSystem) {
    let sector = match sender.sector {
        Sector::Public => "public",
        Sector::Private => "private",
    };
    claims.sector = Some(sector.to_owned());
    claims.cvr = Some(sender.cvr.to_string());
    claims.system_id = Some(sender.system_id.clone());
    claims.name = Some(sender.name.clone());
    claims.portal = sender.portal.map(|portal| portal.to_string());
    claims.legal_bases.clone_from(&sender.legal_bases);
}
