//! Calls to a suite from outside, as portals and sender systems make them.

use crate::layout::Layout;
use crate::ports::Ports;
use anyhow::Context as _;
use api::access::v1::caseworker_access_service_client::CaseworkerAccessServiceClient;
use api::access::v1::read_access_service_client::ReadAccessServiceClient;
use api::mailbox::v1::delivery_service_client::DeliveryServiceClient;
use api::mailbox::v1::mailbox_service_client::MailboxServiceClient;
use api::mailbox::v1::registry_service_client::RegistryServiceClient;
use api::notification::v1::operator_service_client::OperatorServiceClient;
use api::notification::v1::subscription_service_client::SubscriptionServiceClient;
use kernel::ServiceName;
use std::time::Duration;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint};
use tonic::{Code, Request, Response, Status};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

/// How long a single call may take.
const TIMEOUT: Duration = Duration::from_secs(10);
/// How long a call is tried again while a process is away.
const PATIENCE: Duration = Duration::from_secs(20);
/// The pause between tries.
const PAUSE: Duration = Duration::from_millis(100);

/// Connections to the three services, made when they are first needed and again when they break.
#[derive(Clone, Debug)]
pub struct Clients {
    access: Channel,
    mailbox: Channel,
    notification: Channel,
}

/// A token, ready to be sent.
#[derive(Clone, Debug)]
pub struct Bearer(MetadataValue<Ascii>);

impl Bearer {
    /// The header of `token`.
    pub fn new(token: &str) -> anyhow::Result<Self> {
        let mut header: MetadataValue<Ascii> = format!("Bearer {token}").parse().context("not a token")?;
        header.set_sensitive(true);
        Ok(Self(header))
    }

    /// A request with the token and no deadline: for streams.
    pub fn stream<T>(&self, message: T) -> Request<T> {
        let mut request = Request::new(message);
        request.metadata_mut().insert("authorization", self.0.clone());
        request
    }

    /// A request with the token and a deadline.
    pub fn request<T>(&self, message: T) -> Request<T> {
        let mut request = self.stream(message);
        request.set_timeout(TIMEOUT);
        request
    }

    /// Calls, and calls again while the answer is UNAVAILABLE, as the contract asks clients to. What changes something
    /// must carry its `request_id` or UUID, so that it happens once.
    pub async fn call<T, R, F>(&self, message: T, call: impl Fn(Request<T>) -> F) -> Result<R, Status>
    where
        T: Clone,
        F: Future<Output = Result<Response<R>, Status>>,
    {
        let give_up = tokio::time::Instant::now() + PATIENCE;
        loop {
            match call(self.request(message.clone())).await {
                Err(status) if status.code() == Code::Unavailable && tokio::time::Instant::now() < give_up => {
                    tokio::time::sleep(PAUSE).await;
                }
                answered => return answered.map(Response::into_inner),
            }
        }
    }
}

impl Clients {
    /// Clients that trust the suite's own authority.
    pub fn new(layout: &Layout, ports: &Ports) -> anyhow::Result<Self> {
        let authority = layout.authority().certificate;
        let authority = std::fs::read(&authority).with_context(|| format!("can't read {}", authority.display()))?;
        let tls = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(authority));
        let channel = |service| {
            let endpoint = Endpoint::from_shared(ports.url(service))?.tls_config(tls.clone())?;
            Ok::<_, anyhow::Error>(endpoint.connect_timeout(Duration::from_secs(2)).tcp_nodelay(true).connect_lazy())
        };
        Ok(Self {
            access: channel(ServiceName::Access)?,
            mailbox: channel(ServiceName::Mailbox)?,
            notification: channel(ServiceName::Notification)?,
        })
    }

    /// Whether `service` says that it serves.
    pub async fn serves(&self, service: ServiceName) -> bool {
        let channel = match service {
            ServiceName::Access => &self.access,
            ServiceName::Mailbox => &self.mailbox,
            ServiceName::Notification => &self.notification,
        };
        let mut request = Request::new(HealthCheckRequest::default());
        request.set_timeout(Duration::from_secs(1));
        let checked = HealthClient::new(channel.clone()).check(request).await;
        checked.is_ok_and(|checked| checked.into_inner().status() == ServingStatus::Serving)
    }

    /// Read access as citizens manage it.
    pub fn read_access(&self) -> ReadAccessServiceClient<Channel> {
        ReadAccessServiceClient::new(self.access.clone())
    }

    /// Read access as a municipality manages it.
    pub fn caseworker_access(&self) -> CaseworkerAccessServiceClient<Channel> {
        CaseworkerAccessServiceClient::new(self.access.clone())
    }

    /// Mailboxes as portals show them.
    pub fn mailbox(&self) -> MailboxServiceClient<Channel> {
        MailboxServiceClient::new(self.mailbox.clone())
    }

    /// Sending post.
    pub fn delivery(&self) -> DeliveryServiceClient<Channel> {
        DeliveryServiceClient::new(self.mailbox.clone())
    }

    /// Registering persons.
    pub fn registry(&self) -> RegistryServiceClient<Channel> {
        RegistryServiceClient::new(self.mailbox.clone())
    }

    /// The ledger of e-mails.
    pub fn operators(&self) -> OperatorServiceClient<Channel> {
        OperatorServiceClient::new(self.notification.clone())
    }

    /// E-mail about new post.
    pub fn subscriptions(&self) -> SubscriptionServiceClient<Channel> {
        SubscriptionServiceClient::new(self.notification.clone())
    }
}
