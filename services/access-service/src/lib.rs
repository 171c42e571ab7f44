//! access-service: who may see whose post.
//!
//! It owns the read accesses and their history, the rights matrix, and the count of tries to name a person. A request goes
//! one way through the rooms: `grpc` reads it into a command, a `usecase` does it in one transaction with the rules of
//! `domain` and the SQL of `store`, and `grpc` shows the outcome.
//!
//! | looking for | look into |
//! |---|---|
//! | what may happen to an access, and when | `domain/life.rs` |
//! | what a reader may do | `domain/rights.rs` |
//! | the decision that the other services ask for | `domain/decision.rs`, `usecase/check.rs` |
//! | what citizens read | `domain/words.rs`, `domain/notice.rs` |
//! | what is told of changes as they come | `usecase/watch.rs` |

pub mod config;
pub mod domain;
pub mod error;
pub mod grpc;
pub mod incoming;
pub mod job;
pub mod outgoing;
pub mod peers;
pub mod store;
pub mod usecase;

use crate::config::ServiceConfig;
use crate::grpc::{Authorization, CaseworkerAccess, ReadAccesses, Watching};
use crate::incoming::Incoming;
use crate::job::{EndOverdue, Forget, Remind};
use crate::outgoing::Outgoing;
use crate::peers::Directory;
use crate::usecase::Context;
use crate::usecase::watch::Watches;
use api::access::v1::authorization_service_server::AuthorizationServiceServer;
use api::access::v1::caseworker_access_service_server::CaseworkerAccessServiceServer;
use api::access::v1::read_access_service_server::ReadAccessServiceServer;
use api::event::v1::event_service_server::EventServiceServer;
use events::Receiver;
use kernel::ServiceName;
use rpc::MAX_REQUEST_BYTES;
use runtime::{App, Base, Config, Outside};
use sql::{Migrations, Step};
use std::sync::Arc;

/// Our tables.
pub const MIGRATIONS: Migrations = Migrations::new(&[
    Step {
        version: 1000,
        description: "accesses, their history, known persons, attempts",
        sqlite: include_str!("../migrations/sqlite/0001_accesses.sql"),
        postgres: include_str!("../migrations/postgres/0001_accesses.sql"),
    },
    Step {
        version: 1001,
        description: "changes of accesses, in their order",
        sqlite: include_str!("../migrations/sqlite/0002_access_changes.sql"),
        postgres: include_str!("../migrations/postgres/0002_access_changes.sql"),
    },
]);

/// The service on the given configuration, bound to its socket and not yet running.
pub async fn build(config: Config<ServiceConfig>, outside: Outside) -> anyhow::Result<App> {
    config.service.check()?;
    let base = Base::build(ServiceName::Access, &config, MIGRATIONS, outside).await?;
    let mailbox = base.client(ServiceName::Mailbox, config.peers.mailbox.as_ref())?;
    let notification = base.client(ServiceName::Notification, config.peers.notification.as_ref())?;
    let context = Context {
        db: base.db.clone(),
        directory: Directory::new(mailbox.clone()),
        outgoing: Outgoing::new(base.emitter.clone(), config.service.manage_url.clone()),
        lookup: base.keys.lookup.clone(),
        random: base.random.clone(),
        settings: Arc::new(config.service),
    };
    let accesses = ReadAccesses::new(context.clone(), base.keys.page_tokens.clone());
    let at_desk = CaseworkerAccess::new(context.clone(), base.keys.page_tokens.clone());
    let events = Receiver::new(base.db.clone(), Arc::new(Incoming(context.clone())));
    let watches = Watches::new(context.clone(), base.clock.clone());
    let watching = Watching::new(watches, base.keys.page_tokens.clone(), base.random.clone(), base.streams.clone());
    let authorization = Authorization::new(context.clone(), watching);
    let forget = Forget(base.db.clone());
    Ok(App::new(base)
        .serving(ReadAccessServiceServer::new(accesses).max_decoding_message_size(MAX_REQUEST_BYTES))
        .serving(CaseworkerAccessServiceServer::new(at_desk).max_decoding_message_size(MAX_REQUEST_BYTES))
        .serving(AuthorizationServiceServer::new(authorization).max_decoding_message_size(MAX_REQUEST_BYTES))
        .serving(EventServiceServer::new(events).max_decoding_message_size(MAX_REQUEST_BYTES))
        .telling(ServiceName::Mailbox, mailbox)
        .telling(ServiceName::Notification, notification)
        .working(EndOverdue(context.clone()))
        .working(Remind(context))
        .working(forget))
}
