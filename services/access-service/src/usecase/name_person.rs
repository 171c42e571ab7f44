//! Finding the person whom the caller names, with few tries (rule A2, E9).

use super::Context;
use crate::config::MISSES_COUNT_FOR;
use crate::domain::Particulars;
use crate::domain::attempt::{self, Limit};
use crate::error::Error;
use crate::peers::Purpose;
use crate::store;
use crypto::LookupHash;
use kernel::{Caseworker, PersonId, id};
use rpc::Call;
use sql::Tx;
use uuid::Uuid;

/// The person whom the particulars fit. The try is noted as a miss before it is made, in a transaction of its own, so
/// that neither a refusal nor a crash leaves it uncounted, and many at once can't slip through together; a match, or no answer
/// at all, takes the note back.
pub async fn name_person(
    context: &Context,
    call: &Call,
    requester: Requester,
    particulars: &Particulars,
    purpose: Purpose,
) -> Result<PersonId, Error> {
    let target = attempt::target(&particulars.name, &particulars.cpr);
    let target = context.lookup.hash("attempt/target", &[&target]);
    let attempt = note(context, requester, target).await?;
    let answer = context.directory.match_person(particulars, purpose, call).await;
    if !matches!(answer, Ok(None)) {
        let taken_back = context.db.write(move |tx| Box::pin(store::attempt::delete(tx, attempt)));
        taken_back.await?;
    }
    answer.map_err(Error::Peer)?.ok_or(Error::PersonNotMatched)
}

/// Who names, and how often they may miss.
#[derive(Clone, Copy)]
pub struct Requester {
    subject: LookupHash,
    limits: [Limit; 2],
}

impl Requester {
    /// A citizen.
    pub fn citizen(context: &Context, person: PersonId) -> Self {
        let subject = context.lookup.hash("attempt/requester", &[person.as_uuid().as_bytes()]);
        Self { subject, limits: context.settings.requester_limits() }
    }

    /// A caseworker, who names many a day.
    pub fn caseworker(context: &Context, caseworker: &Caseworker) -> Self {
        let Caseworker { employee_id, municipality, .. } = caseworker;
        let subject = context.lookup.hash("attempt/caseworker", &[municipality.as_bytes(), employee_id.as_bytes()]);
        Self { subject, limits: context.settings.caseworker_limits() }
    }
}

async fn note(context: &Context, requester: Requester, target: LookupHash) -> Result<Uuid, Error> {
    let (settings, random) = (context.settings.clone(), context.random.clone());
    let Requester { subject: requester, limits } = requester;
    let noted = context.db.write(move |tx| {
        Box::pin(async move {
            store::attempt::lock(tx, &[requester, target]).await?;
            let own = wait(tx, &requester, &limits).await?;
            let others = wait(tx, &target, &settings.target_limits()).await?;
            if let Some(wait) = own.max(others) {
                return Err(Error::TooManyAttempts(wait));
            }
            let now = tx.now().await?;
            let attempt = id::new_uuid(now, &*random);
            store::attempt::insert(tx, attempt, &requester, now).await?;
            store::attempt::insert(tx, attempt, &target, now).await?;
            Ok(attempt)
        })
    });
    noted.await
}

async fn wait(tx: &mut Tx, subject: &LookupHash, limits: &[Limit]) -> Result<Option<std::time::Duration>, Error> {
    let now = tx.now().await?;
    let most = limits.iter().map(|limit| limit.most).max().unwrap_or(0);
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let misses = store::attempt::misses(tx, subject, now.minus(MISSES_COUNT_FOR), most).await?;
    Ok(attempt::wait(&misses, limits, now))
}
