//! What caseworkers did and saw, for good (A24).

use crate::domain::desk::Desk;
use kernel::{AccessId, Caseworker, Identification, MailboxId, PersonId, SubscriptionId, Timestamp};
use sql::{Error, Tx, args};
use uuid::Uuid;

/// What an act was about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct About {
    /// The mailbox that the subscription is about.
    pub mailbox: MailboxId,
    /// Which subscription.
    pub subscription: SubscriptionId,
    /// The subscriber, who attended.
    pub citizen: PersonId,
}

/// Keeps an act. There is no way to change or delete one.
pub async fn append(tx: &mut Tx, id: Uuid, about: About, desk: &Desk, now: Timestamp) -> Result<(), Error> {
    let sql = "INSERT INTO caseworker_record (mailbox, subscription, id, citizen, act, caseworker, municipality, cvr, \
               identification, identification_description, case_reference, record_time) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    let identification = desk.attendance.identification.as_ref();
    let args = args![
        about.mailbox,
        about.subscription,
        id,
        about.citizen,
        desk.act,
        &desk.caseworker.employee_id,
        &desk.caseworker.municipality,
        desk.caseworker.cvr.to_string(),
        identification.map_or("none", Identification::word),
        identification.and_then(Identification::description),
        &desk.attendance.case_reference,
        now,
    ];
    tx.execute(sql, args).await.map(|_| ())
}

/// Keeps that a caseworker looked at the subscriptions of an access.
pub async fn looked(
    tx: &mut Tx,
    id: Uuid,
    caseworker: &Caseworker,
    (mailbox, access): (MailboxId, AccessId),
    now: Timestamp,
) -> Result<(), Error> {
    let sql = "INSERT INTO caseworker_look (mailbox, access, id, caseworker, municipality, cvr, look_time) \
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let Caseworker { employee_id, municipality, cvr } = caseworker;
    tx.execute(sql, args![mailbox, access, id, employee_id, municipality, cvr.to_string(), now]).await.map(|_| ())
}
