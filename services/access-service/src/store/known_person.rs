//! Table `known_person`: which person a CPR number leads to, by keyed hash.

use crypto::LookupHash;
use kernel::PersonId;
use sql::{Error, Tx, args};

/// The person that the CPR number of this hash leads to, if that was seen before and their mailbox is not closed. It may have been
/// closed between the answer that is remembered and its remembering.
pub async fn find(tx: &mut Tx, cpr: &LookupHash) -> Result<Option<PersonId>, Error> {
    let sql = "SELECT k.person FROM known_person k WHERE k.cpr_hash = $1 \
               AND NOT EXISTS (SELECT 1 FROM party p WHERE p.person = k.person AND p.closed)";
    tx.optional(sql, args![cpr.as_bytes()], |row| row.get("person")).await
}

/// Remembers whom it leads to.
pub async fn remember(tx: &mut Tx, cpr: &LookupHash, person: PersonId) -> Result<(), Error> {
    let sql = "INSERT INTO known_person (cpr_hash, person) VALUES ($1, $2) \
               ON CONFLICT (cpr_hash) DO UPDATE SET person = excluded.person";
    tx.execute(sql, args![cpr.as_bytes(), person]).await.map(|_| ())
}

/// Forgets every number that leads to `person`.
pub async fn forget(tx: &mut Tx, person: PersonId) -> Result<(), Error> {
    tx.execute("DELETE FROM known_person WHERE person = $1", args![person]).await.map(|_| ())
}
