//! What caseworkers do about the e-mail of a reader who attends.

use super::caseworker::{Caseworker, attended};
use super::citizen_mail::subscription;
use crate::refused::Refused;
use crate::suite::{answer, there};
use api::access::v1::ReadAccess;
use api::core::v1::Attendance;
use api::notification::v1::{
    ChangeAddressRequest, ConfirmSubscriptionRequest, ListSubscriptionsRequest, ResendCodeRequest,
    StartSubscriptionRequest, StopSubscriptionRequest, Subscription,
};

impl Caseworker {
    /// Switches e-mail on, and states how the reader was there.
    pub async fn switches_on_mail(
        &self,
        access: &ReadAccess,
        address: &str,
        attendance: Attendance,
    ) -> Result<Subscription, Refused> {
        let (attendance, request_id) = (Some(attendance), self.request_id.clone());
        self.starts_subscription(StartSubscriptionRequest { attendance, request_id, ..subscription(access, address) })
            .await
    }

    /// Switches e-mail on in just these words.
    pub async fn starts_subscription(&self, request: StartSubscriptionRequest) -> Result<Subscription, Refused> {
        let answered = self.suite.clients().subscriptions().start_subscription(self.request(request)).await;
        self.suite.settle().await;
        there(answer(answered)?.subscription)
    }

    /// Enters the code that the reader reads out.
    pub async fn enters_code(&self, subscription: &Subscription, code: &str) -> Result<Subscription, Refused> {
        let request = ConfirmSubscriptionRequest {
            name: subscription.name.clone(),
            code: code.to_owned(),
            attendance: Some(attended()),
            request_id: self.request_id.clone(),
        };
        let answered = self.suite.clients().subscriptions().confirm_subscription(self.request(request)).await;
        self.suite.settle().await;
        there(answer(answered)?.subscription)
    }

    /// Asks for another code.
    pub async fn asks_for_a_new_code(&self, subscription: &Subscription) -> Result<Subscription, Refused> {
        let name = subscription.name.clone();
        let request = ResendCodeRequest { name, attendance: Some(attended()), request_id: self.request_id.clone() };
        let answered = self.suite.clients().subscriptions().resend_code(self.request(request)).await;
        self.suite.settle().await;
        there(answer(answered)?.subscription)
    }

    /// Names another address.
    pub async fn changes_address(&self, subscription: &Subscription, address: &str) -> Result<Subscription, Refused> {
        let request = ChangeAddressRequest {
            name: subscription.name.clone(),
            email_address: address.to_owned(),
            attendance: Some(attended()),
            request_id: self.request_id.clone(),
        };
        let answered = self.suite.clients().subscriptions().change_address(self.request(request)).await;
        self.suite.settle().await;
        there(answer(answered)?.subscription)
    }

    /// Switches e-mail off.
    pub async fn switches_off_mail(&self, subscription: &Subscription) -> Result<Subscription, Refused> {
        let name = subscription.name.clone();
        let request =
            StopSubscriptionRequest { name, attendance: Some(attended()), request_id: self.request_id.clone() };
        let answered = self.suite.clients().subscriptions().stop_subscription(self.request(request)).await;
        self.suite.settle().await;
        there(answer(answered)?.subscription)
    }

    /// The first page of a list of subscriptions.
    pub async fn lists_subscriptions(&self, request: ListSubscriptionsRequest) -> Result<Vec<Subscription>, Refused> {
        let answered = self.suite.clients().subscriptions().list_subscriptions(self.request(request)).await;
        Ok(answer(answered)?.subscriptions)
    }
}
