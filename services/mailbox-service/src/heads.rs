//! The ends of activity logs, kept outside the database: lines that vouch for themselves, in objects that are written once
//! and never again. On storage that whoever runs the database can't change, they show a log that was cut off.

use crate::error::Error;
use crypto::ChainKey;
use futures::TryStreamExt as _;
use kernel::hex;
use kernel::{MailboxId, Timestamp};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _, PutMode, PutOptions};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use uuid::Uuid;

/// One line: the end that a log had at a moment.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, Serialize)]
pub struct Line {
    /// Whose log, by the mailbox's id.
    mailbox: String,
    /// How many entries it had.
    pub sequence: i64,
    /// The link of the last one, in hex.
    pub link: String,
    /// When it was exported, in microseconds of Unix time.
    pub micros: i64,
    /// What vouches for the line, in hex.
    vouch: String,
}

impl Line {
    /// The line of a log that has this end now.
    pub fn new(mailbox: MailboxId, sequence: i64, link: &[u8], now: Timestamp, chain: &ChainKey) -> Self {
        let (mailbox, link, micros) = (mailbox.to_string(), hex(link), now.as_micros());
        let unvouched = Self { mailbox, sequence, link, micros, vouch: String::new() };
        Self { vouch: unvouched.vouched(chain), ..unvouched }
    }

    /// Whose log it is of, if the line is as it was written.
    pub fn mailbox(&self, chain: &ChainKey) -> Option<MailboxId> {
        if self.vouch == self.vouched(chain) { self.mailbox.parse().ok() } else { None }
    }

    fn vouched(&self, chain: &ChainKey) -> String {
        let said = format!("{}/{}/{}/{}", self.mailbox, self.sequence, self.link, self.micros);
        hex(chain.vouch(said.as_bytes()).as_bytes())
    }
}

/// Where they are kept.
#[derive(Clone)]
pub struct Heads(Arc<dyn ObjectStore>);

impl Heads {
    /// In the folder `dir`, made if it is not there.
    pub fn in_folder(dir: &std::path::Path) -> Result<Self, object_store::Error> {
        let made = std::fs::create_dir_all(dir);
        made.map_err(|source| object_store::Error::Generic { store: "folder", source: Box::new(source) })?;
        Ok(Self(Arc::new(LocalFileSystem::new_with_prefix(dir)?.with_fsync(true))))
    }

    /// Writes a new object of these lines; `id` names it.
    pub async fn keep(&self, id: Uuid, lines: &[Line]) -> Result<(), Error> {
        let lines: Vec<String> = lines.iter().map(|line| serde_json::json!(line).to_string() + "\n").collect();
        let path = Path::from(format!("{}.jsonl", id.simple()));
        let once = PutOptions::from(PutMode::Create);
        self.0.put_opts(&path, lines.concat().into(), once).await?;
        Ok(())
    }

    /// The objects there are, each by its path.
    pub async fn objects(&self) -> Result<Vec<Path>, Error> {
        Ok(self.0.list(None).map_ok(|object| object.location).try_collect().await?)
    }

    /// The lines of one object; nothing for a line that is none.
    pub async fn lines(&self, object: &Path) -> Result<Vec<Option<Line>>, Error> {
        let bytes = self.0.get(object).await?.bytes().await?;
        let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        Ok(lines.map(|line| serde_json::from_slice(line).ok()).collect())
    }
}
