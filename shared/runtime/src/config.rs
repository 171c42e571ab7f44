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

/// Variables of the same prefix that are no keys: where the file is, and what the tests run on.
const NOT_KEYS: [&str; 2] = ["CONFIG", "TEST_POSTGRES"];

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
        let config: Self = figment
            .merge(Env::prefixed("DIGITALPOST_").ignore(&NOT_KEYS).split("__"))
            .extract()
            .context("the configuration can't be read")?;
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
