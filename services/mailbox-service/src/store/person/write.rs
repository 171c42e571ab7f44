//! Writing persons: many in as many statements as one.

use crate::domain::person::Person;
use crate::store::sealed::{open, seal};
use crypto::{DataKey, Keyring, LookupHash};
use kernel::hex;
use kernel::{CprNumber, ExemptionId, PersonId, Random, Timestamp};
use serde_json::{Value, json};
use sql::{Error, Sql, Tx, args};

/// A person to be written for the first time.
pub struct NewPerson {
    /// The person.
    pub person: Person,
    /// Their number.
    pub cpr: CprNumber,
    /// Its keyed hash.
    pub hash: LookupHash,
}

const INSERT_LOOKUPS: Sql = Sql::each(
    "INSERT INTO cpr_lookup (hash, person) \
     SELECT unhex(json_extract(value, '$.hash')), unhex(json_extract(value, '$.id')) FROM json_each($1) WHERE TRUE \
     ON CONFLICT (hash) DO NOTHING",
    "INSERT INTO cpr_lookup (hash, person) \
     SELECT decode(r.hash, 'hex'), r.id FROM json_to_recordset($1::json) AS r(hash TEXT, id UUID) \
     ON CONFLICT (hash) DO NOTHING",
);

const INSERT_PERSONS: Sql = Sql::each(
    "INSERT INTO person (id, key_id, wrapped_key, cpr, first_name, last_name, postal_address, status, death_date, close_time, create_time) \
     SELECT unhex(json_extract(value, '$.id')), json_extract(value, '$.key_id'), unhex(json_extract(value, '$.wrapped_key')), \
     unhex(json_extract(value, '$.cpr')), unhex(json_extract(value, '$.first_name')), unhex(json_extract(value, '$.last_name')), \
     unhex(json_extract(value, '$.postal_address')), json_extract(value, '$.status'), json_extract(value, '$.death_date'), \
     CASE WHEN json_extract(value, '$.closed') THEN $2 END, $2 FROM json_each($1)",
    "INSERT INTO person (id, key_id, wrapped_key, cpr, first_name, last_name, postal_address, status, death_date, close_time, create_time) \
     SELECT r.id, r.key_id, decode(r.wrapped_key, 'hex'), decode(r.cpr, 'hex'), decode(r.first_name, 'hex'), decode(r.last_name, 'hex'), \
     decode(r.postal_address, 'hex'), r.status, r.death_date, CASE WHEN r.closed THEN $2 END, $2 \
     FROM json_to_recordset($1::json) AS r(id UUID, key_id TEXT, wrapped_key TEXT, cpr TEXT, first_name TEXT, last_name TEXT, \
     postal_address TEXT, status TEXT, death_date TEXT, closed BOOLEAN)",
);

const UPDATE_PERSONS: Sql = Sql::each(
    "UPDATE person SET first_name = unhex(r.value ->> 'first_name'), last_name = unhex(r.value ->> 'last_name'), \
     postal_address = unhex(r.value ->> 'postal_address'), status = r.value ->> 'status', \
     death_date = r.value ->> 'death_date', \
     close_time = CASE WHEN r.value ->> 'closed' THEN COALESCE(person.close_time, $2) END \
     FROM json_each($1) AS r WHERE person.id = unhex(r.value ->> 'id')",
    "UPDATE person SET first_name = decode(r.first_name, 'hex'), last_name = decode(r.last_name, 'hex'), \
     postal_address = decode(r.postal_address, 'hex'), status = r.status, death_date = r.death_date, \
     close_time = CASE WHEN r.closed THEN COALESCE(person.close_time, $2) END \
     FROM json_to_recordset($1::json) AS r(id UUID, first_name TEXT, last_name TEXT, postal_address TEXT, status TEXT, \
     death_date TEXT, closed BOOLEAN) WHERE person.id = r.id",
);

/// Writes new persons, all created at `now`, in two statements. False: another transaction has just registered one of
/// the numbers, and this one must be given up.
pub async fn insert_many(
    tx: &mut Tx,
    mut persons: Vec<NewPerson>,
    keyring: &Keyring,
    random: &dyn Random,
    now: Timestamp,
) -> Result<bool, Error> {
    if persons.is_empty() {
        return Ok(true);
    }
    // One order for everybody, so that two extracts loaded at once don't wait in a circle.
    persons.sort_by(|one, other| one.hash.as_bytes().cmp(other.hash.as_bytes()));
    let lookup = |new: &NewPerson| json!({"hash": hex(new.hash.as_bytes()), "id": simple(new.person.id)});
    let lookups: Vec<Value> = persons.iter().map(lookup).collect();
    let count = persons.len() as u64;
    if tx.execute(INSERT_LOOKUPS, args![json!(lookups).to_string()]).await? != count {
        return Ok(false);
    }
    let rows: Vec<Value> = persons.iter().map(|new| new_row(new, keyring, random)).collect();
    tx.execute(INSERT_PERSONS, args![json!(rows).to_string(), now]).await?;
    Ok(true)
}

fn new_row(new: &NewPerson, keyring: &Keyring, random: &dyn Random) -> Value {
    let key = DataKey::generate(random);
    let wrapped = keyring.wrap(&super::key_place(new.person.id.as_uuid()), &key, random);
    let mut row = row(&new.person, &key, random);
    row["key_id"] = wrapped.key_id.into();
    row["wrapped_key"] = hex(&wrapped.bytes).into();
    row["cpr"] = hex(&seal(&key, "person.cpr", new.person.id, new.cpr.digits(), random)).into();
    row
}

/// What the register can change of a person, sealed anew under their key.
fn row(person: &Person, key: &DataKey, random: &dyn Random) -> Value {
    let sealed = |column: &'static str, text: &str| hex(&seal(key, column, person.id, text, random));
    json!({
        "id": simple(person.id),
        "first_name": sealed("person.first_name", person.name.first()),
        "last_name": sealed("person.last_name", person.name.last()),
        "postal_address": person.postal_address.as_deref().map(|address| sealed("person.postal_address", address)),
        "status": person.status.as_str(),
        "death_date": person.death_date.map(|date| date.to_string()),
        "closed": person.close_time.is_some(),
    })
}

fn simple(id: PersonId) -> String {
    id.as_uuid().simple().to_string()
}

/// Writes what changed of persons, each with the key of their mailbox; a mailbox that closes does so at `now`. Only for
/// those whose rows are locked.
pub async fn update_many(
    tx: &mut Tx,
    persons: &[(&Person, &DataKey)],
    random: &dyn Random,
    now: Timestamp,
) -> Result<(), Error> {
    if persons.is_empty() {
        return Ok(());
    }
    let rows: Vec<Value> = persons.iter().map(|(person, key)| row(person, key, random)).collect();
    tx.execute(UPDATE_PERSONS, args![json!(rows).to_string(), now]).await.map(|_| ())
}

/// Names the granted exemption in force; none: the person is not exempt. Only for one whose row is locked.
pub async fn set_exemption(tx: &mut Tx, id: PersonId, exemption: Option<ExemptionId>) -> Result<(), Error> {
    tx.execute("UPDATE person SET exemption = $2 WHERE id = $1", args![id, exemption]).await.map(|_| ())
}

/// What became of a number that a person is to have.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Numbered {
    /// It is their present number now.
    Changed,
    /// It was before.
    Unchanged,
    /// It leads to somebody else.
    Taken,
}

/// Makes `cpr` the present number of a person, new or one of their former ones; all of them go on leading to the person
/// (P1). Only for one whose row is locked.
pub async fn set_number(
    tx: &mut Tx,
    id: PersonId,
    cpr: &CprNumber,
    hash: &LookupHash,
    key: &DataKey,
    random: &dyn Random,
) -> Result<Numbered, Error> {
    let insert = "INSERT INTO cpr_lookup (hash, person) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING";
    if tx.execute(insert, args![hash.as_bytes(), id]).await? == 0 {
        let leads_to = "SELECT person FROM cpr_lookup WHERE hash = $1";
        if tx.one(leads_to, args![hash.as_bytes()], |row| row.get::<PersonId>("person")).await? != id {
            return Ok(Numbered::Taken);
        }
        let sealed = tx.one("SELECT cpr FROM person WHERE id = $1", args![id], |row| row.get::<Vec<u8>>("cpr")).await?;
        if open(key, "person.cpr", id, &sealed)? == cpr.digits() {
            return Ok(Numbered::Unchanged);
        }
    }
    let sealed = seal(key, "person.cpr", id, cpr.digits(), random);
    tx.execute("UPDATE person SET cpr = $2 WHERE id = $1", args![id, sealed]).await?;
    Ok(Numbered::Changed)
}
