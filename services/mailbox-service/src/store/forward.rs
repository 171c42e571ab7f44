//! Table `forward`.

use crate::domain::forward::{Forward, State};
use crate::domain::post::Mark;
use crate::store::sealed::{open, seal};
use crypto::DataKey;
use kernel::{EmailAddress, ForwardId, MailboxId, Random};
use sql::{Error, Row, Tx, args};

/// Writes a new forwarding.
pub async fn insert(tx: &mut Tx, forward: &Forward, key: &DataKey, random: &dyn Random) -> Result<(), Error> {
    let sql = "INSERT INTO forward (mailbox, id, message, mark, forwarded_by, state, address, comment, accept_time) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let at = at(forward.mailbox, forward.id);
    let address = forward.address.as_ref();
    let values = args![
        forward.mailbox,
        forward.id,
        forward.message,
        forward.mark.as_str(),
        forward.forwarded_by,
        forward.state.as_str(),
        address.map(|address| seal(key, "forward.address", &at, address.as_str(), random)),
        seal(key, "forward.comment", &at, &forward.comment, random),
        forward.accept_time,
    ];
    tx.execute(sql, values).await.map(|_| ())
}

/// The forwarding of this id.
pub async fn get(tx: &mut Tx, mailbox: MailboxId, id: ForwardId, key: &DataKey) -> Result<Option<Forward>, Error> {
    let sql = "SELECT message, mark, forwarded_by, state, address, comment, accept_time FROM forward \
               WHERE mailbox = $1 AND id = $2";
    let at = at(mailbox, id);
    let read = |row: &Row| {
        let (mark, state): (String, String) = (row.get("mark")?, row.get("state")?);
        let address: Option<Vec<u8>> = row.get("address")?;
        let address = address.map(|sealed| open(key, "forward.address", &at, &sealed)).transpose()?;
        let parse =
            |text: String| EmailAddress::parse(&text).map_err(|_| Error::corrupt("forward.address", "no address"));
        Ok(Forward {
            mailbox,
            id,
            message: row.get("message")?,
            mark: Mark::parse(&mark).ok_or_else(|| Error::corrupt("forward.mark", "unknown"))?,
            forwarded_by: row.get("forwarded_by")?,
            state: State::parse(&state).ok_or_else(|| Error::corrupt("forward.state", "unknown"))?,
            address: address.map(parse).transpose()?,
            comment: open(key, "forward.comment", &at, &row.get::<Vec<u8>>("comment")?)?,
            accept_time: row.get("accept_time")?,
        })
    };
    tx.optional(sql, args![mailbox, id], read).await
}

/// Notes that a forwarding by e-mail that was due has been sent, and forgets the address.
pub async fn sent(tx: &mut Tx, mailbox: MailboxId, id: ForwardId) -> Result<(), Error> {
    let sql = "UPDATE forward SET state = 'sent', address = NULL WHERE mailbox = $1 AND id = $2 AND state = 'due'";
    tx.execute(sql, args![mailbox, id]).await.map(|_| ())
}

/// Notes that a forwarding by e-mail has failed, be it after a mail server had taken it, and forgets the address. False: that
/// was known.
pub async fn failed(tx: &mut Tx, mailbox: MailboxId, id: ForwardId) -> Result<bool, Error> {
    let sql = "UPDATE forward SET state = 'failed', address = NULL \
               WHERE mailbox = $1 AND id = $2 AND state IN ('due', 'sent')";
    Ok(tx.execute(sql, args![mailbox, id]).await? == 1)
}

fn at(mailbox: MailboxId, id: ForwardId) -> String {
    format!("{mailbox}/{id}")
}
