//! Table `party`: persons that are or were a party, as a lock and a mark.

use kernel::PersonId;
use sql::{Error, Sql, Tx, args};

const LOCK: Sql =
    Sql::each("SELECT closed FROM party WHERE person = $1", "SELECT closed FROM party WHERE person = $1 FOR UPDATE");

/// Locks the person's row; whether their mailbox is closed. Several are locked in the order of their ids.
pub async fn lock(tx: &mut Tx, person: PersonId) -> Result<bool, Error> {
    let sql = "INSERT INTO party (person, closed) VALUES ($1, FALSE) ON CONFLICT (person) DO NOTHING";
    tx.execute(sql, args![person]).await?;
    tx.one(LOCK, args![person], |row| row.get("closed")).await
}

/// Marks the person's mailbox as closed, and locks the row.
pub async fn close(tx: &mut Tx, person: PersonId) -> Result<(), Error> {
    let sql = "INSERT INTO party (person, closed) VALUES ($1, TRUE) ON CONFLICT (person) DO UPDATE SET closed = TRUE";
    tx.execute(sql, args![person]).await.map(|_| ())
}
