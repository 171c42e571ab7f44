//! Who calls, told by a header in place of a token.

use super::world::NIELS;
use kernel::{
    Caller, Caseworker, Citizen, CprNumber, CvrNumber, Portal, RegisterSystem, Sector, SenderSystem, Service, User,
};
use rpc::Call;
use tonic::{Request, Status};

/// A call by `who`: see [`caller`].
pub(crate) fn by<T>(who: &str, message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("x-test-caller", who.parse().expect("a header"));
    request
}

/// `register`, `caseworker`, `municipality`, `bank`, a service's name, or `<cpr>@<portal>`; a service acts for Niels.
fn caller(who: &str) -> Caller {
    let citizen = |cpr: &str, portal: &str| Citizen {
        cpr: CprNumber::parse(cpr).expect("a number"),
        portal: portal.parse().expect("a portal"),
    };
    let sender = |cvr: &str, sector, portal| SenderSystem {
        cvr: CvrNumber::parse(cvr).expect("a number"),
        system_id: "post-1".to_owned(),
        name: if sector == Sector::Public { "Aarhus Kommune" } else { "Banken" }.to_owned(),
        sector,
        portal,
        legal_bases: vec!["su".to_owned()],
    };
    match who.split_once('@') {
        Some((cpr, portal)) => Caller::Citizen(citizen(cpr, portal)),
        None => match who {
            "register" => Caller::RegisterSystem(RegisterSystem { system_id: "cpr-1".to_owned() }),
            "caseworker" => Caller::Caseworker(Caseworker {
                employee_id: "medarbejder-17".to_owned(),
                municipality: "0461".to_owned(),
                cvr: CvrNumber::parse("35209115").expect("a number"),
            }),
            "municipality" => Caller::SenderSystem(sender("12345678", Sector::Public, None)),
            "other-municipality" => Caller::SenderSystem(sender("87654321", Sector::Public, None)),
            "bank" => Caller::SenderSystem(sender("11223344", Sector::Private, Some(Portal::EBoks))),
            service => Caller::Service(Service {
                name: service.parse().expect("a service"),
                on_behalf_of: Some(User::Citizen(citizen(NIELS, "borger_dk"))),
            }),
        },
    }
}

#[expect(clippy::unnecessary_wraps, reason = "the form of an interceptor")]
pub(crate) fn known(mut request: Request<()>) -> Result<Request<()>, Status> {
    let who = request.metadata().get("x-test-caller").expect("a caller").to_str().expect("text").to_owned();
    request.extensions_mut().insert(Call {
        caller: caller(&who),
        user_token: Some("a.b.c".into()),
        deadline: None,
        token_end: None,
    });
    Ok(request)
}
