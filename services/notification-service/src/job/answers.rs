//! What the other services say just now of those to whom news of post is owed (N5).

use crate::domain::access::{AccessName, Activity};
use crate::domain::ledger::{Kind, Standing};
use crate::peers::{Accesses, Directory, Person};
use crate::usecase::claim::Due;
use kernel::PersonId;
use std::collections::HashMap;

/// The answers; `None` where they can't be asked.
pub(super) struct Answers {
    activities: Option<HashMap<AccessName, Activity>>,
    persons: Option<HashMap<PersonId, Person>>,
}

impl Answers {
    /// Asks both services, once for all e-mails, at most 100.
    pub(super) async fn ask(accesses: &Accesses, directory: &Directory, news: &[Due]) -> Self {
        let access = |due: &Due| Some(AccessName { mailbox: due.email.mailbox, id: due.email.access? });
        let of_post = news.iter().filter(|due| due.email.kind == Kind::NewPost);
        let names: Vec<AccessName> = of_post.filter_map(access).collect();
        let ended = news.iter().filter(|due| due.email.kind == Kind::SubscriptionEnded);
        let mut persons: Vec<PersonId> = news.iter().map(|due| due.email.mailbox).collect();
        persons.extend(ended.map(|due| due.email.subscriber));
        persons.sort_unstable();
        persons.dedup();
        let (activities, persons) = tokio::join!(accesses.activities(&names), directory.persons(&persons));
        Self { activities: answer(activities, "access-service"), persons: answer(persons, "mailbox-service") }
    }

    /// Whether the subscriber of an e-mail is entitled to it.
    pub(super) fn standing(&self, due: &Due) -> Standing {
        let email = &due.email;
        let Some(owner) = self.persons.as_ref().and_then(|persons| persons.get(&email.mailbox)) else {
            return Standing::Unknown;
        };
        let entitled = match email.access {
            // That the access is over is what they are told. The dead are not: others would read it, who came into their e-mail.
            _ if email.kind == Kind::SubscriptionEnded => {
                let subscriber = self.persons.as_ref().and_then(|persons| persons.get(&email.subscriber));
                let Some(subscriber) = subscriber else { return Standing::Unknown };
                !subscriber.closed
            }
            None => !owner.closed,
            Some(id) => {
                let access = AccessName { mailbox: email.mailbox, id };
                let activity = self.activities.as_ref().and_then(|activities| activities.get(&access));
                let Some(activity) = activity else { return Standing::Unknown };
                !owner.closed && activity.entitles(email.subscriber)
            }
        };
        if entitled { Standing::Entitled { owner: owner.name.clone() } } else { Standing::NotEntitled }
    }
}

/// The answer, if it came. Without it nothing is sent now and nothing is lost.
fn answer<T>(asked: Result<T, rpc::Refusal>, service: &'static str) -> Option<T> {
    if let Err(refusal) = &asked {
        tracing::warn!(service, reason = ?refusal.reason(), "can't be asked; e-mail about new post waits");
        metrics::counter!("email_waits_total", "for" => service).increment(1);
    }
    asked.ok()
}
