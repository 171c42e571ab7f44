//! Addresses that wait for their code (N2, N8).

use crypto::LookupHash;
use kernel::{SubscriptionId, Timestamp};
use sql::{Error, Tx, args};
use uuid::Uuid;

/// A new waiting address and its code.
#[derive(Clone, Debug)]
pub struct Put {
    /// Whose.
    pub subscription: SubscriptionId,
    /// The sealed address.
    pub address: Vec<u8>,
    /// The keyed hash of the code.
    pub code: LookupHash,
    /// Until when the code is valid.
    pub expire_time: Timestamp,
    /// When another code may be asked for.
    pub next_code_time: Timestamp,
    /// The e-mail that carries the code.
    pub email: Uuid,
}

/// Puts an address and its code in the place of what waited before: there is one live code.
pub async fn put(tx: &mut Tx, put: Put) -> Result<(), Error> {
    let sql = "INSERT INTO waiting_address (subscription, address, code_hash, tries, expire_time, next_code_time, email) \
               VALUES ($1, $2, $3, 0, $4, $5, $6) ON CONFLICT (subscription) DO UPDATE SET address = excluded.address, \
               code_hash = excluded.code_hash, tries = 0, expire_time = excluded.expire_time, \
               next_code_time = excluded.next_code_time, email = excluded.email";
    let Put { subscription, address, code, expire_time, next_code_time, email } = put;
    let args = args![subscription, address, code.as_bytes(), expire_time, next_code_time, email];
    tx.execute(sql, args).await.map(|_| ())
}

/// Counts a try at the code, if one is left and the code is still valid: then says what it is to be compared with.
pub async fn count_try(
    tx: &mut Tx,
    subscription: SubscriptionId,
    most: i64,
    now: Timestamp,
) -> Result<Option<LookupHash>, Error> {
    let sql = "UPDATE waiting_address SET tries = tries + 1 WHERE subscription = $1 AND tries < $2 AND expire_time > $3 \
               RETURNING code_hash";
    let hash = |row: &sql::Row| {
        let bytes: Vec<u8> = row.get("code_hash")?;
        LookupHash::try_from(&*bytes).map_err(|_| Error::corrupt("waiting_address.code_hash", "not 32 bytes"))
    };
    // `all`, so that SQLite runs the statement to its end.
    Ok(tx.all(sql, args![subscription, most, now], hash).await?.pop())
}

/// Uses the code up, if it is still the live one. Of many who try, one does.
pub async fn consume(
    tx: &mut Tx,
    subscription: SubscriptionId,
    code: LookupHash,
    now: Timestamp,
) -> Result<bool, Error> {
    let sql = "DELETE FROM waiting_address WHERE subscription = $1 AND code_hash = $2 AND expire_time > $3";
    Ok(tx.execute(sql, args![subscription, code.as_bytes(), now]).await? == 1)
}

/// Forgets the address that waits, and its code.
pub async fn remove(tx: &mut Tx, subscription: SubscriptionId) -> Result<(), Error> {
    tx.execute("DELETE FROM waiting_address WHERE subscription = $1", args![subscription]).await.map(|_| ())
}
