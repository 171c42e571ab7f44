//! Table `service_record`: that a message was served. Rows are written once; the database refuses to change one.

use crate::domain::acting::Capacity;
use crate::domain::service::ServiceRecord;
use crate::store::sealed::{open, seal};
use crypto::DataKey;
use kernel::{MailboxId, MessageId, Random};
use sql::{Error, Row, Tx, args};

/// Writes the record of a message that has none.
pub async fn insert(tx: &mut Tx, record: &ServiceRecord, key: &DataKey, random: &dyn Random) -> Result<(), Error> {
    let sql = "INSERT INTO service_record (mailbox, message, owner_name, served_person, served_name, capacity, portal, \
               serve_time) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let at = at(record.mailbox, record.message);
    let values = args![
        record.mailbox,
        record.message,
        seal(key, "service_record.owner_name", &at, &record.owner_name, random),
        record.served_person,
        seal(key, "service_record.served_name", &at, &record.served_name, random),
        record.capacity.as_str(),
        record.portal.as_str(),
        record.serve_time,
    ];
    tx.execute(sql, values).await.map(|_| ())
}

/// The record of a message, if it was served.
pub async fn get(
    tx: &mut Tx,
    mailbox: MailboxId,
    message: MessageId,
    key: &DataKey,
) -> Result<Option<ServiceRecord>, Error> {
    let sql = "SELECT owner_name, served_person, served_name, capacity, portal, serve_time FROM service_record \
               WHERE mailbox = $1 AND message = $2";
    let at = at(mailbox, message);
    let read = |row: &Row| {
        let capacity = Capacity::parse(&row.get::<String>("capacity")?);
        let portal = row.get::<String>("portal")?.parse();
        Ok(ServiceRecord {
            mailbox,
            message,
            owner_name: open(key, "service_record.owner_name", &at, &row.get::<Vec<u8>>("owner_name")?)?,
            served_person: row.get("served_person")?,
            served_name: open(key, "service_record.served_name", &at, &row.get::<Vec<u8>>("served_name")?)?,
            capacity: capacity.ok_or_else(|| Error::corrupt("service_record.capacity", "unknown"))?,
            portal: portal.map_err(|_| Error::corrupt("service_record.portal", "unknown"))?,
            serve_time: row.get("serve_time")?,
        })
    };
    tx.optional(sql, args![mailbox, message], read).await
}

fn at(mailbox: MailboxId, message: MessageId) -> String {
    format!("{mailbox}/{message}")
}
