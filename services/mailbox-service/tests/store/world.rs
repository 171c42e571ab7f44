//! One mailbox-service in the test's process, with a clock that the test drives.

use super::access::FakeAccess;
pub(crate) use super::caller::by;
use super::caller::known;
use api::access::v1 as access;
use api::core::v1 as core;
use api::event::v1::event_service_client::EventServiceClient;
use api::event::v1::event_service_server::EventServiceServer;
use api::mailbox::v1 as proto;
use api::mailbox::v1::delivery_service_client::DeliveryServiceClient;
use api::mailbox::v1::delivery_service_server::DeliveryServiceServer;
use api::mailbox::v1::directory_service_client::DirectoryServiceClient;
use api::mailbox::v1::directory_service_server::DirectoryServiceServer;
use api::mailbox::v1::mailbox_service_client::MailboxServiceClient;
use api::mailbox::v1::mailbox_service_server::MailboxServiceServer;
use api::mailbox::v1::registry_service_client::RegistryServiceClient;
use api::mailbox::v1::registry_service_server::RegistryServiceServer;
use crypto::Keys;
use engines::Engine;
use events::{Emitter, Receiver};
use identity::{ServiceTokenConfig, ServiceTokens};
use kernel::{ManualClock, ServiceName, SystemRandom};
use mailbox_service::config::ServiceConfig;
use mailbox_service::grpc::{delivery::Delivery, directory::Directory, mailbox::Mailbox, registry::Registry};
use mailbox_service::incoming::Incoming;
use mailbox_service::objects::Objects;
use mailbox_service::peers::access::Access;
use mailbox_service::store::person::PersonRow;
use mailbox_service::turns::Turns;
use mailbox_service::uploads::Uploads;
use mailbox_service::usecase::{Parts, Repeatable};
use mailbox_service::watchers::Watchers;
use rpc::{Client, ClientConfig, Streams};
use sql::{DatabaseConfig, Db, TimeSource};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::Status;
use tonic::transport::Channel;
use tonic_types::StatusExt as _;

pub(crate) const KAREN: &str = "6101804000";
pub(crate) const NIELS: &str = "6202754000";

/// The service, and everybody who calls it.
pub(crate) struct World {
    pub(crate) parts: Arc<Parts>,
    pub(crate) clock: ManualClock,
    pub(crate) access: FakeAccess,
    pub(crate) folder: TempDir,
    channel: Channel,
}

/// 2026-01-15T09:00:00Z.
pub(crate) const START: i64 = 1_768_467_600_000_000;

impl World {
    pub(crate) async fn start(engine: Engine) -> Self {
        Self::start_with(engine, |_| {}).await
    }

    /// One whose parts were changed.
    pub(crate) async fn start_with(engine: Engine, change: impl FnOnce(&mut Parts)) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let database =
            engine.migrated_database(folder.path(), "mailbox", mailbox_service::MIGRATIONS).await.expect("a database");
        let clock = ManualClock::new(kernel::Timestamp::from_micros(START));
        let access = FakeAccess::default();
        let mut parts = parts(&folder, database, &clock, access.serve().await).await;
        change(&mut parts);
        let parts = Arc::new(parts);
        let channel = serve(parts.clone()).await;
        Self { parts, clock, access, folder, channel }
    }

    pub(crate) fn files_dir(&self) -> PathBuf {
        self.folder.path().join("files")
    }

    pub(crate) fn mailbox(&self) -> MailboxServiceClient<Channel> {
        MailboxServiceClient::new(self.channel.clone())
    }

    pub(crate) fn delivery(&self) -> DeliveryServiceClient<Channel> {
        DeliveryServiceClient::new(self.channel.clone())
    }

    pub(crate) fn registry(&self) -> RegistryServiceClient<Channel> {
        RegistryServiceClient::new(self.channel.clone())
    }

    pub(crate) fn directory(&self) -> DirectoryServiceClient<Channel> {
        DirectoryServiceClient::new(self.channel.clone())
    }

    pub(crate) fn events(&self) -> EventServiceClient<Channel> {
        EventServiceClient::new(self.channel.clone())
    }

    /// Registers somebody; the name of their mailbox.
    pub(crate) async fn register(&self, cpr: &str, first: &str, last: &str) -> String {
        let registration = Some(line(cpr, first, last));
        let request = proto::RegisterPersonRequest { registration, request_id: String::new() };
        let answer = self.registry().register_person(by("register", request)).await.expect("registered");
        answer.into_inner().person.expect("a person").mailbox
    }

    /// Karen and Niels, both registered.
    pub(crate) async fn karen_and_niels(&self) -> (String, String) {
        (self.register(KAREN, "Karen", "Nørgaard").await, self.register(NIELS, "Niels", "Holm").await)
    }

    /// A call without a request id.
    pub(crate) fn unrepeatable(&self) -> Repeatable {
        let request = known(by("municipality", ())).expect("a caller");
        self.parts.repeatable(&rpc::Call::of(&request).expect("a caller"), "test", "", &[])
    }

    /// The number that `sql` counts as `n`.
    pub(crate) async fn count(&self, sql: &'static str) -> i64 {
        let counted =
            self.parts.db.read(move |tx| Box::pin(async move { tx.one(sql, vec![], |row| row.get("n")).await }));
        counted.await.expect("a count")
    }

    /// The names of the only person there is, as they lie in the database.
    pub(crate) async fn sealed_name(&self) -> [Vec<u8>; 2] {
        let read = |row: &sql::Row| Ok([row.get("first_name")?, row.get("last_name")?]);
        let sql = "SELECT first_name, last_name FROM person";
        let stored = self.parts.db.read(move |tx| Box::pin(async move { tx.one(sql, vec![], read).await }));
        stored.await.expect("a person")
    }

    /// Delivers a letter from the municipality; its name.
    pub(crate) async fn deliver(&self, cpr: &str, uuid: u128, subject: &str) -> String {
        self.deliver_as("municipality", letter(cpr, uuid, subject)).await.expect("delivered").message
    }

    pub(crate) async fn deliver_as(&self, who: &str, delivery: proto::Delivery) -> Result<proto::Receipt, Status> {
        let request = proto::DeliverMessageRequest { delivery: Some(delivery) };
        let answer = self.delivery().deliver_message(by(who, request)).await?;
        Ok(answer.into_inner().receipt.expect("a receipt"))
    }

    /// Niels may read Karen's public post from now on.
    pub(crate) fn niels_reads(&self, mailbox: &str, version: i64) {
        let ground = access::DecisionGround {
            post_kind: core::PostKind::Public.into(),
            capacity: core::Capacity::Reader.into(),
            access: format!("{mailbox}/accesses/0192f0c1-2f4a-7cc3-98c4-dc0c0c07398f"),
            access_version: version,
            ..Default::default()
        };
        self.access.answers(access::Decision { allowed: true, grounds: vec![ground], ..Default::default() });
    }

    /// Karen chooses whether e-Boks shows her public post.
    pub(crate) async fn shows_in_e_boks(&self, shows: bool) {
        let settings = proto::MailboxSettings {
            name: "mailboxes/me/settings".to_owned(),
            show_public_post_in_e_boks: shows,
            ..Default::default()
        };
        let paths = vec!["show_public_post_in_e_boks".to_owned()];
        let request = proto::UpdateSettingsRequest {
            settings: Some(settings),
            update_mask: Some(prost_types::FieldMask { paths }),
            ..Default::default()
        };
        self.mailbox().update_settings(by(&format!("{KAREN}@borger_dk"), request)).await.expect("chosen");
    }

    /// All folders as `who` sees them: id or name, letters, unread ones.
    pub(crate) async fn counts(&self, who: &str, mailbox: &str) -> Vec<(String, i64, i64)> {
        let request = proto::ListFoldersRequest { parent: mailbox.to_owned(), ..Default::default() };
        let folders = self.mailbox().list_folders(by(who, request)).await.expect("folders").into_inner().folders;
        let label = |folder: &proto::Folder| match folder.kind() {
            proto::FolderKind::Own => folder.display_name.clone(),
            _ => folder.name.rsplit('/').next().unwrap_or_default().to_owned(),
        };
        folders.iter().map(|folder| (label(folder), folder.message_count, folder.unread_count)).collect()
    }

    /// The letters that `who` sees, newest first.
    pub(crate) async fn list(&self, who: &str, mailbox: &str) -> Vec<proto::MessageSummary> {
        let request = proto::ListMessagesRequest { parent: mailbox.to_owned(), ..Default::default() };
        self.mailbox().list_messages(by(who, request)).await.expect("letters").into_inner().messages
    }
}

async fn serve(parts: Arc<Parts>) -> Channel {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let receiver = Receiver::new(parts.db.clone(), Arc::new(Incoming(parts.clone())));
    let server = tonic::transport::Server::builder()
        .add_service(MailboxServiceServer::with_interceptor(Mailbox(parts.clone()), known))
        .add_service(DeliveryServiceServer::with_interceptor(Delivery(parts.clone()), known))
        .add_service(RegistryServiceServer::with_interceptor(Registry(parts.clone()), known))
        .add_service(DirectoryServiceServer::with_interceptor(Directory(parts.clone()), known))
        .add_service(EventServiceServer::with_interceptor(receiver, known));
    tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));
    Channel::from_shared(format!("http://{address}")).expect("a URL").initial_stream_window_size(65_535).connect_lazy()
}

async fn parts(folder: &TempDir, config: DatabaseConfig, clock: &ManualClock, access: String) -> Parts {
    let clock = Arc::new(clock.clone());
    let random = Arc::new(SystemRandom);
    let time = TimeSource::Injected(clock.clone());
    let db = Db::open(&config, mailbox_service::MIGRATIONS, time).await.expect("a database");
    let key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    let keys = format!(r#"{{"active": "k1", "keys": {{"k1": "{key}"}}, "lookup": "{key}"}}"#);
    let keys = Keys::parse(&keys).expect("keys");
    let tokens = ServiceTokens::new(&token_config(folder.path()), ServiceName::Mailbox, "digitalpost", clock.clone());
    let peer =
        ClientConfig { url: access, connections: 1, authority_file: None, certificate_file: None, key_file: None };
    let client = Client::new(ServiceName::Access, &peer, tokens.expect("tokens")).expect("a client");
    let files_dir = folder.path().join("files");
    Parts {
        db,
        emitter: Emitter::new(ServiceName::Mailbox, random.clone()),
        clock,
        access: Access::new(client),
        objects: Objects::in_folder(&files_dir).expect("a folder"),
        decoy: PersonRow::decoy(&keys.keyring, &SystemRandom),
        keys,
        random,
        streams: Streams::new(8),
        scanner: None,
        turns: Turns::new(1, 0, || 0),
        uploads: Uploads::new(3, 2),
        downloads: Streams::new(2),
        watchers: Watchers::default(),
        // So few letters for one page of a search that a test can have more; so little patience that a test can wait.
        config: ServiceConfig { files_dir, search_letters: 400, download_idle_seconds: 2, ..ServiceConfig::default() },
    }
}

pub(crate) fn token_config(folder: &Path) -> ServiceTokenConfig {
    let key_file = folder.join("service.pem");
    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).expect("a key");
    std::fs::write(&key_file, key.serialize_pem()).expect("a key file");
    ServiceTokenConfig { issuer: "mailbox".to_owned(), key_id: "mailbox-1".to_owned(), key_file }
}

pub(crate) fn line(cpr: &str, first: &str, last: &str) -> proto::PersonRegistration {
    proto::PersonRegistration {
        cpr_number: cpr.to_owned(),
        names: Some(core::PersonNames { first_name: first.to_owned(), last_name: last.to_owned() }),
        ..Default::default()
    }
}

pub(crate) fn letter(cpr: &str, uuid: u128, subject: &str) -> proto::Delivery {
    proto::Delivery {
        message_uuid: uuid::Uuid::from_u128(uuid).to_string(),
        cpr_number: cpr.to_owned(),
        subject: subject.to_owned(),
        body_text: "Kære borger\nDet her er dit brev.".to_owned(),
        ..Default::default()
    }
}

/// The reason of a refusal, and one of its metadata.
pub(crate) fn reason(status: &Status) -> String {
    status.get_details_error_info().map(|info| info.reason).unwrap_or_default()
}

pub(crate) fn metadata(status: &Status, key: &str) -> String {
    let info = status.get_details_error_info().expect("details");
    info.metadata.get(key).cloned().unwrap_or_default()
}

/// What a call was refused with. Answers can't be printed, so `expect_err` is no help.
pub(crate) trait Refused {
    fn refused(self, why: &str) -> Status;
}

impl<T> Refused for Result<T, Status> {
    fn refused(self, why: &str) -> Status {
        match self {
            Ok(_) => panic!("not refused: {why}"),
            Err(status) => status,
        }
    }
}
