//! A running access-service on a fresh database, a clock that the test drives, and citizens who call.

use crate::neighbours::Neighbours;
pub(crate) use crate::setup::Refused;
use crate::setup::{KEYS, client, identity_config, start, write};
pub(crate) use crate::shapes::{never, particulars, person, reason, until};
use access_service::config::ServiceConfig;
use api::access::v1::authorization_service_client::AuthorizationServiceClient;
use api::access::v1::caseworker_access_service_client::CaseworkerAccessServiceClient;
use api::access::v1::read_access_service_client::ReadAccessServiceClient;
use api::access::v1::{AccessQuestion, AccessScope, CheckRequest, Decision, Expiry, GiveAccessRequest, ReadAccess};
use api::core::v1::Act;
use api::event::v1::event::Payload;
use api::event::v1::event_service_client::EventServiceClient;
use api::event::v1::{Event, NoticeRequested, ReceiveEventsRequest};
use engines::Engine;
use identity::{CallerKind, Claims, ServiceTokenConfig, Signer};
use kernel::{Clock as _, EventId, ManualClock, PersonId, SystemRandom, Timestamp, resource};
use rcgen::{KeyPair, PKCS_ED25519};
use rpc::ServerConfig;
use runtime::{Config, Job, Peers};
use sql::{DatabaseConfig, Db, Row, TimeSource, args};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tonic::transport::Channel;
use tonic::{Request, Status};

pub(crate) const KAREN: &str = "6101801234";
pub(crate) const NIELS: &str = "6202751111";
pub(crate) const BORGER_DK: &str = "borger_dk";
/// 2026-11-22 12:00 in Denmark.
const NOON: i64 = 1_795_345_200_000_000;

pub(crate) struct World {
    pub(crate) neighbours: Neighbours,
    pub(crate) clock: ManualClock,
    pub(crate) karen: PersonId,
    pub(crate) niels: PersonId,
    pub(crate) db: Db,
    config: Config<ServiceConfig>,
    pub(crate) channel: Channel,
    jobs: Vec<Arc<dyn Job>>,
    signer: Signer,
    pub(crate) stop: CancellationToken,
    _folder: tempfile::TempDir,
}

impl Drop for World {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl World {
    pub(crate) async fn start(engine: Engine) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = engine.migrated_database(folder.path(), "access", access_service::MIGRATIONS).await.unwrap();
        // With as many connections as a service has unless told otherwise.
        Self::on(folder, &database.url).await
    }

    async fn on(folder: tempfile::TempDir, url: &str) -> Self {
        // The shipped program does this in its main; of the tests in this process the first does.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let neighbours = Neighbours::default();
        let address = neighbours.start().await;
        let (karen, niels) = (neighbours.register(KAREN, "Karen", "Holm"), neighbours.register(NIELS, "Niels", "Skov"));
        let clock = ManualClock::new(Timestamp::from_micros(NOON));
        let key = KeyPair::generate_for(&PKCS_ED25519).unwrap();
        let signer = Signer::from_pem(&key.serialize_pem(), "development-key").unwrap();
        let peer = || Some(client(&format!("http://{address}")));
        let config = Config::<ServiceConfig> {
            database: DatabaseConfig::at(url),
            // Nobody balances load here who would have to notice an end.
            server: ServerConfig { drain_seconds: 0, streams_per_connection: 512, ..ServerConfig::default() },
            identity: identity_config(folder.path(), &key),
            service_token: ServiceTokenConfig {
                issuer: "access-service".to_owned(),
                key_id: "development-key".to_owned(),
                key_file: write(folder.path(), "key.pem", &key.serialize_pem()),
            },
            keys_file: write(folder.path(), "keys.json", KEYS),
            peers: Peers { access: None, mailbox: peer(), notification: peer() },
            ..Config::default()
        };
        let stop = CancellationToken::new();
        let (channel, jobs) = start(config.clone(), &clock, &stop).await;
        let time = TimeSource::Injected(Arc::new(clock.clone()));
        let db = Db::open(&DatabaseConfig::at(url), access_service::MIGRATIONS, time).await.unwrap();
        Self { neighbours, clock, karen, niels, db, config, channel, jobs, signer, stop, _folder: folder }
    }

    /// Where another process on the same database is reached.
    pub(crate) async fn another_process(&self) -> Channel {
        start(self.config.clone(), &self.clock, &self.stop).await.0
    }

    /// What a citizen's portal calls with.
    pub(crate) fn citizens(&self) -> ReadAccessServiceClient<Channel> {
        ReadAccessServiceClient::new(self.channel.clone())
    }

    /// A request of the citizen on borger.dk.
    pub(crate) fn by<T>(&self, cpr: &str, message: T) -> Request<T> {
        self.through(BORGER_DK, cpr, message)
    }

    pub(crate) fn through<T>(&self, portal: &str, cpr: &str, message: T) -> Request<T> {
        with_token("authorization", &self.citizen_token(portal, cpr), Request::new(message))
    }

    /// What a municipality calls with.
    pub(crate) fn desk(&self) -> CaseworkerAccessServiceClient<Channel> {
        CaseworkerAccessServiceClient::new(self.channel.clone())
    }

    /// A request of a caseworker.
    pub(crate) fn at_desk<T>(&self, message: T) -> Request<T> {
        let token = self.token("caseworkers", CallerKind::Caseworker, |claims| {
            claims.acr = Some("substantial".to_owned());
            claims.employee_id = Some("B1234".to_owned());
            claims.municipality = Some("0101".to_owned());
            claims.cvr = Some("64942212".to_owned());
        });
        with_token("authorization", &token, Request::new(message))
    }

    /// A service's request on behalf of a citizen.
    pub(crate) fn for_citizen<T>(&self, portal: &str, cpr: &str, request: Request<T>) -> Request<T> {
        with_token("x-on-behalf-of", &self.citizen_token(portal, cpr), request)
    }

    fn citizen_token(&self, portal: &str, cpr: &str) -> String {
        let token = self.token("citizens", CallerKind::Citizen, |claims| {
            claims.acr = Some("substantial".to_owned());
            claims.cpr = Some(cpr.to_owned());
            claims.portal = Some(portal.to_owned());
        });
        self.neighbours.0.lock().unwrap().tokens.insert(token.clone(), cpr.to_owned());
        token
    }

    pub(crate) fn by_service<T>(&self, name: &str, message: T) -> Request<T> {
        let token = self.token(name, CallerKind::Service, |claims| claims.service = Some(name.to_owned()));
        with_token("authorization", &token, Request::new(message))
    }

    fn token(&self, issuer: &str, kind: CallerKind, fill: impl FnOnce(&mut Claims)) -> String {
        let now = self.clock.now().as_secs();
        let mut claims = Claims::bare(issuer, "x", "digitalpost", kind, now, 300);
        fill(&mut claims);
        self.signer.sign(&claims).unwrap()
    }

    pub(crate) async fn give(&self, expiry: Expiry) -> ReadAccess {
        self.give_with(expiry, "").await.expect("given")
    }

    pub(crate) async fn give_with(&self, expiry: Expiry, request_id: &str) -> Result<ReadAccess, Status> {
        let request = GiveAccessRequest {
            reader: Some(particulars("Niels", "Skov", NIELS)),
            scope: AccessScope::PublicPost.into(),
            expiry: Some(expiry),
            level: 0,
            request_id: request_id.to_owned(),
        };
        let given = self.citizens().give_access(self.by(KAREN, request)).await?;
        Ok(given.into_inner().access.expect("an access"))
    }

    /// Given by Karen and approved by Niels.
    pub(crate) async fn active(&self, expiry: Expiry) -> ReadAccess {
        let given = self.give(expiry).await;
        self.approve(NIELS, &given.name, given.version).await.expect("approved")
    }

    pub(crate) async fn approve(&self, cpr: &str, name: &str, version: i64) -> Result<ReadAccess, Status> {
        let request =
            api::access::v1::ApproveAccessRequest { name: name.to_owned(), version, request_id: String::new() };
        Ok(self.citizens().approve_access(self.by(cpr, request)).await?.into_inner().access.unwrap())
    }

    pub(crate) async fn remove(&self, cpr: &str, name: &str) -> Result<ReadAccess, Status> {
        let request = api::access::v1::RemoveAccessRequest { name: name.to_owned(), request_id: String::new() };
        Ok(self.citizens().remove_access(self.by(cpr, request)).await?.into_inner().access.unwrap())
    }

    /// Whether Niels may do `act` in Karen's mailbox, as mailbox-service would ask.
    pub(crate) async fn check(&self, act: Act) -> Decision {
        self.check_as(NIELS, self.niels, act).await
    }

    pub(crate) async fn check_as(&self, cpr: &str, actor: PersonId, act: Act) -> Decision {
        let mailbox = resource::mailbox(self.karen);
        let question = Some(AccessQuestion { mailbox, act: act.into(), post_kind: 0 });
        let request = self.by_service("mailbox-service", CheckRequest { actor: resource::person(actor), question });
        let request = self.for_citizen("e_boks", cpr, request);
        let mut client = AuthorizationServiceClient::new(self.channel.clone());
        client.check(request).await.expect("an answer").into_inner().decision.expect("a decision")
    }

    pub(crate) fn authorization(&self) -> AuthorizationServiceClient<Channel> {
        AuthorizationServiceClient::new(self.channel.clone())
    }

    /// Does what the service does by itself until there is nothing left to do.
    pub(crate) async fn work(&self) {
        loop {
            let mut more = false;
            for job in &self.jobs {
                more |= job.run_once().await.unwrap();
            }
            if !more {
                return;
            }
        }
    }

    /// The subjects of the notices that went out since the last look: to whom, and what.
    pub(crate) async fn notices(&self) -> Vec<(PersonId, String)> {
        self.told().await.into_iter().map(|notice| (person(&notice.recipient), notice.subject_da)).collect()
    }

    pub(crate) async fn told(&self) -> Vec<NoticeRequested> {
        self.work().await;
        let mut memory = self.neighbours.0.lock().unwrap();
        let (notices, others) =
            memory.events.drain(..).partition::<Vec<_>, _>(|(_, event)| matches!(event, Payload::NoticeRequested(_)));
        memory.events = others;
        notices
            .into_iter()
            .filter_map(|(_, event)| match event {
                Payload::NoticeRequested(notice) => Some(notice),
                _ => None,
            })
            .collect()
    }

    /// Hands an event of mailbox-service in.
    pub(crate) async fn happens(&self, payload: Payload) {
        let event = Event {
            id: EventId::new(self.clock.now(), &SystemRandom).to_string(),
            source: "mailbox-service".to_owned(),
            occurred_time: None,
            traceparent: String::new(),
            payload: Some(payload),
        };
        let request = self.by_service("mailbox-service", ReceiveEventsRequest { events: vec![event] });
        EventServiceClient::new(self.channel.clone()).receive_events(request).await.expect("taken in");
    }

    /// The acts in the history, oldest first.
    pub(crate) async fn history(&self) -> Vec<(i64, String, bool)> {
        let read = |row: &Row| {
            let person: Option<PersonId> = row.get("person")?;
            Ok((row.get::<i64>("version")?, row.get::<String>("act")?, person.is_some()))
        };
        let sql = "SELECT version, act, person FROM access_history ORDER BY access, version";
        self.db.read(|tx| Box::pin(tx.all(sql, args![], read))).await.unwrap()
    }

    /// How many rows of tries to name a person are kept: two for each.
    pub(crate) async fn tries(&self) -> i64 {
        let sql = "SELECT COUNT(*) AS n FROM match_attempt";
        self.db.read(|tx| Box::pin(tx.one(sql, args![], |row| row.get("n")))).await.unwrap()
    }

    pub(crate) fn pass(&self, days: u64) {
        self.clock.advance(Duration::from_hours(24 * days));
    }
}

fn with_token<T>(header: &'static str, token: &str, mut request: Request<T>) -> Request<T> {
    request.metadata_mut().insert(header, format!("Bearer {token}").parse().unwrap());
    request
}
