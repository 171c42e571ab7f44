//! Who comes, and into whose mailbox: the one query before every act of a citizen.

use super::person::{self, PersonRow, columns};
use super::settings;
use crate::domain::settings::Settings;
use crypto::LookupHash;
use kernel::{MailboxId, PersonId};
use sql::{Error, Tx, args};
use uuid::Uuid;

/// A mailbox: its owner, and what they chose.
#[derive(Clone)]
pub struct Mailbox {
    /// The owner.
    pub owner: PersonRow,
    /// Their choices.
    pub settings: Settings,
}

/// Who comes, and where to.
#[derive(Clone)]
pub struct Entry {
    /// The mailbox of the caller, if they have one.
    pub own: Option<Mailbox>,
    /// The mailbox that was named, if there is one and it is not the caller's.
    pub other: Option<Mailbox>,
}

/// The caller, by the hash of their CPR number, and the mailbox `named`.
pub async fn find(tx: &mut Tx, caller: &LookupHash, named: Option<MailboxId>) -> Result<Entry, Error> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        ", s.show_in_e_boks, s.show_in_mit_dk, s.version, s.update_time, \
         (SELECT l.person FROM cpr_lookup l WHERE l.hash = $1) AS caller \
         FROM person p LEFT JOIN settings s ON s.mailbox = p.id \
         WHERE p.id IN ((SELECT l.person FROM cpr_lookup l WHERE l.hash = $1), $2)"
    );
    let args = args![caller.as_bytes(), named.map(PersonId::as_uuid)];
    let rows = tx.all(sql, args, |row| {
        let chosen = row.get::<Option<i64>>("version")?.map(|_| settings::read(row)).transpose()?;
        let mailbox = Mailbox { owner: person::read(row)?, settings: chosen.unwrap_or_default() };
        Ok((row.get::<Option<Uuid>>("caller")?, mailbox))
    });
    let is_own = |(caller, mailbox): &(Option<Uuid>, Mailbox)| *caller == Some(mailbox.owner.id.as_uuid());
    let (own, other): (Vec<_>, Vec<_>) = rows.await?.into_iter().partition(is_own);
    let first = |rows: Vec<(Option<Uuid>, Mailbox)>| rows.into_iter().next().map(|(_, mailbox)| mailbox);
    Ok(Entry { own: first(own), other: first(other) })
}
