//! What every service stands on.

use crate::config::Config;
use anyhow::{Context as _, bail};
use crypto::Keys;
use events::Emitter;
use identity::{DEVELOPMENT_KEY_PREFIX, ServiceTokens, Verifier};
use kernel::{Clock, Random, ServiceName, SystemClock, SystemRandom};
use rpc::layer::auth::Auth;
use rpc::{Client, ClientConfig, Server, Streams};
use sql::{Db, Migrations, TimeSource};
use std::sync::Arc;

/// The most streams that last, such as mass mailings and watches, at once.
const MOST_STREAMS: usize = 256;

/// What comes from outside of the process and is an argument: time and chance.
#[derive(Clone)]
pub struct Outside {
    /// The present, for all but storage.
    pub clock: Arc<dyn Clock>,
    /// The present, for storage.
    pub time: TimeSource,
    /// Randomness.
    pub random: Arc<dyn Random>,
}

impl Outside {
    /// The operating system's, and PostgreSQL's own clock.
    pub fn system() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            time: TimeSource::Engine(Arc::new(SystemClock)),
            random: Arc::new(SystemRandom),
        }
    }

    /// A clock that a test drives, on both engines.
    pub fn driven(clock: Arc<dyn Clock>) -> Self {
        Self { clock: clock.clone(), time: TimeSource::Injected(clock), random: Arc::new(SystemRandom) }
    }
}

/// The opened database, the loaded keys, the bound socket.
pub struct Base {
    /// Which service this is.
    pub name: ServiceName,
    /// Its database.
    pub db: Db,
    /// Its keys.
    pub keys: Keys,
    /// Verifies callers.
    pub auth: Auth,
    /// Signs our own calls.
    pub tokens: ServiceTokens,
    /// Writes our events.
    pub emitter: Emitter,
    /// The bound socket.
    pub server: Server,
    /// The long streams it serves.
    pub streams: Streams,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub random: Arc<dyn Random>,
}

impl Base {
    /// Takes the socket, opens the database, loads the keys. Each failure names the key of the configuration.
    pub async fn build<S>(
        name: ServiceName,
        config: &Config<S>,
        migrations: Migrations,
        outside: Outside,
    ) -> anyhow::Result<Self> {
        let server = Server::bind(config.server.clone()).await?;
        Self::on(server, name, config, migrations, outside).await
    }

    /// The same on a socket that is taken already.
    pub async fn on<S>(
        server: Server,
        name: ServiceName,
        config: &Config<S>,
        migrations: Migrations,
        outside: Outside,
    ) -> anyhow::Result<Self> {
        let Outside { clock, time, random } = outside;
        config.check_protection()?;
        let db = Db::open(&config.database, migrations, time).await.context("database")?;
        let keys = std::fs::read_to_string(&config.keys_file).context("keys_file: can't be read")?;
        let keys = Keys::parse(&keys).context("keys_file")?;
        if config.identity.production && keys.keyring.has_id_with_prefix(DEVELOPMENT_KEY_PREFIX) {
            bail!("keys_file: keys whose id begins with \"{DEVELOPMENT_KEY_PREFIX}\" are refused in production");
        }
        let verifier = Verifier::new(&config.identity, clock.clone()).await.context("identity")?;
        let mutual_tls = config.server.tls.as_ref().is_some_and(|tls| tls.client_authority_file.is_some());
        let tokens = ServiceTokens::new(&config.service_token, name, &config.identity.audience, clock.clone())?;
        Ok(Self {
            name,
            db,
            keys,
            auth: Auth { verifier, services_need_certificates: mutual_tls },
            tokens,
            emitter: Emitter::new(name, random.clone()),
            server,
            streams: Streams::new(MOST_STREAMS),
            clock,
            random,
        })
    }

    /// A client of another service.
    pub fn client(&self, peer: ServiceName, config: Option<&ClientConfig>) -> anyhow::Result<Client> {
        let config = config.with_context(|| format!("peers: {} needs to know where {peer} is", self.name))?;
        Ok(Client::new(peer, config, self.tokens.clone())?)
    }
}
