//! Which portals show the mailbox's public post (P4).

use super::admit::Admitted;
use super::{Parts, Repeatable};
use crate::domain::activity::{Actor, Entry, Kind};
use crate::domain::settings::{Choices, Settings};
use crate::error::Error;
use crate::store;
use std::sync::Arc;

/// The settings as they are.
pub async fn get(parts: &Arc<Parts>, admitted: Admitted) -> Result<Settings, Error> {
    let mailbox = admitted.acting.mailbox;
    Ok(parts.db.read(move |tx| Box::pin(async move { store::settings::get(tx, mailbox).await })).await?)
}

/// Makes the choices, if `etag` (where given) still names what is there.
pub async fn update(
    parts: &Arc<Parts>,
    admitted: Admitted,
    choices: Choices,
    etag: Option<String>,
    call: Repeatable,
) -> Result<Settings, Error> {
    let Admitted { acting, key, .. } = admitted;
    let mailbox = acting.mailbox;
    let parts = parts.clone();
    let db = parts.db.clone();
    db.write(move |tx| {
        Box::pin(async move {
            store::person::lock(tx, mailbox).await?.ok_or(Error::NotFound)?;
            let before = store::settings::get(tx, mailbox).await?;
            if call.before(tx).await?.is_some() {
                return Ok(before);
            }
            if etag.is_some_and(|etag| etag != before.etag()) {
                return Err(Error::EtagMismatch(before.etag()));
            }
            let after = Settings {
                show_in_e_boks: choices.show_in_e_boks.unwrap_or(before.show_in_e_boks),
                show_in_mit_dk: choices.show_in_mit_dk.unwrap_or(before.show_in_mit_dk),
                version: before.version + 1,
                update_time: Some(tx.now().await?),
            };
            store::settings::put(tx, mailbox, &after).await?;
            call.made(tx, mailbox.as_uuid()).await?;
            let changed = Entry::about_mailbox(Kind::SettingsChanged, Actor::of(&acting, None));
            parts.log(tx, mailbox, &key, [changed]).await?;
            Ok(after)
        })
    })
    .await
}
