//! notification-service: e-mail about new post, the codes that confirm its addresses, and the ledger of what is owed.
//!
//! A subscription belongs to one person and one mailbox, by an access or as the person's own. Its address is in force
//! once the code sent there was entered. A new public letter is an event of mailbox-service; it is counted in the ledger
//! for each address in force, and a job claims what is due, asks access-service whether the access is active at that
//! moment, renders the e-mail once, and sends it until the mail server takes it or refuses it for good.
//!
//! Locks are taken in one order: what may have ended, subscription, person, address; and then queue, ledger.

pub mod command;
pub mod config;
pub mod domain;
pub mod email;
pub mod error;
pub mod grpc;
pub mod incoming;
pub mod job;
pub mod mailer;
pub mod outgoing;
pub mod peers;
pub mod service;
pub mod store;
pub mod usecase;

use api::event::v1::event_service_server::EventServiceServer;
use api::notification::v1::operator_service_server::OperatorServiceServer;
use api::notification::v1::subscription_service_server::SubscriptionServiceServer;
use config::{MailConfig, ServiceConfig};
use domain::ledger::Lane;
use domain::return_path::ReturnPaths;
use email::Composer;
use grpc::operator_service::Operators;
use grpc::subscription_service::Subscriptions;
use incoming::Events;
use job::{Delivery, Dispatch, Forget, Forward, Measure, Prune};
use kernel::ServiceName;
use peers::{Accesses, Directory, Letters};
use rpc::MAX_REQUEST_BYTES;
use runtime::{App, Base, Config, Outside};
use service::Service;
use std::sync::Arc;

/// The service, as `config` says, on time and chance from `outside`.
pub async fn build(config: Config<ServiceConfig>, outside: Outside) -> anyhow::Result<App> {
    config.service.check(config.identity.production)?;
    let composer = Arc::new(Composer::new(&config.service)?);
    let base = Base::build(ServiceName::Notification, &config, store::MIGRATIONS, outside).await?;
    let to_access = base.client(ServiceName::Access, config.peers.access.as_ref())?;
    let to_mailbox = base.client(ServiceName::Mailbox, config.peers.mailbox.as_ref())?;
    let return_paths = ReturnPaths::new(base.keys.lookup.clone(), config.service.mail.return_domain());
    let service = Service {
        db: base.db.clone(),
        keys: base.keys.clone(),
        random: base.random.clone(),
        emitter: base.emitter.clone(),
        composer,
        return_paths: return_paths.clone(),
        window: config.service.window(),
    };
    let accesses = Accesses::new(to_access);
    let directory = Directory::new(to_mailbox.clone(), service.clone());

    let subscriptions =
        Subscriptions { service: service.clone(), accesses: accesses.clone(), directory: directory.clone() };
    let events = events::Receiver::new(base.db.clone(), Arc::new(Events(service.clone())));
    let mail = &config.service.mail;
    let opened = |parallel| {
        // Connections of its own: a mail server that is slow to take the others is not waited for.
        mailer::open(&MailConfig { parallel, ..mail.clone() }, return_paths.clone())
    };
    let dispatch = |lane, parallel| -> anyhow::Result<Dispatch> {
        let delivery = Delivery { service: service.clone(), mailer: opened(parallel)? };
        let open = base
            .streams
            .open_until(None)
            .map_err(|refusal| anyhow::anyhow!("no place for a job: {:?}", refusal.reason()))?;
        Ok(Dispatch { lane, delivery, accesses: accesses.clone(), directory: directory.clone(), parallel, open })
    };
    let awaited = dispatch(Lane::Awaited, mail.parallel_awaited)?;
    let news = dispatch(Lane::News, mail.parallel)?;
    let letters = Letters::new(to_mailbox.clone(), mail.max_forward_bytes);
    let forward = Forward { service: service.clone(), letters, mailer: opened(mail.forwards_at_once)? };
    let prune = Prune { service: service.clone(), kept: config.service.ledger_kept() };
    let app = (0..mail.forwards_at_once).fold(App::new(base), |app, _| app.working(forward.clone()));
    Ok(app
        .serving(SubscriptionServiceServer::new(subscriptions).max_decoding_message_size(MAX_REQUEST_BYTES))
        .serving(OperatorServiceServer::new(Operators(service.clone())).max_decoding_message_size(MAX_REQUEST_BYTES))
        .serving(EventServiceServer::new(events).max_decoding_message_size(MAX_REQUEST_BYTES))
        .working(awaited)
        .working(news)
        .working(prune)
        .working(Measure(service.clone()))
        .working(Forget(service))
        .telling(ServiceName::Mailbox, to_mailbox))
}
