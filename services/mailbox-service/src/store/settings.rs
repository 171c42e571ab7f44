//! Table `settings`.

use crate::domain::settings::Settings;
use kernel::MailboxId;
use sql::{Error, Row, Tx, args};

/// The settings of a mailbox; the default where the owner has chosen nothing yet.
pub async fn get(tx: &mut Tx, mailbox: MailboxId) -> Result<Settings, Error> {
    let sql = "SELECT show_in_e_boks, show_in_mit_dk, version, update_time FROM settings WHERE mailbox = $1";
    Ok(tx.optional(sql, args![mailbox], read).await?.unwrap_or_default())
}

pub(super) fn read(row: &Row) -> Result<Settings, Error> {
    Ok(Settings {
        show_in_e_boks: row.get("show_in_e_boks")?,
        show_in_mit_dk: row.get("show_in_mit_dk")?,
        version: row.get("version")?,
        update_time: Some(row.get("update_time")?),
    })
}

/// Writes the settings of a mailbox.
pub async fn put(tx: &mut Tx, mailbox: MailboxId, settings: &Settings) -> Result<(), Error> {
    let sql = "INSERT INTO settings (mailbox, show_in_e_boks, show_in_mit_dk, version, update_time) \
               VALUES ($1, $2, $3, $4, $5) ON CONFLICT (mailbox) DO UPDATE SET show_in_e_boks = excluded.show_in_e_boks, \
               show_in_mit_dk = excluded.show_in_mit_dk, version = excluded.version, update_time = excluded.update_time";
    let values =
        args![mailbox, settings.show_in_e_boks, settings.show_in_mit_dk, settings.version, settings.update_time];
    tx.execute(sql, values).await.map(|_| ())
}
