//! Finding the person whom the caller names, with few tries (rule A2, E9).

use super::{Context, Repeatable};
use crate::config::MISSES_COUNT_FOR;
use crate::domain;
use crate::error::Error;
use crate::peers::Purpose;
use crate::store::attempt;
use crypto::LookupHash;
use kernel::limit::Limit;
use kernel::{Caseworker, CprNumber, Particulars, PersonId, Timestamp, id};
use rpc::Call;
use sql::Tx;
use std::time::Duration;
use uuid::Uuid;

/// The person whom the particulars fit. The try is noted before it is made, in a transaction of its own, so that neither a
/// refusal nor a crash leaves it uncounted, and many at once can't slip through together; a match, or no answer at all,
/// takes the note back.
pub async fn name_person(
    context: &Context,
    call: &Call,
    requester: Requester,
    particulars: &Particulars,
    purpose: Purpose,
) -> Result<PersonId, Error> {
    let attempt = note(context, requester, particulars).await?;
    let answer = context.directory.match_person(particulars, purpose, call).await;
    let missed = matches!(answer, Ok(None));
    let settle = context.db.write(move |tx| {
        Box::pin(
            async move { if missed { attempt::missed(tx, attempt).await } else { attempt::delete(tx, attempt).await } },
        )
    });
    settle.await?;
    answer.map_err(Error::Peer)?.ok_or(Error::PersonNotMatched)
}

/// Who names, and how often they may miss.
#[derive(Clone, Copy)]
pub struct Requester {
    subject: LookupHash,
    limits: [Limit; 2],
    call: Option<LookupHash>,
}

impl Requester {
    /// A citizen.
    pub fn citizen(context: &Context, person: PersonId) -> Self {
        let subject = context.lookup.hash("attempt/requester", &[person.as_uuid().as_bytes()]);
        Self { subject, limits: context.settings.requester_limits(), call: None }
    }

    /// A caseworker, who names many a day.
    pub fn caseworker(context: &Context, caseworker: &Caseworker) -> Self {
        let Caseworker { employee_id, municipality, .. } = caseworker;
        let subject = context.lookup.hash("attempt/caseworker", &[municipality.as_bytes(), employee_id.as_bytes()]);
        Self { subject, limits: context.settings.caseworker_limits(), call: None }
    }

    /// The same in a call that may be repeated: to name the same person in it again is no other try.
    #[must_use]
    pub fn repeating(self, repeat: &Repeatable) -> Self {
        Self { call: repeat.call, ..self }
    }

    /// What the try is known by.
    fn attempt(&self, context: &Context, cpr: &CprNumber, now: Timestamp) -> Uuid {
        let Some(call) = &self.call else { return id::new_uuid(now, &*context.random) };
        let hash = context.lookup.hash("attempt/id", &[call.as_bytes(), cpr.digits().as_bytes()]);
        let (first, _) = hash.as_bytes().split_first_chunk::<16>().unwrap_or((&[0; 16], &[]));
        Uuid::from_bytes(*first)
    }
}

/// Notes a try, if there may be another one.
async fn note(context: &Context, requester: Requester, particulars: &Particulars) -> Result<Uuid, Error> {
    let target = context.lookup.hash("attempt/target", &[&particulars.target()]);
    let (task, cpr) = (context.clone(), particulars.cpr.clone());
    let noted = context.db.write(move |tx| {
        Box::pin(async move {
            sql::turn::take(tx, &[requester.subject, target].map(|subject| *subject.as_bytes())).await?;
            let now = tx.now().await?;
            let attempt = requester.attempt(&task, &cpr, now);
            if attempt::is_noted(tx, attempt, &requester.subject).await? {
                return Ok(attempt);
            }
            let own = wait(tx, &requester.subject, &requester.limits).await?;
            let others = wait(tx, &target, &task.settings.target_limits()).await?;
            if let Some(wait) = own.max(others) {
                return Err(Error::TooManyAttempts(wait));
            }
            attempt::insert(tx, attempt, &requester.subject, now).await?;
            attempt::insert(tx, attempt, &target, now).await?;
            Ok(attempt)
        })
    });
    noted.await
}

async fn wait(tx: &mut Tx, subject: &LookupHash, limits: &[Limit]) -> Result<Option<Duration>, Error> {
    let now = tx.now().await?;
    let most = limits.iter().map(|limit| limit.most).max().unwrap_or(0);
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let tries = attempt::tries(tx, subject, now.minus(MISSES_COUNT_FOR), most).await?;
    Ok(domain::attempt::wait(&tries, limits, now))
}
