//! mailbox-service: persons and their mailboxes, folders, letters and files.
//!
//! A call comes in through [`grpc`], which reads the wire into typed values; [`usecase::admit`] tells who acts in which
//! mailbox and what they see there; one of the [`usecase`]s does what was asked, in one transaction over [`store`]; the
//! answer is written by [`grpc`] again. What other services want comes in as events ([`incoming`]), what they must know goes
//! out as events ([`outgoing`]). Files stream through [`objects`].

pub mod command;
pub mod config;
pub mod domain;
pub mod error;
pub mod grpc;
pub mod heads;
pub mod incoming;
pub mod job;
pub mod objects;
pub mod outgoing;
pub mod peers;
pub mod scanner;
pub mod store;
pub mod turns;
pub mod uploads;
pub mod usecase;
pub mod watchers;

use anyhow::Context as _;
use api::event::v1::event_service_server::EventServiceServer;
use api::mailbox::v1::delivery_service_server::DeliveryServiceServer;
use api::mailbox::v1::directory_service_server::DirectoryServiceServer;
use api::mailbox::v1::mailbox_service_server::MailboxServiceServer;
use api::mailbox::v1::registry_service_server::RegistryServiceServer;
use config::ServiceConfig;
use events::Receiver;
use heads::Heads;
use incoming::Incoming;
use job::export_heads::ExportHeads;
use job::forget_tallies::ForgetTallies;
use job::publish::Publish;
use job::purge_bin::PurgeBin;
use job::sweep_files::SweepFiles;
use job::watch_others::WatchOthers;
use kernel::ServiceName;
use objects::Objects;
use peers::access::Access;
use rpc::layer::limit::Limit;
use rpc::{MAX_REQUEST_BYTES, Streams};
use runtime::{App, Base, Config, Outside};
use scanner::Scanner;
use sql::{Migrations, Step};
use std::sync::Arc;
use store::person::PersonRow;
use turns::Turns;
use uploads::Uploads;
use usecase::Parts;
use watchers::Watchers;

/// The schema.
pub const MIGRATIONS: Migrations = Migrations::new(&[
    Step {
        version: 1000,
        description: "persons, mailboxes, folders, letters, files, deliveries",
        sqlite: include_str!("../migrations/sqlite/0001_mailboxes.sql"),
        postgres: include_str!("../migrations/postgres/0001_mailboxes.sql"),
    },
    Step {
        version: 1002,
        description: "the activity log",
        sqlite: include_str!("../migrations/sqlite/0002_activity.sql"),
        postgres: include_str!("../migrations/postgres/0002_activity.sql"),
    },
    Step {
        version: 1003,
        description: "exemptions",
        sqlite: include_str!("../migrations/sqlite/0003_exemption.sql"),
        postgres: include_str!("../migrations/postgres/0003_exemption.sql"),
    },
    Step {
        version: 1005,
        description: "service records, recipients, forwardings",
        sqlite: include_str!("../migrations/sqlite/0005_service.sql"),
        postgres: include_str!("../migrations/postgres/0005_service.sql"),
    },
    Step {
        version: 1006,
        description: "contact points",
        sqlite: include_str!("../migrations/sqlite/0006_contact_points.sql"),
        postgres: include_str!("../migrations/postgres/0006_contact_points.sql"),
    },
    Step {
        version: 1007,
        description: "what search needs",
        sqlite: include_str!("../migrations/sqlite/0007_search.sql"),
        postgres: include_str!("../migrations/postgres/0007_search.sql"),
    },
    Step {
        version: 1008,
        description: "letters sent ahead, receipts in order",
        sqlite: include_str!("../migrations/sqlite/0008_delivery.sql"),
        postgres: include_str!("../migrations/postgres/0008_delivery.sql"),
    },
    Step {
        version: 1009,
        description: "letters from citizens to authorities",
        sqlite: include_str!("../migrations/sqlite/0009_writing.sql"),
        postgres: include_str!("../migrations/postgres/0009_writing.sql"),
    },
]);

/// Builds the service.
pub async fn build(config: Config<ServiceConfig>, outside: Outside) -> anyhow::Result<App> {
    let base = Base::build(ServiceName::Mailbox, &config, MIGRATIONS, outside).await?;
    let access = base.client(ServiceName::Access, config.peers.access.as_ref())?;
    let notification = base.client(ServiceName::Notification, config.peers.notification.as_ref())?;
    let heads = config.service.activity_heads_dir.as_deref().map(Heads::in_folder).transpose();
    let heads = heads.context("service.activity_heads_dir")?;
    let parts = Arc::new(Parts {
        db: base.db.clone(),
        keys: base.keys.clone(),
        emitter: base.emitter.clone(),
        clock: base.clock.clone(),
        random: base.random.clone(),
        streams: base.streams.clone(),
        access: Access::new(access.clone()),
        objects: objects(&config.service)?,
        scanner: config.service.scanner.clone().map(Scanner::new),
        turns: turns(&config.service, base.server.limit().clone()),
        uploads: Uploads::new(config.service.max_uploads, config.service.max_uploads_of_one),
        downloads: Streams::new(config.service.max_downloads),
        decoy: PersonRow::decoy(&base.keys.keyring, &*base.random),
        watchers: Watchers::default(),
        config: config.service,
    });
    let receiver = Receiver::new(base.db.clone(), Arc::new(Incoming(parts.clone())));
    let mailbox = MailboxServiceServer::new(grpc::mailbox::Mailbox(parts.clone()));
    let delivery = DeliveryServiceServer::new(grpc::delivery::Delivery(parts.clone()));
    let registry = RegistryServiceServer::new(grpc::registry::Registry(parts.clone()));
    let directory = DirectoryServiceServer::new(grpc::directory::Directory(parts.clone()));
    let app = App::new(base)
        .serving(mailbox.max_decoding_message_size(MAX_REQUEST_BYTES))
        .serving(delivery.max_decoding_message_size(MAX_REQUEST_BYTES))
        .serving(registry.max_decoding_message_size(MAX_REQUEST_BYTES))
        .serving(directory.max_decoding_message_size(MAX_REQUEST_BYTES))
        .serving(EventServiceServer::new(receiver).max_decoding_message_size(MAX_REQUEST_BYTES))
        .telling(ServiceName::Access, access)
        .telling(ServiceName::Notification, notification)
        .working(ForgetTallies(parts.db.clone()))
        .working(SweepFiles(parts.clone()))
        .working(Publish(parts.clone()))
        .working(WatchOthers(parts.clone()))
        .working(PurgeBin(parts.clone()));
    Ok(match heads {
        Some(heads) => app.working(ExportHeads::new(parts, heads)),
        None => app,
    })
}

fn turns(config: &ServiceConfig, limit: Limit) -> Turns {
    Turns::new(config.turns(), config.batch_rest, move || limit.calls_let_in())
}

fn objects(config: &ServiceConfig) -> anyhow::Result<Objects> {
    match &config.bucket {
        Some(bucket) => Objects::in_bucket(bucket),
        None => Objects::in_folder(&config.files_dir).context("service.files_dir"),
    }
}
