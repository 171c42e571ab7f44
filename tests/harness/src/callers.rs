//! Every kind of caller, and the process that each RPC is served by.

use crate::person::Person;
use crate::suite::Suite;
use api::Method;
use api::core::v1::CallerKind;
use kernel::{
    Caller, Caseworker, CprNumber, CvrNumber, Operator, RegisterSystem, Sector, SenderSystem, Service, ServiceName,
};
use tonic::transport::Channel;

/// Every kind of caller, `citizen` as the citizen, services each by its name.
///
/// # Panics
/// When the citizen's number is none.
pub fn every_kind(citizen: &Person) -> Vec<(CallerKind, Caller)> {
    let cvr = CvrNumber::parse("29189668").expect("eight digits");
    let cpr = CprNumber::parse(&citizen.cpr_number).expect("a CPR number");
    let mut callers = vec![
        (CallerKind::Citizen, Caller::Citizen(kernel::Citizen { cpr, portal: kernel::Portal::BorgerDk })),
        (
            CallerKind::Caseworker,
            Caller::Caseworker(Caseworker {
                employee_id: "e-17".to_owned(),
                municipality: "0461".to_owned(),
                cvr: cvr.clone(),
            }),
        ),
        (
            CallerKind::SenderSystem,
            Caller::SenderSystem(SenderSystem {
                cvr,
                system_id: "letters-1".to_owned(),
                name: "Odense Kommune".to_owned(),
                sector: Sector::Public,
                portal: None,
                legal_bases: Vec::new(),
            }),
        ),
        (CallerKind::RegisterSystem, Caller::RegisterSystem(RegisterSystem { system_id: "cpr-extract".to_owned() })),
        (CallerKind::Operator, Caller::Operator(Operator { employee_id: "o-1".to_owned() })),
    ];
    for &name in ServiceName::ALL {
        callers.push((CallerKind::Service, Caller::Service(Service { name, on_behalf_of: None })));
    }
    callers
}

/// Whether the RPC's option names this caller.
pub fn named(method: &Method, kind: CallerKind, caller: &Caller) -> bool {
    let by_name = match caller {
        Caller::Service(service) => method.services.contains(&service.name.as_str()),
        _ => true,
    };
    method.admits(kind) && by_name
}

/// The processes that serve an RPC: one, or each of them.
pub fn serving(path: &str) -> Vec<ServiceName> {
    match path.split('.').nth(1) {
        Some("access") => vec![ServiceName::Access],
        Some("mailbox") => vec![ServiceName::Mailbox],
        Some("notification") => vec![ServiceName::Notification],
        _ => ServiceName::ALL.to_vec(),
    }
}

/// A connection as `from` makes it: services show their certificate.
pub fn channel(suite: &Suite, to: ServiceName, from: &Caller) -> Channel {
    suite.channel(to, service(from))
}

/// Which service calls, if one does.
pub fn service(caller: &Caller) -> Option<ServiceName> {
    match caller {
        Caller::Service(service) => Some(service.name),
        _ => None,
    }
}
