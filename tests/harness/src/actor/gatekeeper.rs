//! mailbox-service as it asks, before each act, whether it is allowed: with a token of its own and that of the person who
//! wants to act beside it.

use super::citizen::Citizen;
use crate::refused::Refused;
use crate::suite::{Suite, answer, there};
use api::access::v1::authorization_service_client::AuthorizationServiceClient;
use api::access::v1::{AccessQuestion, BatchCheckRequest, CheckRequest, Decision};
use api::core::v1::{Act, PostKind};
use kernel::{Caller, Service, ServiceName};
use tonic::Request;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::Channel;

/// The one who asks.
#[derive(Clone)]
pub struct Gatekeeper {
    suite: Suite,
    client: AuthorizationServiceClient<Channel>,
}

impl Suite {
    /// mailbox-service at the door of access-service.
    pub fn gatekeeper(&self) -> Gatekeeper {
        let channel = self.channel(ServiceName::Access, Some(ServiceName::Mailbox));
        Gatekeeper { suite: self.clone(), client: AuthorizationServiceClient::new(channel) }
    }
}

/// May `act` be done in `mailbox`, on post of this kind?
pub fn question(mailbox: &str, act: Act, post_kind: PostKind) -> AccessQuestion {
    AccessQuestion { mailbox: mailbox.to_owned(), act: act.into(), post_kind: post_kind.into() }
}

impl Gatekeeper {
    /// A request with the service's own token, and the token of `user` beside it.
    ///
    /// # Panics
    /// When no token can be made.
    pub fn request<T>(&self, user: &Caller, message: T) -> Request<T> {
        let service = Caller::Service(Service { name: ServiceName::Mailbox, on_behalf_of: None });
        let mut request = self.suite.request(&service, message);
        let users: Option<MetadataValue<Ascii>> = self.suite.request(user, ()).metadata().get("authorization").cloned();
        request.metadata_mut().insert("x-on-behalf-of", users.expect("the user's token"));
        request
    }

    /// Whether `citizen` may do `act` in `mailbox`, on whichever kind of post.
    ///
    /// # Panics
    /// When the question is refused.
    pub async fn decides(&self, citizen: &Citizen, act: Act, mailbox: &str) -> Decision {
        self.decides_on(citizen, act, mailbox, PostKind::Unspecified).await
    }

    /// The same for one kind of post.
    ///
    /// # Panics
    /// When the question is refused.
    pub async fn decides_on(&self, citizen: &Citizen, act: Act, mailbox: &str, kind: PostKind) -> Decision {
        let asked = question(mailbox, act, kind);
        self.asks(&citizen.caller(), &citizen.person_name(), asked).await.expect("a decision")
    }

    /// Asks in just these words: `user` calls, `actor` is who they are taken to be.
    pub async fn asks(&self, user: &Caller, actor: &str, question: AccessQuestion) -> Result<Decision, Refused> {
        let request = CheckRequest { actor: actor.to_owned(), question: Some(question) };
        let answered = self.client.clone().check(self.request(user, request)).await;
        there(answer(answered)?.decision)
    }

    /// Asks many questions at once.
    pub async fn asks_all(
        &self,
        user: &Caller,
        actor: &str,
        questions: Vec<AccessQuestion>,
    ) -> Result<Vec<Decision>, Refused> {
        let request = BatchCheckRequest { actor: actor.to_owned(), questions };
        Ok(answer(self.client.clone().batch_check(self.request(user, request)).await)?.decisions)
    }
}
