//! What a handler knows about its call.

use crate::refusal::Refusal;
use kernel::{Caller, Caseworker, Citizen, Operator, RegisterSystem, SenderSystem, Service, User};
use std::sync::Arc;
use tokio::time::Instant;
use tonic::Request;

/// The verified call. Put into the request by [`crate::layer::auth`].
#[derive(Clone)]
pub struct Call {
    /// Who is calling.
    pub caller: Caller,
    /// The citizen's or caseworker's own token, to carry along when this call needs another service on their behalf.
    pub user_token: Option<Arc<str>>,
    /// When the caller stops waiting.
    pub deadline: Option<Instant>,
    /// When the token of the caller, or of the person a service calls for, ends. None for a service that calls for itself: its
    /// streams carry nobody's rights.
    pub token_end: Option<Instant>,
}

macro_rules! only {
    ($($name:ident => $variant:ident as $type:ty: $doc:literal)*) => {$(
        #[doc = $doc]
        pub fn $name(&self) -> Result<&$type, Refusal> {
            match &self.caller {
                Caller::$variant(caller) => Ok(caller),
                _ => Err(unexpected()),
            }
        }
    )*};
}

impl Call {
    /// The call that `request` belongs to.
    pub fn of<T>(request: &Request<T>) -> Result<Self, Refusal> {
        request.extensions().get::<Self>().cloned().ok_or_else(unexpected)
    }

    only! {
        citizen => Citizen as Citizen: "The citizen who calls."
        caseworker => Caseworker as Caseworker: "The caseworker who calls."
        sender_system => SenderSystem as SenderSystem: "The sender system that calls."
        register_system => RegisterSystem as RegisterSystem: "The register system that calls."
        operator => Operator as Operator: "The operator who calls."
        service => Service as Service: "The service that calls."
    }

    /// The person on whose behalf a service calls.
    pub fn on_behalf_of(&self) -> Result<&User, Refusal> {
        self.service()?.on_behalf_of.as_ref().ok_or_else(unexpected)
    }

    /// A text that tells callers apart: for request ids, page tokens and limits, hashed before it is kept.
    pub fn principal(&self) -> String {
        match &self.caller {
            Caller::Citizen(citizen) => format!("citizen/{}", citizen.cpr.digits()),
            Caller::Caseworker(caseworker) => {
                format!("caseworker/{}/{}", caseworker.municipality, caseworker.employee_id)
            }
            Caller::SenderSystem(system) => format!("sender/{}/{}", system.cvr, system.system_id),
            Caller::RegisterSystem(system) => format!("register/{}", system.system_id),
            Caller::Operator(operator) => format!("operator/{}", operator.employee_id),
            Caller::Service(service) => format!("service/{}", service.name),
        }
    }
}

/// The method's option and its handler disagree about who calls: a mistake of ours, answered with a closed door.
fn unexpected() -> Refusal {
    Refusal::internal("a handler was reached by a kind of caller it does not expect")
}
