//! Starting the programs.

use super::{Member, Processes};
use crate::ports;
use crate::suite::{Inner, Suite};
use anyhow::Context as _;
use engines::{DrivenDatabase, Engine};
use kernel::{ServiceName, SystemClock, SystemRandom, Timestamp};
use local::client::Clients;
use local::{Layout, Secrets, cargo, configs};
use notification_service::config::MailConfig;
use rpc::ServerConfig;
use runtime::{LogFormat, TelemetryConfig};
use sql::DatabaseConfig;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use toml::{Table, Value};

/// What is configured otherwise than the launcher does.
#[derive(Clone, Default)]
pub struct Settings {
    /// How e-mail leaves.
    pub mail: Option<MailConfig>,
    /// How lines of the log look, and which are written, in tracing's filter syntax.
    pub log: Option<(LogFormat, &'static str)>,
    /// The URL of a collector of all traces; else there are none.
    pub traces: Option<String>,
    /// The most connections of a process to its database.
    pub max_connections: Option<u32>,
    /// Where the programs of an earlier version lie, which run until [`Processes::migrate`]; else those of this one do.
    pub earlier: Option<PathBuf>,
}

impl Processes {
    /// Builds the programs if need be, and starts all three on fresh databases.
    pub async fn start(engine: Engine) -> anyhow::Result<Self> {
        Self::start_replicas(engine, 1).await
    }

    /// Starts so many of each. SQLite takes one.
    pub async fn start_replicas(engine: Engine, replicas: usize) -> anyhow::Result<Self> {
        Self::start_with(engine, replicas, Settings::default()).await
    }

    /// The same with other settings.
    pub async fn start_with(engine: Engine, replicas: usize, settings: Settings) -> anyhow::Result<Self> {
        let folder = TempDir::new()?;
        let mut urls = Vec::new();
        for &service in ServiceName::ALL {
            urls.push((service, engine.fresh_database(folder.path(), service.as_str()).await?.url));
        }
        Self::start_on(folder, urls, replicas, settings).await
    }

    /// Starts so many of each, where access-service's PostgreSQL has a clock that the test drives.
    pub async fn start_replicas_in_driven_time(
        replicas: usize,
        start: Timestamp,
    ) -> anyhow::Result<(Self, DrivenDatabase)> {
        let folder = TempDir::new()?;
        let (driven, mut urls) = (DrivenDatabase::fresh(start).await?, Vec::new());
        for &service in ServiceName::ALL {
            let url = match service {
                ServiceName::Access => driven.url().to_owned(),
                _ => Engine::Postgres.fresh_database(folder.path(), service.as_str()).await?.url,
            };
            urls.push((service, url));
        }
        Ok((Self::start_on(folder, urls, replicas, Settings::default()).await?, driven))
    }

    pub(super) async fn start_on(
        folder: TempDir,
        urls: Vec<(ServiceName, String)>,
        replicas: usize,
        settings: Settings,
    ) -> anyhow::Result<Self> {
        let (programs, folder) = (build()?, Arc::new(folder));
        let layout = Layout::new(folder.path().join("data"));
        let secrets = Secrets::prepare(&layout, &SystemClock, &SystemRandom)?;
        let mut processes = Self { suites: Vec::new(), layout, programs, urls, settings, running: Vec::new() };
        for replica in 0..replicas {
            let ports = ports::free()?;
            configs::write(&secrets, &ports)?;
            for (service, url) in &processes.urls {
                processes.adapt((*service, replica), url)?;
            }
            let clients = Clients::new(&processes.layout, &ports)?;
            processes.suites.push(Suite::new(Inner {
                clock: Arc::new(SystemClock),
                driven: None,
                secrets: secrets.clone(),
                ports,
                clients,
                jobs: Vec::new(),
                mail: processes.layout.mail(),
                stopping: Vec::new(),
                stop: CancellationToken::new().drop_guard(),
                folder: folder.clone(),
            }));
        }
        let members: Vec<Member> =
            (0..replicas).flat_map(|replica| ServiceName::ALL.iter().map(move |service| (*service, replica))).collect();
        for &member in &members {
            processes.begin(member)?;
        }
        for &member in &members {
            processes.serving(member).await?;
        }
        Ok(processes)
    }

    /// Another database than the launcher's, and e-mails without a wait. Of what is as by default an earlier version is told
    /// nothing: it may not know the key.
    fn adapt(&self, member: Member, url: &str) -> anyhow::Result<()> {
        let mut config: Table = toml::from_str(&fs::read_to_string(self.layout.config(member.0))?)?;
        let database = section(&mut config, "database");
        database.insert("url".to_owned(), Value::String(url.to_owned()));
        if let Some(most) = self.settings.max_connections {
            database.insert("max_connections".to_owned(), Value::Integer(most.into()));
        }
        if let Some((format, filter)) = self.settings.log {
            let telemetry = section(&mut config, "telemetry");
            telemetry.insert("format".to_owned(), Value::try_from(format)?);
            telemetry.insert("filter".to_owned(), Value::String(filter.to_owned()));
        }
        if let Some(url) = &self.settings.traces {
            let otlp = Table::from_iter([
                ("endpoint".to_owned(), Value::String(url.clone())),
                ("sample_ratio".to_owned(), Value::Float(1.0)),
            ]);
            section(&mut config, "telemetry").insert("otlp".to_owned(), Value::Table(otlp));
        }
        if member.0 == ServiceName::Notification {
            let service = section(&mut config, "service");
            service.insert("window_seconds".to_owned(), Value::Integer(0));
            if let Some(mail) = &self.settings.mail {
                service.insert("mail".to_owned(), Value::try_from(mail)?);
            }
        }
        if self.settings.earlier.is_some() {
            shorten(section(&mut config, "server"), &Table::try_from(ServerConfig::default())?);
            shorten(section(&mut config, "database"), &Table::try_from(DatabaseConfig::at(""))?);
            shorten(section(&mut config, "telemetry"), &Table::try_from(TelemetryConfig::default())?);
            shorten(section(&mut config, "service"), &defaults(member.0)?);
        }
        Ok(fs::write(self.config_of(member), toml::to_string(&config)?)?)
    }
}

/// Builds the programs beside the test's own, and says where they lie.
fn build() -> anyhow::Result<PathBuf> {
    let own = std::env::current_exe()?;
    let folder = own.parent().context("this program lies in no folder")?;
    // Test programs lie in `deps`, one folder below.
    let folder = if folder.ends_with("deps") { folder.parent().context("no target folder")? } else { folder };
    let beside = folder.join("test");
    cargo::build(&beside)?;
    cargo::programs(&beside)
}

/// The section of each service's own, as it is where nothing is configured.
fn defaults(service: ServiceName) -> anyhow::Result<Table> {
    Ok(match service {
        ServiceName::Access => Table::try_from(access_service::config::ServiceConfig::default()),
        ServiceName::Mailbox => Table::try_from(mailbox_service::config::ServiceConfig::default()),
        ServiceName::Notification => Table::try_from(notification_service::config::ServiceConfig::default()),
    }?)
}

fn shorten(section: &mut Table, defaults: &Table) {
    section.retain(|key, value| match (value, defaults.get(key)) {
        (Value::Table(inner), Some(Value::Table(defaults))) => {
            shorten(inner, defaults);
            !inner.is_empty()
        }
        (value, default) => default != Some(value),
    });
}

fn section<'c>(config: &'c mut Table, name: &str) -> &'c mut Table {
    let section = config.entry(name).or_insert_with(|| Value::Table(Table::new()));
    section.as_table_mut().expect("a section is a table")
}
