//! Table `service_record`: that a message was served. Rows are written once; the database refuses to change one.

use crate::domain::acting::Capacity;
use crate::domain::service::ServiceRecord;
use crate::store::sealed::{open, seal};
use crypto::DataKey;
use kernel::{MailboxId, MessageId, Random};
use sql::{Error, Row, Sql, Tx, args};
use std::collections::HashMap;
use uuid::Uuid;

macro_rules! columns {
    () => {
        "mailbox, message, owner_name, served_person, served_name, capacity, portal, serve_time"
    };
}

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
    let sql = concat!("SELECT ", columns!(), " FROM service_record WHERE mailbox = $1 AND message = $2");
    tx.optional(sql, args![mailbox, message], |row| read(row, key)).await
}

const GET_MANY: Sql = Sql::each(
    concat!(
        "SELECT ",
        columns!(),
        " FROM service_record WHERE mailbox IN (SELECT unhex(value) FROM json_each($1)) \
         AND message IN (SELECT unhex(value) FROM json_each($2))"
    ),
    concat!("SELECT ", columns!(), " FROM service_record WHERE mailbox = ANY($1) AND message = ANY($2)"),
);

/// The records of those of the messages that were served; `keys` has the key of each mailbox they lie in.
pub(crate) async fn get_many(
    tx: &mut Tx,
    messages: &[MessageId],
    keys: &HashMap<MailboxId, DataKey>,
) -> Result<HashMap<MessageId, ServiceRecord>, Error> {
    let mailboxes: Vec<Uuid> = keys.keys().map(|id| id.as_uuid()).collect();
    let messages: Vec<Uuid> = messages.iter().map(|id| id.as_uuid()).collect();
    let read = |row: &Row| {
        let key = keys.get(&row.get("mailbox")?);
        read(row, key.ok_or_else(|| Error::corrupt("service_record.mailbox", "not asked for"))?)
    };
    let records = tx.all(GET_MANY, args![mailboxes, messages], read).await?;
    Ok(records.into_iter().map(|record| (record.message, record)).collect())
}

fn read(row: &Row, key: &DataKey) -> Result<ServiceRecord, Error> {
    let (mailbox, message) = (row.get("mailbox")?, row.get("message")?);
    let at = at(mailbox, message);
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
}

fn at(mailbox: MailboxId, message: MessageId) -> String {
    format!("{mailbox}/{message}")
}
