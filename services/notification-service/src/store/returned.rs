//! E-mails in the ledger that mail servers tell of after they had taken them.

use crate::domain::ledger::{Kind, State};
use crypto::LookupHash;
use kernel::{MailboxId, SubscriptionId};
use sql::{Error, Row, Sql, Tx, args};
use uuid::Uuid;

/// Where an e-mail stands, and to whom it went.
#[derive(Clone, Copy, Debug)]
pub struct Returned {
    /// What it is for.
    pub kind: Kind,
    /// Where it stands.
    pub state: State,
    /// The mailbox that it is about.
    pub mailbox: MailboxId,
    /// For NEW_POST: how many letters.
    pub letter_count: i64,
    /// For whose subscription; none for a forwarded letter.
    pub subscription: Option<SubscriptionId>,
    /// To which address it was sent last, by keyed hash.
    pub recipient: Option<LookupHash>,
}

const FIND: &str = "SELECT kind, state, mailbox, letter_count, subscription, recipient FROM ledger WHERE id = $1";
const LOCK: Sql = Sql::each(
    "SELECT kind, state, mailbox, letter_count, subscription, recipient FROM ledger WHERE id = $1",
    "SELECT kind, state, mailbox, letter_count, subscription, recipient FROM ledger WHERE id = $1 FOR UPDATE",
);

/// The e-mail, if the ledger still has it.
pub async fn find(tx: &mut Tx, id: Uuid) -> Result<Option<Returned>, Error> {
    tx.optional(FIND, args![id], read).await
}

/// The e-mail, kept from changing until the transaction ends.
pub async fn lock(tx: &mut Tx, id: Uuid) -> Result<Option<Returned>, Error> {
    tx.optional(LOCK, args![id], read).await
}

/// Notes what was said of an e-mail that stays in its state.
pub async fn note(tx: &mut Tx, id: Uuid, result: &str) -> Result<(), Error> {
    tx.execute("UPDATE ledger SET last_result = $2 WHERE id = $1", args![id, result]).await.map(|_| ())
}

fn read(row: &Row) -> Result<Returned, Error> {
    let (kind, state): (String, String) = (row.get("kind")?, row.get("state")?);
    let recipient: Option<Vec<u8>> = row.get("recipient")?;
    let hash =
        |bytes: Vec<u8>| LookupHash::try_from(&*bytes).map_err(|_| Error::corrupt("ledger.recipient", "not 32 bytes"));
    Ok(Returned {
        kind: Kind::from_word(&kind).ok_or_else(|| Error::corrupt("ledger.kind", "unknown word"))?,
        state: State::from_word(&state).ok_or_else(|| Error::corrupt("ledger.state", "unknown word"))?,
        mailbox: row.get("mailbox")?,
        letter_count: row.get("letter_count")?,
        subscription: row.get("subscription")?,
        recipient: recipient.map(hash).transpose()?,
    })
}
