//! Configuration: defaults, then a file, then the environment; checked as a whole before anything starts.

use crate::telemetry::TelemetryConfig;
use anyhow::{Context as _, bail};
use figment::Figment;
use figment::providers::{Env, Format as _, Serialized, Toml};
use identity::{DEVELOPMENT_KEY_PREFIX, IdentityConfig, ServiceTokenConfig};
use rpc::{ClientConfig, ServerConfig};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sql::DatabaseConfig;
use std::path::{Path, PathBuf};

/// The configuration of a service; `S` is the section of its own.
///
/// Every key can come from the file (TOML) or from the environment: `database.url` is `DIGITALPOST_DATABASE__URL`.
/// Secrets stand in files of their own, which the configuration names.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config<S> {
    /// Where and how it listens.
    pub server: ServerConfig,
    /// Its database.
    pub database: DatabaseConfig,
    /// Whose tokens it accepts.
    pub identity: IdentityConfig,
    /// How it signs its own.
    pub service_token: ServiceTokenConfig,
    /// The file with its keys for encryption at rest and look-ups (see `crypto::Keys`).
    pub keys_file: PathBuf,
    /// How the other services are reached.
    pub peers: Peers,
    /// Logs and metrics.
    pub telemetry: TelemetryConfig,
    /// What only this service has.
    pub service: S,
}

/// How the other services are reached. A service needs the ones it calls or sends events to.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Peers {
    /// access-service.
    pub access: Option<ClientConfig>,
    /// mailbox-service.
    pub mailbox: Option<ClientConfig>,
    /// notification-service.
    pub notification: Option<ClientConfig>,
}

/// The variable of the same prefix that is no key: where the file is.
const FILE: &str = "CONFIG";
/// How those begin that say what the tests run on, and how many trials they make.
const OF_TESTS: &str = "TEST_";

impl<S: Default + Serialize + DeserializeOwned> Config<S> {
    /// Reads the file, if one is given, and the environment.
    pub fn load(file: Option<&Path>) -> anyhow::Result<Self> {
        let mut figment = Figment::from(Serialized::defaults(Self::default()));
        if let Some(file) = file {
            if !file.is_file() {
                bail!("the configuration file {} does not exist", file.display());
            }
            figment = figment.merge(Toml::file_exact(file));
        }
        let config: Self = figment.merge(environment()).extract().context("the configuration can't be read")?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> anyhow::Result<()> {
        let mut problems = self.identity.problems();
        if self.database.url.is_empty() && self.database.url_file.is_none() {
            problems.push("database.url: must be given, or database.url_file".to_owned());
        }
        for (path, value) in [("keys_file", &self.keys_file), ("service_token.key_file", &self.service_token.key_file)]
        {
            if value.as_os_str().is_empty() {
                problems.push(format!("{path}: must be given"));
            }
        }
        if self.identity.production && self.service_token.key_id.starts_with(DEVELOPMENT_KEY_PREFIX) {
            problems.push(format!(
                "service_token.key_id: keys whose id begins with \"{DEVELOPMENT_KEY_PREFIX}\" are refused in production"
            ));
        }
        if self.identity.production && self.server.reflection {
            problems.push("server.reflection: must be off in production".to_owned());
        }
        if problems.is_empty() { Ok(()) } else { bail!("the configuration is wrong:\n  {}", problems.join("\n  ")) }
    }
}

impl<S> Config<S> {
    /// In production, refuses a connection to the database of which nobody decided what protects it.
    pub(crate) fn check_protection(&self) -> anyhow::Result<()> {
        if self.identity.production {
            self.database.require_protection()?;
        }
        Ok(())
    }
}

fn environment() -> Env {
    let is_key = |name: &figment::value::UncasedStr| !name.starts_with(OF_TESTS);
    Env::prefixed("DIGITALPOST_").ignore(&[FILE]).filter(is_key).split("__")
}
