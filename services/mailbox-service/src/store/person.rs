//! Tables `person` and `cpr_lookup`.

mod write;

pub use write::{NewPerson, Numbered, insert_many, set_exemption, set_number, update_many};

use crate::domain::person::{Person, PersonStatus};
use crate::domain::recipient::Recipient;
use crate::store::sealed::{closed, open, place, seal};
use crypto::{DataKey, Keyring, LookupHash, WrappedKey};
use kernel::hex;
use kernel::{Date, ExemptionId, MailboxId, PersonId, PersonName, Random, Timestamp};
use serde_json::json;
use sql::{Error, Row, Sql, Tx, args};
use uuid::Uuid;

/// A person as they lie in the database.
#[derive(Clone)]
pub struct PersonRow {
    /// Which.
    pub id: PersonId,
    wrapped: WrappedKey,
    first_name: Vec<u8>,
    last_name: Vec<u8>,
    postal_address: Option<Vec<u8>>,
    status: String,
    death_date: Option<String>,
    /// When the mailbox was closed, if it was.
    pub close_time: Option<Timestamp>,
    /// The granted exemption in force, if there is one.
    pub exemption: Option<ExemptionId>,
    create_time: Timestamp,
}

macro_rules! columns {
    () => {
        "p.id, p.key_id, p.wrapped_key, p.first_name, p.last_name, p.postal_address, p.status, p.death_date, \
         p.close_time, p.exemption, p.create_time"
    };
}

pub(super) use columns;

pub(super) fn read(row: &Row) -> Result<PersonRow, Error> {
    Ok(PersonRow {
        id: row.get("id")?,
        wrapped: WrappedKey { key_id: row.get("key_id")?, bytes: row.get("wrapped_key")? },
        first_name: row.get("first_name")?,
        last_name: row.get("last_name")?,
        postal_address: row.get("postal_address")?,
        status: row.get("status")?,
        death_date: row.get("death_date")?,
        close_time: row.get("close_time")?,
        exemption: row.get("exemption")?,
        create_time: row.get("create_time")?,
    })
}

/// The place of the key of a person's mailbox.
pub(super) fn key_place(id: Uuid) -> String {
    place("person", id)
}

impl PersonRow {
    /// The data key of the person's mailbox.
    pub fn key(&self, keyring: &Keyring) -> Result<DataKey, Error> {
        keyring.unwrap(&key_place(self.id.as_uuid()), &self.wrapped).map_err(closed("person.wrapped_key"))
    }

    /// The person's names.
    pub fn name(&self, key: &DataKey) -> Result<PersonName, Error> {
        let first = open(key, "person.first_name", self.id, &self.first_name)?;
        let last = open(key, "person.last_name", self.id, &self.last_name)?;
        PersonName::parse(&first, &last).map_err(|_| Error::corrupt("person.first_name", "no name"))
    }

    /// The person, opened.
    pub fn open(&self, key: &DataKey) -> Result<Person, Error> {
        let address = self.postal_address.as_deref();
        let death = self.death_date.as_deref();
        Ok(Person {
            id: self.id,
            name: self.name(key)?,
            status: self.status()?,
            postal_address: address.map(|sealed| open(key, "person.postal_address", self.id, sealed)).transpose()?,
            death_date: death
                .map(|text| Date::parse(text).map_err(|_| Error::corrupt("person.death_date", "no date")))
                .transpose()?,
            close_time: self.close_time,
            exemption: self.exemption,
            create_time: self.create_time,
        })
    }

    /// What decides on deliveries to them.
    pub fn recipient(&self) -> Recipient {
        Recipient { closed: self.close_time.is_some(), exempt: self.exemption.is_some() }
    }

    /// When the person was first registered, and the mailbox opened.
    pub fn create_time(&self) -> Timestamp {
        self.create_time
    }

    /// The person's status.
    pub fn status(&self) -> Result<PersonStatus, Error> {
        PersonStatus::parse(&self.status).ok_or_else(|| Error::corrupt("person.status", "unknown"))
    }

    /// A row that belongs to nobody, sealed like any other: what is opened when there is nobody to open, so that both
    /// cases do the same work (A2).
    pub fn decoy(keyring: &Keyring, random: &dyn Random) -> Self {
        let id = PersonId::from(Uuid::nil());
        let key = DataKey::generate(random);
        Self {
            id,
            wrapped: keyring.wrap(&key_place(id.as_uuid()), &key, random),
            first_name: seal(&key, "person.first_name", id, "Ingen", random),
            last_name: seal(&key, "person.last_name", id, "Ingen", random),
            postal_address: None,
            status: PersonStatus::Dead.as_str().to_owned(),
            death_date: None,
            close_time: Some(Timestamp::from_micros(0)),
            exemption: None,
            create_time: Timestamp::from_micros(0),
        }
    }
}

/// The person whom a CPR number leads to, present or former.
pub async fn find(tx: &mut Tx, hash: &LookupHash) -> Result<Option<PersonRow>, Error> {
    let sql = concat!("SELECT ", columns!(), " FROM cpr_lookup l JOIN person p ON p.id = l.person WHERE l.hash = $1");
    tx.optional(sql, args![hash.as_bytes()], read).await
}

const FIND_MANY: Sql = Sql::each(
    concat!(
        "SELECT l.hash, ",
        columns!(),
        " FROM cpr_lookup l JOIN person p ON p.id = l.person \
         WHERE l.hash IN (SELECT unhex(value) FROM json_each($1))"
    ),
    concat!(
        "SELECT l.hash, ",
        columns!(),
        " FROM cpr_lookup l JOIN person p ON p.id = l.person \
         WHERE l.hash IN (SELECT decode(value, 'hex') FROM json_array_elements_text($1::json) AS value)"
    ),
);

/// The persons whom CPR numbers lead to, each with the hash it was found by.
pub async fn find_many(tx: &mut Tx, hashes: &[LookupHash]) -> Result<Vec<(Vec<u8>, PersonRow)>, Error> {
    let list: Vec<String> = hashes.iter().map(|hash| hex(hash.as_bytes())).collect();
    tx.all(FIND_MANY, args![json!(list).to_string()], |row| Ok((row.get("hash")?, read(row)?))).await
}

/// The person of this id.
pub async fn get(tx: &mut Tx, id: PersonId) -> Result<Option<PersonRow>, Error> {
    tx.optional(concat!("SELECT ", columns!(), " FROM person p WHERE p.id = $1"), args![id], read).await
}

const GET_MANY: Sql = Sql::each(
    concat!("SELECT ", columns!(), " FROM person p WHERE p.id IN (SELECT unhex(value) FROM json_each($1))"),
    concat!("SELECT ", columns!(), " FROM person p WHERE p.id = ANY($1)"),
);

/// The persons of these ids, in no order.
pub async fn get_many(tx: &mut Tx, ids: &[PersonId]) -> Result<Vec<PersonRow>, Error> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.as_uuid()).collect();
    tx.all(GET_MANY, args![ids], read).await
}

const LOCK: Sql = Sql::each(
    concat!("SELECT ", columns!(), " FROM person p WHERE p.id = $1"),
    concat!("SELECT ", columns!(), " FROM person p WHERE p.id = $1 FOR UPDATE"),
);

/// The person of this id, whose mailbox nobody else changes until the transaction ends: the first statement of every
/// change in a mailbox, so that changes in one follow each other and none waits in a circle.
pub async fn lock(tx: &mut Tx, mailbox: MailboxId) -> Result<Option<PersonRow>, Error> {
    tx.optional(LOCK, args![mailbox], read).await
}

const LOCK_MANY: Sql = Sql::each(
    concat!("SELECT ", columns!(), " FROM person p WHERE p.id IN (SELECT unhex(value) FROM json_each($1))"),
    concat!("SELECT ", columns!(), " FROM person p WHERE p.id = ANY($1) ORDER BY p.id FOR UPDATE"),
);

/// The same for many mailboxes at once, locked in the one order that everybody keeps to: two that lock some of the same
/// never wait for each other in a circle.
pub async fn lock_many(tx: &mut Tx, mailboxes: Vec<Uuid>) -> Result<Vec<PersonRow>, Error> {
    if mailboxes.is_empty() { Ok(Vec::new()) } else { tx.all(LOCK_MANY, args![mailboxes], read).await }
}
