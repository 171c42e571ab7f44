//! Starting a suite.

use super::{Inner, NOON, Suite};
use crate::ports;
use crate::s3::S3Server;
use crate::smtp::SmtpServer;
use anyhow::Context as _;
use engines::{Engine, folder};
use kernel::{ManualClock, ServiceName, SystemClock, SystemRandom};
use local::client::Clients;
use local::{Layout, Ports, Secrets, configs};
use mailbox_service::objects::BucketConfig;
use notification_service::config::MailConfig;
use runtime::{App, Config, Outside};
use sql::DatabaseConfig;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// How often free ports are looked for: somebody may take one between the looking and the listening.
const TRIES: usize = 10;

impl Suite {
    /// A suite on fresh databases that writes its e-mails into files.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn start(engine: Engine) -> Self {
        begin(engine, Servers::default()).await.expect("the suite starts")
    }

    /// A suite on fresh databases that sends its e-mails through `server`.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn start_with_mail_server(engine: Engine, server: &SmtpServer) -> Self {
        Self::start_with_mail(engine, server.config(), &server.folder).await
    }

    /// A suite on fresh databases that sends its e-mails as `mail` says; they come to lie in `folder`.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn start_with_mail(engine: Engine, mail: MailConfig, folder: &Path) -> Self {
        begin(engine, Servers { mail: Some((mail, folder.to_owned())), ..Servers::default() })
            .await
            .expect("the suite starts")
    }

    /// A suite on fresh databases whose files lie in the bucket of `server`.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn start_with_bucket(engine: Engine, server: &S3Server) -> Self {
        begin(engine, Servers { bucket: Some(server.bucket()), ..Servers::default() }).await.expect("the suite starts")
    }
}

/// What all three services are built from.
pub(super) struct Plan<'p> {
    pub(super) databases: &'p [(ServiceName, DatabaseConfig)],
    pub(super) secrets: &'p Secrets,
    pub(super) outside: Outside,
    pub(super) servers: Servers,
}

/// What a suite uses instead of folders of its own.
#[derive(Default)]
pub(super) struct Servers {
    /// How e-mail leaves, and where it then lies.
    mail: Option<(MailConfig, PathBuf)>,
    /// Where files lie.
    bucket: Option<BucketConfig>,
}

async fn begin(engine: Engine, servers: Servers) -> anyhow::Result<Suite> {
    let folder = folder::quick()?;
    let secrets = secrets(&folder)?;
    let mut databases = Vec::new();
    for &service in ServiceName::ALL {
        databases.push((service, database(engine, folder.path(), service).await?));
    }
    let clock = ManualClock::new(NOON);
    let outside = Outside::driven(Arc::new(clock.clone()));
    Plan { databases: &databases, secrets: &secrets, outside, servers }.start(&clock, Arc::new(folder)).await
}

/// The database of one service, for a suite that has `folder`.
pub(super) async fn database(engine: Engine, folder: &Path, service: ServiceName) -> anyhow::Result<DatabaseConfig> {
    let migrations = match service {
        ServiceName::Access => access_service::MIGRATIONS,
        ServiceName::Mailbox => mailbox_service::MIGRATIONS,
        ServiceName::Notification => notification_service::store::MIGRATIONS,
    };
    engine.migrated_database(folder, service.as_str(), migrations).await
}

/// Keys and certificates of a suite in `folder`.
pub(super) fn secrets(folder: &TempDir) -> anyhow::Result<Secrets> {
    // Another test of this process may have done it.
    drop(rustls::crypto::ring::default_provider().install_default());
    let layout = Layout::new(folder.path().join("data"));
    // Certificates are looked at by the system's clock, whatever the test's says.
    Secrets::prepare(&layout, &SystemClock, &SystemRandom)
}

impl Plan<'_> {
    /// The suite, serving, by `clock`.
    pub(super) async fn start(&self, clock: &ManualClock, folder: Arc<TempDir>) -> anyhow::Result<Suite> {
        let (ports, apps) = self.build().await?;
        let all = CancellationToken::new();
        let (mut jobs, mut stopping) = (Vec::new(), Vec::new());
        for app in apps {
            let (name, token) = (app.name(), all.child_token());
            jobs.extend(app.jobs().into_iter().map(|job| (name, job)));
            stopping.push((name, token.clone()));
            let serving = app.serve_only(token);
            tokio::spawn(async move {
                if let Err(error) = serving.await {
                    eprintln!("{name} ended badly: {error:#}");
                }
            });
        }
        let (secrets, layout) = (self.secrets.clone(), self.secrets.layout());
        let clients = Clients::new(layout, &ports)?;
        let mail = self.servers.mail.as_ref().map_or_else(|| layout.mail(), |(_, folder)| folder.clone());
        let stop = all.drop_guard();
        let (now, driven) = (Arc::new(clock.clone()), Some(clock.clone()));
        Ok(Suite::new(Inner { clock: now, driven, secrets, ports, clients, jobs, mail, stopping, stop, folder }))
    }

    /// The three apps, each listening.
    async fn build(&self) -> anyhow::Result<(Ports, [App; 3])> {
        let mut tries = 0;
        loop {
            let ports = ports::free()?;
            match self.build_on(&ports).await {
                Err(error) if tries < TRIES && is_taken(&error) => tries += 1,
                built => return Ok((ports, built?)),
            }
        }
    }

    async fn build_on(&self, ports: &Ports) -> anyhow::Result<[App; 3]> {
        let outside = || self.outside.clone();
        let section = access_service::config::ServiceConfig::default();
        let access = self.config(ports, ServiceName::Access, section)?;
        let access = access_service::build(access, outside()).await.context("access-service")?;
        let section = mailbox_service::config::ServiceConfig {
            files_dir: self.secrets.layout().files(),
            bucket: self.servers.bucket.clone(),
            activity_heads_dir: Some(self.secrets.layout().activity_heads()),
            ..mailbox_service::config::ServiceConfig::default()
        };
        let mailbox = self.config(ports, ServiceName::Mailbox, section)?;
        let mailbox = mailbox_service::build(mailbox, outside()).await.context("mailbox-service")?;
        let notification = self.config(ports, ServiceName::Notification, self.mailing())?;
        let notification =
            notification_service::build(notification, outside()).await.context("notification-service")?;
        Ok([access, mailbox, notification])
    }

    /// How e-mail leaves.
    fn mailing(&self) -> notification_service::config::ServiceConfig {
        let mail = match &self.servers.mail {
            None => MailConfig { folder: self.secrets.layout().mail(), ..MailConfig::default() },
            Some((config, _)) => config.clone(),
        };
        notification_service::config::ServiceConfig { mail, ..notification_service::config::ServiceConfig::default() }
    }

    /// What the launcher configures, but for the database.
    fn config<S>(&self, ports: &Ports, service: ServiceName, section: S) -> anyhow::Result<Config<S>> {
        let mut config = configs::config(self.secrets, ports, service, section)?;
        let database = self.databases.iter().find(|(of, _)| *of == service);
        config.database = database.context("a database for each service")?.1.clone();
        config.server.grace_seconds = 1;
        Ok(config)
    }
}

fn is_taken(error: &anyhow::Error) -> bool {
    let io = error.chain().find_map(|cause| cause.downcast_ref::<std::io::Error>());
    io.is_some_and(|io| io.kind() == std::io::ErrorKind::AddrInUse)
}
