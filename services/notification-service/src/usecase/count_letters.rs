//! Owe e-mails for new letters (N5, N9).

use crate::domain::ledger::Kind;
use crate::domain::subscription::Subscription;
use crate::error::Error;
use crate::service::Service;
use crate::store::ledger::{self, Count};
use crate::store::subscription;
use crate::usecase::claim::queue_of;
use kernel::{MailboxId, SubscriptionId, id};
use sql::{Tx, queue};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// A letter that has come.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Arrived {
    /// Into which mailbox.
    pub mailbox: MailboxId,
    /// It is a notice that only the owner of the mailbox sees, and is for the owner's own address (N7).
    pub owner_only: bool,
    /// The call that led to it, if that is known.
    pub trace: Option<String>,
}

/// What a subscriber is to be told of.
#[derive(Default)]
struct News {
    letters: i64,
    traces: Vec<String>,
}

/// Counts letters for every confirmed address of their mailboxes: they join the e-mail that is still open, or open one that
/// is due at the end of the window. The same few statements however many they are.
pub async fn count_letters(tx: &mut Tx, service: &Service, letters: Vec<Arrived>) -> Result<(), Error> {
    let mailboxes: Vec<Uuid> = letters.iter().map(|letter| letter.mailbox.as_uuid()).collect();
    let mut active: HashMap<MailboxId, Vec<(SubscriptionId, bool)>> = HashMap::new();
    for (mailbox, subscription, is_own) in subscription::active_of_mailboxes(tx, mailboxes).await? {
        active.entry(mailbox).or_default().push((subscription, is_own));
    }
    // In the order in which e-mails are locked.
    let mut news: BTreeMap<(MailboxId, SubscriptionId), News> = BTreeMap::new();
    for letter in letters {
        let subscriptions = active.get(&letter.mailbox).into_iter().flatten();
        for (subscription, _) in subscriptions.filter(|(_, is_own)| *is_own || !letter.owner_only) {
            let news = news.entry((letter.mailbox, *subscription)).or_default();
            news.letters += 1;
            news.traces.extend(letter.trace.clone());
        }
    }
    owe(tx, service, news).await
}

/// Owes `subscription` news of so many letters that it was told of in vain.
pub(super) async fn owe_letters(
    tx: &mut Tx,
    service: &Service,
    subscription: &Subscription,
    letters: i64,
) -> Result<(), Error> {
    let traces = rpc::trace::text().into_iter().collect();
    owe(tx, service, [((subscription.mailbox, subscription.id), News { letters, traces })]).await
}

async fn owe(
    tx: &mut Tx,
    service: &Service,
    news: impl IntoIterator<Item = ((MailboxId, SubscriptionId), News)>,
) -> Result<(), Error> {
    let now = tx.now().await?;
    let count = |((mailbox, subscription), News { letters, traces })| {
        let id = id::new_uuid(now, &*service.random);
        Count { id, mailbox, subscription, letters, traces }
    };
    let counts: Vec<Count> = news.into_iter().map(count).collect();
    if counts.is_empty() {
        return Ok(());
    }
    let opened = ledger::count_letters(tx, counts, now).await?;
    queue::push_all(tx, queue_of(Kind::NewPost), opened, now.plus(service.window)).await?;
    Ok(())
}
