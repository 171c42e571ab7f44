//! Whose CPR number it is, by keyed hash (P1).

use crypto::LookupHash;
use kernel::PersonId;
use sql::{Error, Tx, args};

/// The person of a CPR number, if it was seen before.
pub async fn find(tx: &mut Tx, cpr: LookupHash) -> Result<Option<PersonId>, Error> {
    let sql = "SELECT person FROM known_person WHERE cpr_hash = $1";
    tx.optional(sql, args![cpr.as_bytes()], |row| row.get("person")).await
}

/// Remembers the person of a CPR number.
pub async fn remember(tx: &mut Tx, cpr: LookupHash, person: PersonId) -> Result<(), Error> {
    let sql = "INSERT INTO known_person (cpr_hash, person) VALUES ($1, $2) \
               ON CONFLICT (cpr_hash) DO UPDATE SET person = excluded.person";
    tx.execute(sql, args![cpr.as_bytes(), person]).await.map(|_| ())
}

/// Forgets every CPR number of a person.
pub async fn forget(tx: &mut Tx, person: PersonId) -> Result<(), Error> {
    tx.execute("DELETE FROM known_person WHERE person = $1", args![person]).await.map(|_| ())
}
