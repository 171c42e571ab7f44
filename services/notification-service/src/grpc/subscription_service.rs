//! `SubscriptionService`: switching e-mail about new post on and off.

use crate::domain::access::AccessName;
use crate::domain::subscription::Subscription;
use crate::error::Error;
use crate::grpc::parse::{self, Name, Source};
use crate::grpc::{not_yet, once, page_token, status, view};
use crate::peers::{Accesses, Directory};
use crate::service::Service;
use crate::store::subscription::Filter;
use crate::usecase::Target;
use crate::usecase::change_address::change_address;
use crate::usecase::confirm::{Confirm, confirm};
use crate::usecase::list::{get, list};
use crate::usecase::resend::resend;
use crate::usecase::start::{Start, start};
use crate::usecase::stop::stop;
use api::notification::v1 as proto;
use api::notification::v1::subscription_service_server::SubscriptionService;
use kernel::{Caller, Citizen, PersonId, Portal};
use rpc::{Call, Refusal};
use tonic::{Request, Response, Status};

/// Serves subscribers.
pub struct Subscriptions {
    /// What actions work with.
    pub service: Service,
    /// access-service.
    pub accesses: Accesses,
    /// mailbox-service.
    pub directory: Directory,
}

impl Subscriptions {
    async fn start(
        &self,
        call: &Call,
        mut request: proto::StartSubscriptionRequest,
    ) -> Result<proto::Subscription, Refusal> {
        let citizen = on_borger_dk(call, "StartSubscription")?;
        let (source, address) = parse::start(&request)?;
        let request_id = std::mem::take(&mut request.request_id);
        let once = once(&self.service, call, "StartSubscription", &request_id, &request);
        let person = self.directory.caller(call, citizen).await?;
        let (mailbox, access) = match source {
            Source::OwnMailbox => (person, None),
            Source::Access(access) => {
                self.admit(access, person).await?;
                (access.mailbox, Some(access.id))
            }
        };
        let owner = self.directory.name(mailbox).await?;
        let started = start(&self.service, Start { person, mailbox, access, address, once }).await;
        answer(started, &owner, &request_id)
    }

    async fn confirm(
        &self,
        call: &Call,
        mut request: proto::ConfirmSubscriptionRequest,
    ) -> Result<proto::Subscription, Refusal> {
        let citizen = on_borger_dk(call, "ConfirmSubscription")?;
        let (name, code) = parse::confirm(&request)?;
        let request_id = std::mem::take(&mut request.request_id);
        let once = once(&self.service, call, "ConfirmSubscription", &request_id, &request);
        let (target, owner) = self.entitled(call, citizen, name).await?;
        answer(confirm(&self.service, Confirm { target, code, once }).await, &owner, &request_id)
    }

    async fn resend(&self, call: &Call, mut request: proto::ResendCodeRequest) -> Result<proto::Subscription, Refusal> {
        let citizen = on_borger_dk(call, "ResendCode")?;
        let name = parse::resend(&request)?;
        let request_id = std::mem::take(&mut request.request_id);
        let once = once(&self.service, call, "ResendCode", &request_id, &request);
        let (target, owner) = self.entitled(call, citizen, name).await?;
        answer(resend(&self.service, target, once).await, &owner, &request_id)
    }

    async fn change(
        &self,
        call: &Call,
        mut request: proto::ChangeAddressRequest,
    ) -> Result<proto::Subscription, Refusal> {
        let citizen = on_borger_dk(call, "ChangeAddress")?;
        let (name, address) = parse::change_address(&request)?;
        let request_id = std::mem::take(&mut request.request_id);
        let once = once(&self.service, call, "ChangeAddress", &request_id, &request);
        let (target, owner) = self.entitled(call, citizen, name).await?;
        answer(change_address(&self.service, target, address, once).await, &owner, &request_id)
    }

    /// Needs no right to the mailbox any more: whoever subscribes can stop (N3).
    async fn stop(
        &self,
        call: &Call,
        mut request: proto::StopSubscriptionRequest,
    ) -> Result<proto::Subscription, Refusal> {
        let citizen = on_borger_dk(call, "StopSubscription")?;
        let name = parse::stop(&request)?;
        let request_id = std::mem::take(&mut request.request_id);
        let once = once(&self.service, call, "StopSubscription", &request_id, &request);
        let target = self.target(call, citizen, name).await?;
        let stopped = stop(&self.service, target, once).await.map_err(|error| status::refusal(error, &request_id))?;
        // It is stopped, whether or not mailbox-service can be asked for the name just now.
        let owner = self.directory.name(target.mailbox).await.unwrap_or_default();
        Ok(view::subscription(&stopped, &owner))
    }

    async fn get(&self, call: &Call, request: proto::GetSubscriptionRequest) -> Result<proto::Subscription, Refusal> {
        let citizen = call.citizen()?;
        let name = parse::get(&request)?;
        let target = self.target(call, citizen, name).await?;
        let found = get(&self.service, target).await?;
        let owner = self.directory.name(target.mailbox).await?;
        Ok(view::subscription(&found, &owner))
    }

    async fn list(
        &self,
        call: &Call,
        request: proto::ListSubscriptionsRequest,
    ) -> Result<proto::ListSubscriptionsResponse, Refusal> {
        let citizen = citizen(call, "ListSubscriptions")?;
        let (access, size) = parse::list(&request)?;
        let subscriber = self.directory.caller(call, citizen).await?;
        let filter = Filter { subscriber, access: access.map(|access| access.id), ended_too: request.include_ended };
        let cursor = page_token::open(&self.service, filter, &request.page_token)?;
        let (page, next) = list(&self.service, filter, cursor, size).await?;
        let mut owners: Vec<PersonId> = page.iter().map(|subscription| subscription.mailbox).collect();
        owners.sort_unstable();
        owners.dedup();
        let owners = self.directory.persons(&owners).await?;
        let owner = |subscription: &Subscription| {
            owners.get(&subscription.mailbox).map_or("", |owner| owner.name.as_str()).to_owned()
        };
        Ok(proto::ListSubscriptionsResponse {
            subscriptions: page.iter().map(|found| view::subscription(found, &owner(found))).collect(),
            next_page_token: next.map(|next| page_token::seal(&self.service, filter, next)).unwrap_or_default(),
        })
    }

    async fn target(&self, call: &Call, citizen: &Citizen, (mailbox, id): Name) -> Result<Target, Refusal> {
        let person = self.directory.caller(call, citizen).await?;
        Ok(Target { person, mailbox, id })
    }

    /// The subscription named, if the caller is its subscriber and has the right to it at this moment; and the name of
    /// the mailbox's owner.
    async fn entitled(&self, call: &Call, citizen: &Citizen, name: Name) -> Result<(Target, String), Refusal> {
        let target = self.target(call, citizen, name).await?;
        let subscription = get(&self.service, target).await?;
        if let Some(access) = subscription.access_name() {
            self.admit(access, target.person).await?;
        }
        Ok((target, self.directory.name(target.mailbox).await?))
    }

    async fn admit(&self, access: AccessName, person: PersonId) -> Result<(), Refusal> {
        Ok(self.accesses.activity(access).await?.admit(access, person).map_err(Error::from)?)
    }
}

/// The citizen who calls `rpc`; caseworkers come later.
fn citizen<'c>(call: &'c Call, rpc: &'static str) -> Result<&'c Citizen, Refusal> {
    match &call.caller {
        Caller::Caseworker(_) => Err(not_yet::for_caseworkers(rpc)),
        _ => call.citizen(),
    }
}

/// The citizen who calls `rpc` from borger.dk (A24).
fn on_borger_dk<'c>(call: &'c Call, rpc: &'static str) -> Result<&'c Citizen, Refusal> {
    let citizen = citizen(call, rpc)?;
    if citizen.portal == Portal::BorgerDk { Ok(citizen) } else { Err(Error::OnlyOnBorgerDk(citizen.portal).into()) }
}

fn answer(outcome: Result<Subscription, Error>, owner: &str, request_id: &str) -> Result<proto::Subscription, Refusal> {
    let subscription = outcome.map_err(|error| status::refusal(error, request_id))?;
    Ok(view::subscription(&subscription, owner))
}

#[tonic::async_trait]
impl SubscriptionService for Subscriptions {
    async fn start_subscription(
        &self,
        request: Request<proto::StartSubscriptionRequest>,
    ) -> Result<Response<proto::StartSubscriptionResponse>, Status> {
        let call = Call::of(&request)?;
        let subscription = Some(self.start(&call, request.into_inner()).await?);
        Ok(Response::new(proto::StartSubscriptionResponse { subscription }))
    }

    async fn confirm_subscription(
        &self,
        request: Request<proto::ConfirmSubscriptionRequest>,
    ) -> Result<Response<proto::ConfirmSubscriptionResponse>, Status> {
        let call = Call::of(&request)?;
        let subscription = Some(self.confirm(&call, request.into_inner()).await?);
        Ok(Response::new(proto::ConfirmSubscriptionResponse { subscription }))
    }

    async fn resend_code(
        &self,
        request: Request<proto::ResendCodeRequest>,
    ) -> Result<Response<proto::ResendCodeResponse>, Status> {
        let call = Call::of(&request)?;
        let subscription = Some(self.resend(&call, request.into_inner()).await?);
        Ok(Response::new(proto::ResendCodeResponse { subscription }))
    }

    async fn change_address(
        &self,
        request: Request<proto::ChangeAddressRequest>,
    ) -> Result<Response<proto::ChangeAddressResponse>, Status> {
        let call = Call::of(&request)?;
        let subscription = Some(self.change(&call, request.into_inner()).await?);
        Ok(Response::new(proto::ChangeAddressResponse { subscription }))
    }

    async fn stop_subscription(
        &self,
        request: Request<proto::StopSubscriptionRequest>,
    ) -> Result<Response<proto::StopSubscriptionResponse>, Status> {
        let call = Call::of(&request)?;
        let subscription = Some(self.stop(&call, request.into_inner()).await?);
        Ok(Response::new(proto::StopSubscriptionResponse { subscription }))
    }

    async fn get_subscription(
        &self,
        request: Request<proto::GetSubscriptionRequest>,
    ) -> Result<Response<proto::GetSubscriptionResponse>, Status> {
        let call = Call::of(&request)?;
        let subscription = Some(self.get(&call, request.into_inner()).await?);
        Ok(Response::new(proto::GetSubscriptionResponse { subscription }))
    }

    async fn list_subscriptions(
        &self,
        request: Request<proto::ListSubscriptionsRequest>,
    ) -> Result<Response<proto::ListSubscriptionsResponse>, Status> {
        let call = Call::of(&request)?;
        Ok(Response::new(self.list(&call, request.into_inner()).await?))
    }
}
