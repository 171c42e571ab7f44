//! `SubscriptionService`: switching e-mail about new post on and off.

use crate::domain::access::AccessName;
use crate::domain::subscription::Subscription;
use crate::error::Error;
use crate::grpc::manager::Manager;
use crate::grpc::parse::{self, Source};
use crate::grpc::{page_token, status, view};
use crate::peers::{Accesses, Directory};
use crate::service::Service;
use crate::store::subscription::Filter;
use crate::usecase::change_address::change_address;
use crate::usecase::confirm::{Confirm, confirm};
use crate::usecase::list::{get, list, look_at_desk};
use crate::usecase::resend::resend;
use crate::usecase::start::{Start, start};
use crate::usecase::stop::stop;
use api::notification::v1 as proto;
use api::notification::v1::subscription_service_server::SubscriptionService;
use kernel::PersonId;
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
        let manager = Manager::on_borger_dk(call)?;
        let (source, address, stated) = parse::start(&request, manager.manages())?;
        let request_id = std::mem::take(&mut request.request_id);
        let errand = self.errand((call, manager), "StartSubscription", stated, &request_id, &request);
        let (person, mailbox, access) = match (source, manager) {
            (Source::Access(access), manager) => {
                (self.reader(call, manager, access).await?, access.mailbox, Some(access.id))
            }
            (Source::OwnMailbox, _) => {
                let person = self.directory.caller(call, call.citizen()?).await?;
                (person, person, None)
            }
        };
        let owner = self.directory.name(mailbox).await?;
        let outcome = start(&self.service, Start { person, mailbox, access, address, errand }).await;
        answer(outcome, &owner, &request_id, manager)
    }

    async fn confirm(
        &self,
        call: &Call,
        mut request: proto::ConfirmSubscriptionRequest,
    ) -> Result<proto::Subscription, Refusal> {
        let manager = Manager::on_borger_dk(call)?;
        let (name, code, stated) = parse::confirm(&request, manager.manages())?;
        let request_id = std::mem::take(&mut request.request_id);
        let errand = self.errand((call, manager), "ConfirmSubscription", stated, &request_id, &request);
        let (target, owner) = self.entitled(call, manager, name).await?;
        answer(confirm(&self.service, Confirm { target, code, errand }).await, &owner, &request_id, manager)
    }

    async fn resend(&self, call: &Call, mut request: proto::ResendCodeRequest) -> Result<proto::Subscription, Refusal> {
        let manager = Manager::on_borger_dk(call)?;
        let (name, stated) = parse::resend(&request, manager.manages())?;
        let request_id = std::mem::take(&mut request.request_id);
        let errand = self.errand((call, manager), "ResendCode", stated, &request_id, &request);
        let (target, owner) = self.entitled(call, manager, name).await?;
        answer(resend(&self.service, target, errand).await, &owner, &request_id, manager)
    }

    async fn change(
        &self,
        call: &Call,
        mut request: proto::ChangeAddressRequest,
    ) -> Result<proto::Subscription, Refusal> {
        let manager = Manager::on_borger_dk(call)?;
        let (name, address, stated) = parse::change_address(&request, manager.manages())?;
        let request_id = std::mem::take(&mut request.request_id);
        let errand = self.errand((call, manager), "ChangeAddress", stated, &request_id, &request);
        let (target, owner) = self.entitled(call, manager, name).await?;
        answer(change_address(&self.service, target, address, errand).await, &owner, &request_id, manager)
    }

    /// Needs no right to the mailbox any more: whoever subscribes can stop (N3).
    async fn stop(
        &self,
        call: &Call,
        mut request: proto::StopSubscriptionRequest,
    ) -> Result<proto::Subscription, Refusal> {
        let manager = Manager::on_borger_dk(call)?;
        let (name, stated) = parse::stop(&request, manager.manages())?;
        let request_id = std::mem::take(&mut request.request_id);
        let errand = self.errand((call, manager), "StopSubscription", stated, &request_id, &request);
        let target = self.target(call, manager, name).await?;
        let stopped = stop(&self.service, target, errand).await;
        // It is stopped, whether or not mailbox-service can be asked for the name just now.
        let owner = self.directory.name(target.mailbox).await.unwrap_or_default();
        answer(stopped, &owner, &request_id, manager)
    }

    async fn get(&self, call: &Call, request: proto::GetSubscriptionRequest) -> Result<proto::Subscription, Refusal> {
        let manager = Manager::Citizen(call.citizen()?);
        let name = parse::get(&request)?;
        let target = self.target(call, manager, name).await?;
        let found = get(&self.service, target).await?;
        let owner = self.directory.name(target.mailbox).await?;
        Ok(view::subscription(&found, &owner, manager.viewer()))
    }

    async fn list(
        &self,
        call: &Call,
        request: proto::ListSubscriptionsRequest,
    ) -> Result<proto::ListSubscriptionsResponse, Refusal> {
        let manager = Manager::of(call)?;
        let (access, size) = parse::list(&request, manager.manages())?;
        let Some(subscriber) = self.subscriber(call, manager, access).await? else {
            return Ok(proto::ListSubscriptionsResponse::default());
        };
        let filter = Filter { subscriber, access: access.map(|access| access.id), ended_too: request.include_ended };
        let scope = page_token::Subscriptions { service: &self.service, caller: call.principal(), filter };
        let cursor = scope.open(&request.page_token)?;
        let (page, next) = list(&self.service, filter, cursor, size).await?;
        let mut owners: Vec<PersonId> = page.iter().map(|subscription| subscription.mailbox).collect();
        owners.sort_unstable();
        owners.dedup();
        let owners = self.directory.persons(&owners).await?;
        let owner = |subscription: &Subscription| {
            owners.get(&subscription.mailbox).map_or("", |owner| owner.name.as_str()).to_owned()
        };
        let show = |found| view::subscription(found, &owner(found), manager.viewer());
        Ok(proto::ListSubscriptionsResponse {
            subscriptions: page.iter().map(show).collect(),
            next_page_token: next.map(|next| scope.seal(next)).unwrap_or_default(),
        })
    }

    /// Whose subscriptions are listed; nobody's where there is no such access. A caseworker's look is kept.
    async fn subscriber(
        &self,
        call: &Call,
        manager: Manager<'_>,
        access: Option<AccessName>,
    ) -> Result<Option<PersonId>, Refusal> {
        match (manager, access) {
            (Manager::Citizen(citizen), _) => self.directory.caller(call, citizen).await.map(Some),
            (Manager::Caseworker(_), None) => Ok(None),
            (Manager::Caseworker(caseworker), Some(access)) => {
                let reader = self.accesses.activity(access).await?.reader();
                look_at_desk(&self.service, caseworker.clone(), access.mailbox, access.id).await?;
                Ok(reader)
            }
        }
    }
}

fn answer(
    outcome: Result<Subscription, Error>,
    owner: &str,
    request_id: &str,
    manager: Manager<'_>,
) -> Result<proto::Subscription, Refusal> {
    let subscription = outcome.map_err(|error| status::refusal(error, request_id))?;
    Ok(view::subscription(&subscription, owner, manager.viewer()))
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
