//! Who in this process watches which mailbox. A commit here wakes them at once; what other replicas commit is looked for
//! by one job for all of them, so that a thousand watches are not a thousand questions a second.

use kernel::MailboxId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// All watches of this process. Clones share them.
#[derive(Clone, Default)]
pub struct Watchers(Arc<Mutex<HashMap<MailboxId, Watched>>>);

struct Watched {
    bell: watch::Sender<()>,
    /// The length of the log when it was last looked at for others' commits.
    seen: i64,
}

/// One watch; over when dropped.
pub struct Watching {
    bell: watch::Receiver<()>,
    mailbox: MailboxId,
    all: Watchers,
}

impl Watchers {
    /// Begins to watch.
    pub fn watch(&self, mailbox: MailboxId) -> Watching {
        let mut all = self.lock();
        let watched = all.entry(mailbox).or_insert_with(|| Watched { bell: watch::Sender::new(()), seen: 0 });
        Watching { bell: watched.bell.subscribe(), mailbox, all: self.clone() }
    }

    /// Something was committed in this mailbox.
    pub fn wake(&self, mailbox: MailboxId) {
        if let Some(watched) = self.lock().get(&mailbox) {
            watched.bell.send_replace(());
        }
    }

    /// The mailboxes that are watched.
    pub fn mailboxes(&self) -> Vec<MailboxId> {
        self.lock().keys().copied().collect()
    }

    /// The log of this mailbox is that long.
    pub fn is_long(&self, mailbox: MailboxId, sequence: i64) {
        if let Some(watched) = self.lock().get_mut(&mailbox)
            && watched.seen != sequence
        {
            watched.seen = sequence;
            watched.bell.send_replace(());
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<MailboxId, Watched>> {
        // Nothing in here panics half way.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watching {
    /// Waits until something may have happened since it was last asked.
    pub async fn happened(&mut self) {
        // The bell is there as long as the watch is.
        let _ = self.bell.changed().await;
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let mut all = self.all.lock();
        // This watch itself is still counted.
        if all.get(&self.mailbox).is_some_and(|watched| watched.bell.receiver_count() <= 1) {
            all.remove(&self.mailbox);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{SystemRandom, Timestamp};

    #[tokio::test]
    async fn a_watch_is_woken_by_its_own_mailbox_and_forgotten_when_it_ends() {
        let mailbox = || MailboxId::new(Timestamp::from_micros(1), &SystemRandom);
        let (watchers, one, other) = (Watchers::default(), mailbox(), mailbox());
        let (mut first, second) = (watchers.watch(one), watchers.watch(one));
        watchers.wake(other);
        watchers.wake(one);
        first.happened().await;
        watchers.is_long(one, 3);
        first.happened().await;
        drop(second);
        assert_eq!(watchers.mailboxes(), [one]);
        drop(first);
        assert!(watchers.mailboxes().is_empty());
    }
}
