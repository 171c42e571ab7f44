//! Owe e-mails for a new letter (N5, N9).

use crate::error::Error;
use crate::service::Service;
use crate::store::{ledger, subscription};
use crate::usecase::claim::QUEUE;
use kernel::{MailboxId, id};
use sql::{Tx, queue};

/// Counts a letter for every confirmed address of `mailbox`: it joins the e-mail that is still open, or opens one that
/// is due at the end of the window.
pub async fn count_letter(tx: &mut Tx, service: &Service, mailbox: MailboxId) -> Result<(), Error> {
    let now = tx.now().await?;
    for subscription in subscription::active_of_mailbox(tx, mailbox).await? {
        let email = id::new_uuid(now, &*service.random);
        if ledger::count_letter(tx, email, mailbox, subscription, now).await? {
            queue::push(tx, QUEUE, email, now.plus(service.window)).await?;
        }
    }
    Ok(())
}
