//! The claims of a token, and the caller they make.

use crate::config::CallerKind;
use kernel::{
    Caller, Caseworker, Citizen, CprNumber, CvrNumber, Operator, RegisterSystem, Sector, SenderSystem, Service,
};
use serde::{Deserialize, Serialize};

/// The payload of a token. Times are whole seconds since 1970. Which of the fields in the second half are needed
/// depends on `kind`.
#[derive(Clone, Deserialize, Serialize)]
pub struct Claims {
    /// Who issued it.
    pub iss: String,
    /// Whom it is about, in the issuer's own words; used in no decision.
    pub sub: String,
    /// The audience.
    pub aud: String,
    /// When it was issued.
    pub iat: i64,
    /// From when it is valid.
    pub nbf: i64,
    /// From when it is not valid any more.
    pub exp: i64,
    /// The kind of caller.
    pub kind: CallerKind,
    /// Level of assurance of the login (NSIS): `low`, `substantial` or `high`. Citizens, caseworkers and operators.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    /// Citizen: CPR number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpr: Option<String>,
    /// Citizen: where they logged in. Private sender system: the portal it sends through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub portal: Option<String>,
    /// Caseworker, operator: the employee.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub employee_id: Option<String>,
    /// Caseworker: the municipality's code, four digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub municipality: Option<String>,
    /// Caseworker, sender system: CVR number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cvr: Option<String>,
    /// Sender system, register system: which system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system_id: Option<String>,
    /// Sender system: the name recipients see.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Sender system: `public` or `private`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sector: Option<String>,
    /// Sender system: codes of the legal bases it is registered for (rule X3).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub legal_bases: Vec<String>,
    /// Service: which one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
}

/// The lowest level of assurance that is enough for a person.
pub const REQUIRED_ASSURANCE: &str = "substantial";

/// Levels of assurance that are enough for a person.
const ASSURED: [&str; 2] = [REQUIRED_ASSURANCE, "high"];

/// The most characters of a name in a token.
const MAX_NAME: usize = 200;

impl Claims {
    /// Claims of a token that `issuer` makes about `subject` for `audience`, valid for `life` seconds from `now` (seconds since
    /// 1970), and that say nothing of the caller but their kind yet.
    pub fn bare(issuer: &str, subject: &str, audience: &str, kind: CallerKind, now: i64, life: i64) -> Self {
        Self {
            iss: issuer.to_owned(),
            sub: subject.to_owned(),
            aud: audience.to_owned(),
            iat: now,
            nbf: now,
            exp: now + life,
            kind,
            acr: None,
            cpr: None,
            portal: None,
            employee_id: None,
            municipality: None,
            cvr: None,
            system_id: None,
            name: None,
            sector: None,
            legal_bases: Vec::new(),
            service: None,
        }
    }

    /// Whether the login behind the token is good enough for the kind of caller.
    pub(crate) fn is_assured(&self) -> bool {
        match self.kind {
            CallerKind::Citizen | CallerKind::Caseworker | CallerKind::Operator => {
                self.acr.as_deref().is_some_and(|acr| ASSURED.contains(&acr))
            }
            CallerKind::SenderSystem | CallerKind::RegisterSystem | CallerKind::Service => true,
        }
    }

    /// The caller, if every claim of its kind is there and well formed.
    pub(crate) fn caller(&self) -> Option<Caller> {
        Some(match self.kind {
            CallerKind::Citizen => Caller::Citizen(Citizen {
                cpr: CprNumber::parse(self.cpr.as_deref()?).ok()?,
                portal: self.portal.as_deref()?.parse().ok()?,
            }),
            CallerKind::Caseworker => Caller::Caseworker(Caseworker {
                employee_id: label(self.employee_id.as_deref())?,
                municipality: self
                    .municipality
                    .clone()
                    .filter(|code| code.len() == 4 && code.bytes().all(|byte| byte.is_ascii_digit()))?,
                cvr: CvrNumber::parse(self.cvr.as_deref()?).ok()?,
            }),
            CallerKind::SenderSystem => Caller::SenderSystem(self.sender_system()?),
            CallerKind::RegisterSystem => {
                Caller::RegisterSystem(RegisterSystem { system_id: label(self.system_id.as_deref())? })
            }
            CallerKind::Operator => Caller::Operator(Operator { employee_id: label(self.employee_id.as_deref())? }),
            CallerKind::Service => {
                Caller::Service(Service { name: self.service.as_deref()?.parse().ok()?, on_behalf_of: None })
            }
        })
    }

    fn sender_system(&self) -> Option<SenderSystem> {
        let portal = match self.portal.as_deref() {
            Some(portal) => Some(portal.parse().ok()?),
            None => None,
        };
        let sector = match (self.sector.as_deref()?, portal) {
            ("public", None) => Sector::Public,
            ("private", Some(kernel::Portal::EBoks | kernel::Portal::MitDk)) => Sector::Private,
            _ => return None,
        };
        Some(SenderSystem {
            cvr: CvrNumber::parse(self.cvr.as_deref()?).ok()?,
            system_id: label(self.system_id.as_deref())?,
            name: label(self.name.as_deref())?,
            sector,
            portal,
            legal_bases: self.legal_bases.clone(),
        })
    }
}

fn label(text: Option<&str>) -> Option<String> {
    kernel::text::line(text?, MAX_NAME).ok()
}
