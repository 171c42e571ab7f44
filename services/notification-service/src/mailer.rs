//! How an e-mail leaves: into a folder, or to a mail server.

mod eml;
mod smtp;

pub use eml::Folder;
pub use smtp::Smtp;

use crate::config::{MailConfig, Transport};
use crate::domain::return_path::ReturnPaths;
use crate::email::Rendered;
use futures::future::BoxFuture;
use std::sync::Arc;
use uuid::Uuid;

/// Takes e-mails away. Returning `Ok` means that somebody else is answerable for it now.
pub trait Mailer: Send + Sync + 'static {
    /// Sends the e-mail `id`; the same id may come again, with the same bytes.
    fn send<'a>(&'a self, id: Uuid, email: &'a Rendered) -> BoxFuture<'a, Result<(), SendError>>;
}

/// Why an e-mail was not taken.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{fault:?}: {result}")]
pub struct SendError {
    /// Whose fault it is, and so what follows.
    pub fault: Fault,
    /// An enhanced status code (RFC 3463), or a word for what went wrong before one came. No free text.
    pub result: String,
}

/// Whose fault it is that an e-mail was not taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// Nobody's for good: try again.
    Transient,
    /// The recipient's side refuses for good.
    Recipient,
    /// The e-mail's: it is larger than what the server or the recipient's side takes.
    TooLarge,
    /// Ours, or the mail server's: try again, and raise an alarm.
    Ours,
}

impl SendError {
    /// A failure of `fault` with `result` to show for it.
    pub fn new(fault: Fault, result: impl Into<String>) -> Self {
        Self { fault, result: result.into() }
    }
}

impl Fault {
    /// The word in metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Transient => "transient",
            Self::Recipient => "recipient",
            Self::TooLarge => "too_large",
            Self::Ours => "ours",
        }
    }
}

/// The mailer that the configuration asks for.
pub fn open(config: &MailConfig, return_paths: ReturnPaths) -> anyhow::Result<Arc<dyn Mailer>> {
    Ok(match config.transport {
        Transport::File => Arc::new(Folder::open(&config.folder)?),
        Transport::Smtp => Arc::new(Smtp::open(config, return_paths)?),
    })
}
