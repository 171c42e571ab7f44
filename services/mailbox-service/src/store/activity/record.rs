//! One row of the log, as it is stored and as its link vouches for it.

use super::Logged;
use crate::domain::acting::Capacity;
use crate::domain::activity::{Activity, Actor, Entry, Kind};
use crate::domain::folder::Folder;
use crate::domain::post::Mark;
use crate::store::sealed::{open, seal};
use crypto::{ChainKey, DataKey};
use kernel::hex;
use kernel::{AccessId, ActivityId, FileId, MessageId, PersonId, Random, Timestamp};
use serde_json::json;
use sql::{Error, Row};
use uuid::Uuid;

/// A row of `activity`, all but its link.
#[derive(Clone, PartialEq, Eq)]
pub struct Record {
    /// Whose log.
    pub mailbox: Uuid,
    /// Its place in it, from 1.
    pub sequence: i64,
    id: Uuid,
    kind: String,
    time: Timestamp,
    capacity: String,
    actor: Option<Uuid>,
    actor_name: Option<Vec<u8>>,
    portal: Option<String>,
    access: Option<Uuid>,
    mark: Option<String>,
    message: Option<Uuid>,
    messages: Option<Vec<u8>>,
    folder: Option<Uuid>,
    file: Option<Uuid>,
}

/// What `capacity` says of those who are no citizens.
const CASEWORKER: &str = "caseworker";
const SENDER: &str = "sender";
const SYSTEM: &str = "system";

impl Record {
    pub(super) fn new(act: &Logged<'_>, sequence: i64, now: Timestamp, random: &dyn Random) -> Self {
        let Entry { kind, actor, mark, letters, folder, file } = &act.entry;
        let id = ActivityId::new(now, random);
        let name = |name: &String| seal(act.key, NAME, row_place(act.mailbox.as_uuid(), id), name, random);
        let (capacity, person, actor_name, portal, access) = match actor {
            Actor::Citizen { person, capacity, portal, access } => {
                (capacity.as_str(), Some(person.as_uuid()), None, Some(portal.as_str().to_owned()), *access)
            }
            Actor::Caseworker(municipality) => (CASEWORKER, None, Some(name(municipality)), None, None),
            Actor::Sender(sender) => (SENDER, None, Some(name(sender)), None, None),
            Actor::System => (SYSTEM, None, None, None, None),
        };
        // The one letter of most acts is what the log is searched by.
        let (message, messages) = match letters.as_slice() {
            [] => (None, None),
            [only] => (Some(only.as_uuid()), None),
            many => (None, Some(many.iter().flat_map(|letter| *letter.as_uuid().as_bytes()).collect())),
        };
        Self {
            mailbox: act.mailbox.as_uuid(),
            sequence,
            id: id.as_uuid(),
            kind: kind.as_str().to_owned(),
            time: now,
            capacity: capacity.to_owned(),
            actor: person,
            actor_name,
            portal,
            access: access.map(AccessId::as_uuid),
            mark: mark.map(|mark| Mark::as_str(mark).to_owned()),
            message,
            messages,
            folder: folder.map(Folder::as_uuid),
            file: file.map(FileId::as_uuid),
        }
    }

    /// Reads a row.
    pub fn read(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            mailbox: row.get("mailbox")?,
            sequence: row.get("sequence")?,
            id: row.get("id")?,
            kind: row.get("kind")?,
            time: row.get("activity_time")?,
            capacity: row.get("capacity")?,
            actor: row.get("actor")?,
            actor_name: row.get("actor_name")?,
            portal: row.get("portal")?,
            access: row.get("access")?,
            mark: row.get("mark")?,
            message: row.get("message")?,
            messages: row.get("messages")?,
            folder: row.get("folder")?,
            file: row.get("file")?,
        })
    }

    /// What the row says, the name opened by the mailbox's key.
    pub fn open(&self, key: &DataKey) -> Result<Activity, Error> {
        let unknown = |column: &'static str| move || Error::corrupt(column, "unknown");
        let mark = |mark: &String| Mark::parse(mark).ok_or_else(unknown("activity.mark"));
        let entry = Entry {
            kind: Kind::parse(&self.kind).ok_or_else(unknown("activity.kind"))?,
            actor: self.actor(key)?,
            mark: self.mark.as_ref().map(mark).transpose()?,
            letters: self.letters()?,
            folder: self.folder.map(Folder::from_uuid),
            file: self.file.map(FileId::from),
        };
        Ok(Activity { id: ActivityId::from(self.id), sequence: self.sequence, time: self.time, entry })
    }

    fn actor(&self, key: &DataKey) -> Result<Actor, Error> {
        let name = || {
            let sealed = self.actor_name.as_deref().ok_or_else(|| Error::corrupt(NAME, "NULL"))?;
            open(key, NAME, row_place(self.mailbox, ActivityId::from(self.id)), sealed)
        };
        Ok(match self.capacity.as_str() {
            CASEWORKER => Actor::Caseworker(name()?),
            SENDER => Actor::Sender(name()?),
            SYSTEM => Actor::System,
            citizen => {
                let capacity = Capacity::parse(citizen);
                let portal = self.portal.as_ref().and_then(|portal| portal.parse().ok());
                match (capacity, self.actor, portal) {
                    (Some(capacity), Some(person), Some(portal)) => Actor::Citizen {
                        person: PersonId::from(person),
                        capacity,
                        portal,
                        access: self.access.map(AccessId::from),
                    },
                    _ => return Err(Error::corrupt("activity.capacity", "unknown")),
                }
            }
        })
    }

    fn letters(&self) -> Result<Vec<MessageId>, Error> {
        if let Some(only) = self.message {
            return Ok(vec![MessageId::from(only)]);
        }
        let (letters, rest) = self.messages.as_deref().unwrap_or_default().as_chunks::<16>();
        if !rest.is_empty() {
            return Err(Error::corrupt("activity.messages", "not a whole number of ids"));
        }
        Ok(letters.iter().map(|letter| MessageId::from(Uuid::from_bytes(*letter))).collect())
    }

    /// The link of this row to the one before it.
    pub fn link_to(&self, previous: &[u8], chain: &ChainKey) -> [u8; 32] {
        *chain.link(previous, &self.content()).as_bytes()
    }

    /// All that the row says, in one unmistakable form: each part behind its length, what is missing told from what is
    /// empty.
    fn content(&self) -> Vec<u8> {
        let mut content = Vec::with_capacity(256);
        let uuid = |id: &Option<Uuid>| id.map(|id| id.as_bytes().to_vec());
        let text = |text: &Option<String>| text.as_ref().map(|text| text.as_bytes().to_vec());
        for part in [
            Some(self.mailbox.as_bytes().to_vec()),
            Some(self.sequence.to_be_bytes().to_vec()),
            Some(self.id.as_bytes().to_vec()),
            Some(self.kind.as_bytes().to_vec()),
            Some(self.time.as_micros().to_be_bytes().to_vec()),
            Some(self.capacity.as_bytes().to_vec()),
            uuid(&self.actor),
            self.actor_name.clone(),
            text(&self.portal),
            uuid(&self.access),
            text(&self.mark),
            uuid(&self.message),
            self.messages.clone(),
            uuid(&self.folder),
            uuid(&self.file),
        ] {
            match part {
                None => content.push(0),
                Some(part) => {
                    content.push(1);
                    content.extend((part.len() as u64).to_be_bytes());
                    content.extend(part);
                }
            }
        }
        content
    }

    /// As the statement that appends takes it; the time is the transaction's.
    pub(super) fn to_json(&self, link: &[u8]) -> serde_json::Value {
        let uuid = |id: Option<Uuid>| id.map(|id| id.simple().to_string());
        json!({
            "mailbox": self.mailbox.simple().to_string(),
            "sequence": self.sequence,
            "id": self.id.simple().to_string(),
            "kind": self.kind,
            "capacity": self.capacity,
            "actor": uuid(self.actor),
            "actor_name": self.actor_name.as_deref().map(hex),
            "portal": self.portal,
            "access": uuid(self.access),
            "mark": self.mark,
            "message": uuid(self.message),
            "messages": self.messages.as_deref().map(hex),
            "folder": uuid(self.folder),
            "file": uuid(self.file),
            "link": hex(link),
        })
    }
}

/// The sealed column.
const NAME: &str = "activity.actor_name";

fn row_place(mailbox: Uuid, id: ActivityId) -> String {
    format!("{mailbox}/{id}")
}
