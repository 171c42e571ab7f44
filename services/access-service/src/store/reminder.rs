//! Table `access_reminder`: which reminders went out.

use kernel::{AccessId, Date};
use sql::{Error, Tx, args};

/// Notes the reminder `days` before this last day of the access. False: it went out before, perhaps before the expiry was
/// changed and changed back.
pub async fn insert(tx: &mut Tx, access: AccessId, last_day: Date, days: i64) -> Result<bool, Error> {
    let sql = "INSERT INTO access_reminder (access, last_day, days) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    Ok(tx.execute(sql, args![access, last_day.to_string(), days]).await? == 1)
}
