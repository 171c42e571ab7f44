//! Send what is due (N5, N9).

use crate::domain::access::{AccessName, Activity};
use crate::domain::ledger::{Kind, Lane, Standing};
use crate::job::Delivery;
use crate::peers::{Accesses, Directory, Person};
use crate::usecase::claim::{Due, claim};
use futures::FutureExt as _;
use futures::future::{BoxFuture, join_all};
use kernel::PersonId;
use runtime::Job;
use std::collections::HashMap;

/// Claims e-mails of one lane that are due, asks the other services who is still entitled to news, and sends.
pub struct Dispatch {
    /// Which.
    pub lane: Lane,
    /// Sends one.
    pub delivery: Delivery,
    /// access-service.
    pub accesses: Accesses,
    /// mailbox-service.
    pub directory: Directory,
    /// The most that are sent at once.
    pub parallel: u16,
}

/// What the other services say just now; `None` where they can't be asked.
struct Answers {
    activities: Option<HashMap<AccessName, Activity>>,
    persons: Option<HashMap<PersonId, Person>>,
}

impl Job for Dispatch {
    fn name(&self) -> &'static str {
        match self.lane {
            Lane::Awaited => "dispatch-awaited",
            Lane::News => "dispatch-news",
        }
    }

    fn run_once(&self) -> BoxFuture<'_, anyhow::Result<bool>> {
        self.dispatch().boxed()
    }
}

impl Dispatch {
    async fn dispatch(&self) -> anyhow::Result<bool> {
        let due = claim(&self.delivery.service, self.lane, i64::from(self.parallel)).await?;
        if due.is_empty() {
            return Ok(false);
        }
        match self.lane {
            // A code does not wait for answers that only news of post needs.
            Lane::Awaited => self.deliver_all(&due, |_| Standing::Unknown).await,
            Lane::News => self.deliver_news(&due).await,
        }
        Ok(true)
    }

    async fn deliver_news(&self, news: &[Due]) {
        let answers = self.ask(news).await;
        self.deliver_all(news, |due| answers.standing(due)).await;
    }

    /// Each is on its own: the failure of one holds up no other, and its claim runs out.
    async fn deliver_all(&self, due: &[Due], standing: impl Fn(&Due) -> Standing) {
        let outcomes = join_all(due.iter().map(|due| self.delivery.deliver(*due, standing(due)))).await;
        for (due, outcome) in due.iter().zip(outcomes) {
            if let Err(error) = outcome {
                tracing::error!(email = %due.claim.id, %error, "an e-mail could not be dealt with");
                metrics::counter!("email_errors_total").increment(1);
            }
        }
    }

    /// Asks both services, once for all e-mails about new post.
    async fn ask(&self, news: &[Due]) -> Answers {
        let access = |due: &Due| Some(AccessName { mailbox: due.email.mailbox, id: due.email.access? });
        let of_post = news.iter().filter(|due| due.email.kind == Kind::NewPost);
        let accesses: Vec<AccessName> = of_post.filter_map(access).collect();
        let ended = news.iter().filter(|due| due.email.kind == Kind::SubscriptionEnded);
        let mut persons: Vec<PersonId> = news.iter().map(|due| due.email.mailbox).collect();
        persons.extend(ended.map(|due| due.email.subscriber));
        persons.sort_unstable();
        persons.dedup();
        let (activities, persons) = tokio::join!(self.accesses.activities(&accesses), self.directory.persons(&persons));
        Answers { activities: answer(activities, "access-service"), persons: answer(persons, "mailbox-service") }
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

impl Answers {
    fn standing(&self, due: &Due) -> Standing {
        let email = due.email;
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
