//! What citizens do about e-mail.

use super::citizen::Citizen;
use crate::refused::Refused;
use crate::suite::{answer, there};
use api::access::v1::ReadAccess;
use api::notification::v1::start_subscription_request::Target;
use api::notification::v1::{
    ChangeAddressRequest, Channel, ConfirmSubscriptionRequest, GetSubscriptionRequest, ResendCodeRequest,
    StartSubscriptionRequest, StopSubscriptionRequest, Subscription,
};

/// E-mail to `address` about the post that `access` opens.
pub fn subscription(access: &ReadAccess, address: &str) -> StartSubscriptionRequest {
    StartSubscriptionRequest {
        target: Some(Target::Access(access.name.clone())),
        channel: Channel::Email.into(),
        email_address: address.to_owned(),
        ..StartSubscriptionRequest::default()
    }
}

impl Citizen {
    /// Switches e-mail on; a code is sent.
    pub async fn switches_on_mail(&self, access: &ReadAccess, address: &str) -> Result<Subscription, Refused> {
        let request_id = self.request_id.clone();
        self.starts_subscription(StartSubscriptionRequest { request_id, ..subscription(access, address) }).await
    }

    /// Switches e-mail on in just these words.
    pub async fn starts_subscription(&self, request: StartSubscriptionRequest) -> Result<Subscription, Refused> {
        let answered = self.suite.clients().subscriptions().start_subscription(self.request(request)).await;
        self.suite.settle().await;
        there(answer(answered)?.subscription)
    }

    /// Enters a code.
    pub async fn enters_code(&self, subscription: &Subscription, code: &str) -> Result<Subscription, Refused> {
        let (name, code, request_id) = (subscription.name.clone(), code.to_owned(), self.request_id.clone());
        let request = ConfirmSubscriptionRequest { name, code, request_id, ..ConfirmSubscriptionRequest::default() };
        let answered = self.suite.clients().subscriptions().confirm_subscription(self.request(request)).await;
        self.suite.settle().await;
        there(answer(answered)?.subscription)
    }

    /// Names another address; a code is sent there.
    pub async fn changes_address(&self, subscription: &Subscription, address: &str) -> Result<Subscription, Refused> {
        let (name, email_address, request_id) =
            (subscription.name.clone(), address.to_owned(), self.request_id.clone());
        let request = ChangeAddressRequest { name, email_address, request_id, ..ChangeAddressRequest::default() };
        let answered = self.suite.clients().subscriptions().change_address(self.request(request)).await;
        self.suite.settle().await;
        there(answer(answered)?.subscription)
    }

    /// Asks for another code.
    pub async fn asks_for_a_new_code(&self, subscription: &Subscription) -> Result<Subscription, Refused> {
        let (name, request_id) = (subscription.name.clone(), self.request_id.clone());
        let request = ResendCodeRequest { name, request_id, ..ResendCodeRequest::default() };
        let answered = self.suite.clients().subscriptions().resend_code(self.request(request)).await;
        self.suite.settle().await;
        there(answer(answered)?.subscription)
    }

    /// Switches e-mail off.
    pub async fn switches_off_mail(&self, subscription: &Subscription) -> Result<Subscription, Refused> {
        let (name, request_id) = (subscription.name.clone(), self.request_id.clone());
        let request = StopSubscriptionRequest { name, request_id, ..StopSubscriptionRequest::default() };
        let answered = self.suite.clients().subscriptions().stop_subscription(self.request(request)).await;
        self.suite.settle().await;
        there(answer(answered)?.subscription)
    }

    /// One of their subscriptions.
    pub async fn sees_subscription(&self, name: &str) -> Result<Subscription, Refused> {
        let request = self.request(GetSubscriptionRequest { name: name.to_owned() });
        let response = answer(self.suite.clients().subscriptions().get_subscription(request).await)?;
        there(response.subscription)
    }

    /// Has e-mail about the post that `access` opens sent to `address`: switched on, and the code entered.
    ///
    /// # Panics
    /// When either is refused, or no code comes.
    pub async fn is_mailed_at(&self, access: &ReadAccess, address: &str) -> Subscription {
        let started = self.switches_on_mail(access, address).await.expect("a subscription");
        let mail = self.suite.mails_to(address).pop().expect("an e-mail with a code");
        self.enters_code(&started, &mail.code().expect("six digits")).await.expect("the code is right")
    }

    /// Switches e-mail about their own new post on; a code is sent (N7).
    pub async fn asks_for_mail_about_own_post_at(&self, address: &str) -> Result<Subscription, Refused> {
        let request = StartSubscriptionRequest {
            target: Some(Target::OwnMailbox(true)),
            request_id: self.request_id.clone(),
            channel: Channel::Email.into(),
            email_address: address.to_owned(),
            ..StartSubscriptionRequest::default()
        };
        self.starts_subscription(request).await
    }

    /// Has e-mail about their own new post sent to `address` (N7).
    ///
    /// # Panics
    /// When it is refused, or no code comes.
    pub async fn is_mailed_about_own_post_at(&self, address: &str) -> Subscription {
        let started = self.asks_for_mail_about_own_post_at(address).await.expect("a subscription");
        let mail = self.suite.mails_to(address).pop().expect("an e-mail with a code");
        self.enters_code(&started, &mail.code().expect("six digits")).await.expect("the code is right")
    }
}
