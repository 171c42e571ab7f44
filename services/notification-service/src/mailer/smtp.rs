//! To a mail server, by lettre's connections.
//!
//! Not by lettre's transport: its errors do not say which command was refused, and that is what tells the recipient's
//! fault from our own. The pool that this costs is a list of idle connections.

mod connection;
mod verdict;

use super::{Fault, Mailer, SendError};
use crate::config::MailConfig;
use crate::domain::places::SPARE;
use crate::domain::return_path::ReturnPaths;
use crate::email::Rendered;
use connection::Server;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;
use uuid::Uuid;

/// How many bytes more may take a second more.
const BYTES_A_SECOND: usize = 100_000;

/// A mail server, and the connections to it that wait for the next e-mail.
pub struct Smtp {
    server: Server,
    return_paths: ReturnPaths,
    idle: Mutex<Vec<AsyncSmtpConnection>>,
    at_once: Semaphore,
    /// How long one e-mail may take, from the connection to the server's last word.
    patience: Duration,
}

impl Smtp {
    /// The mail server of the configuration; it is called when the first e-mail is to be sent.
    pub fn open(config: &MailConfig, return_paths: ReturnPaths) -> anyhow::Result<Self> {
        Ok(Self {
            server: Server::new(config)?,
            return_paths,
            idle: Mutex::new(Vec::new()),
            // What stalls has places of its own (`domain::places`).
            at_once: Semaphore::new((1 + SPARE) * usize::from(config.parallel)),
            patience: Duration::from_secs(config.patience_seconds),
        })
    }

    async fn deliver(&self, id: Uuid, email: &Rendered) -> Result<(), SendError> {
        let sender = self.return_paths.of(id).parse().map_err(|_| SendError::new(Fault::Ours, "render"))?;
        let mut connection = match self.waiting().await {
            Some(connection) => connection,
            None => self.server.connect().await?,
        };
        match connection::transact(&mut connection, sender, email).await {
            Ok(()) => {
                self.idle().push(connection);
                Ok(())
            }
            Err(error) => {
                connection.abort().await;
                Err(error)
            }
        }
    }

    /// A connection that the server has not given up in the meantime.
    async fn waiting(&self) -> Option<AsyncSmtpConnection> {
        loop {
            let mut connection = self.idle().pop()?;
            if connection.test_connected().await {
                return Some(connection);
            }
        }
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<AsyncSmtpConnection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Mailer for Smtp {
    fn send<'a>(&'a self, id: Uuid, email: &'a Rendered) -> BoxFuture<'a, Result<(), SendError>> {
        async move {
            // Fails only when the semaphore is closed, which it never is.
            let _turn = self.at_once.acquire().await;
            let patience = self.patience.saturating_add(Duration::from_secs(seconds(email.message.len())));
            tokio::time::timeout(patience, self.deliver(id, email)).await.unwrap_or_else(|_| Err(verdict::too_slow()))
        }
        .boxed()
    }
}

/// What a message of so many bytes may take longer.
fn seconds(bytes: usize) -> u64 {
    u64::try_from(bytes / BYTES_A_SECOND).unwrap_or(0)
}
