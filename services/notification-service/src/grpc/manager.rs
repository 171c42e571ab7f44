//! Who manages a subscription: its subscriber, or a caseworker at whose desk the subscriber attends (A24).

use crate::domain::access::AccessName;
use crate::domain::desk::Desk;
use crate::error::Error;
use crate::grpc::once;
use crate::grpc::parse::{Manages, Name, Stated};
use crate::grpc::subscription_service::Subscriptions;
use crate::grpc::view::Viewer;
use crate::usecase::list::{get, of_a_reader};
use crate::usecase::{Errand, Target};
use kernel::{Caller, Caseworker, Citizen, PersonId, Portal};
use prost::Message;
use rpc::{Call, Refusal};

/// Who calls.
#[derive(Clone, Copy, Debug)]
pub(super) enum Manager<'c> {
    /// A citizen, for themselves.
    Citizen(&'c Citizen),
    /// A caseworker, for a reader.
    Caseworker(&'c Caseworker),
}

impl<'c> Manager<'c> {
    /// Whoever calls, in any portal.
    pub(super) fn of(call: &'c Call) -> Result<Self, Refusal> {
        match &call.caller {
            Caller::Caseworker(caseworker) => Ok(Self::Caseworker(caseworker)),
            _ => call.citizen().map(Self::Citizen),
        }
    }

    /// A citizen from borger.dk only, or a caseworker (A24).
    pub(super) fn on_borger_dk(call: &'c Call) -> Result<Self, Refusal> {
        match Self::of(call)? {
            Self::Citizen(citizen) if citizen.portal != Portal::BorgerDk => {
                Err(Error::OnlyOnBorgerDk(citizen.portal).into())
            }
            manager => Ok(manager),
        }
    }

    /// For whom, as far as requests differ.
    pub(super) fn manages(self) -> Manages {
        match self {
            Self::Citizen(_) => Manages::Themselves,
            Self::Caseworker(_) => Manages::AtDesk,
        }
    }

    /// What they see.
    pub(super) fn viewer(self) -> Viewer {
        match self {
            Self::Citizen(_) => Viewer::Subscriber,
            Self::Caseworker(_) => Viewer::Caseworker,
        }
    }

    fn desk(self, stated: Stated, act: &'static str) -> Option<Desk> {
        match (self, stated) {
            (Self::Caseworker(caseworker), Some(attendance)) => {
                Some(Desk { caseworker: caseworker.clone(), attendance, act })
            }
            _ => None,
        }
    }
}

impl Subscriptions {
    /// The call as what it changes remembers it; `act` is the name of the RPC.
    pub(super) fn errand(
        &self,
        (call, manager): (&Call, Manager<'_>),
        act: &'static str,
        stated: Stated,
        request_id: &str,
        request: &impl Message,
    ) -> Errand {
        Errand { once: once(&self.service, call, act, request_id, request), desk: manager.desk(stated, act) }
    }

    /// Who is to be told about what `access` opens: its active reader, who calls or attends.
    pub(super) async fn reader(
        &self,
        call: &Call,
        manager: Manager<'_>,
        access: AccessName,
    ) -> Result<PersonId, Refusal> {
        let caller = match manager {
            Manager::Citizen(citizen) => Some(self.directory.caller(call, citizen).await?),
            Manager::Caseworker(_) => None,
        };
        let activity = self.accesses.activity(access).await?;
        let reader = caller.or(activity.reader()).ok_or(Error::NotFound)?;
        activity.admit(access, reader).map_err(Error::from)?;
        Ok(reader)
    }

    /// The subscription named, for its subscriber.
    pub(super) async fn target(
        &self,
        call: &Call,
        manager: Manager<'_>,
        (mailbox, id): Name,
    ) -> Result<Target, Refusal> {
        let person = match manager {
            Manager::Citizen(citizen) => self.directory.caller(call, citizen).await?,
            Manager::Caseworker(_) => of_a_reader(&self.service, mailbox, id).await?.subscriber,
        };
        Ok(Target { person, mailbox, id })
    }

    /// The subscription named, if its subscriber has the right to it at this moment; and the name of the mailbox's owner.
    pub(super) async fn entitled(
        &self,
        call: &Call,
        manager: Manager<'_>,
        name: Name,
    ) -> Result<(Target, String), Refusal> {
        let target = self.target(call, manager, name).await?;
        let subscription = get(&self.service, target).await?;
        if let Some(access) = subscription.access_name() {
            let activity = self.accesses.activity(access).await?;
            activity.admit(access, target.person).map_err(Error::from)?;
        }
        Ok((target, self.directory.name(target.mailbox).await?))
    }
}
