//! A citizen's accesses to public post, as a caseworker sees them (rules A14, A16). Looking is recorded too.

use super::list::{List, Page, rows};
use super::name_person::{Requester, name_person};
use super::{Context, Shown};
use crate::domain::Party;
use crate::domain::access::Access;
use crate::domain::desk::DeskRecord;
use crate::error::Error;
use crate::peers::Purpose;
use crate::store;
use crate::store::page::{Cursor, Part};
use kernel::{AccessId, Caseworker, PageSize, Particulars, PersonId, id};
use rpc::Call;
use std::collections::HashMap;

/// The records of accesses, oldest first.
pub type Records = HashMap<AccessId, Vec<DeskRecord>>;

/// The citizen whom the caseworker names.
pub async fn name_citizen(context: &Context, call: &Call, citizen: &Particulars) -> Result<PersonId, Error> {
    let caseworker = call.caseworker().map_err(Error::Peer)?;
    let requester = Requester::caseworker(context, caseworker);
    name_person(context, call, requester, citizen, Purpose::Registered).await
}

/// The page of the citizen's list after `after`, as it is now.
pub async fn list_of_citizen(
    context: &Context,
    caseworker: Caseworker,
    citizen: PersonId,
    (party, include_ended): (Option<Party>, bool),
    after: Cursor,
    size: PageSize,
) -> Result<Page, Error> {
    let random = context.random.clone();
    let write = context.db.write(move |tx| {
        Box::pin(async move {
            let now = tx.now().await?;
            store::caseworker::looked(tx, id::new_uuid(now, &*random), &caseworker, citizen, now).await?;
            let part = Part { person: citizen, portal: None, now, after, most: size.limit_and_one() };
            Ok::<_, Error>((rows(tx, List::Any { party, include_ended }, part).await?, now))
        })
    });
    let (rows, now) = write.await?;
    let mut accesses: Vec<Access> = rows.into_iter().map(|access| access.at(now)).collect();
    let next = size.cut(&mut accesses).map(Cursor::by_creation);
    Ok(Page { accesses: accesses.into_iter().map(|access| Shown { access, side: None }).collect(), next })
}

/// What caseworkers have recorded about `accesses`.
pub async fn records(context: &Context, accesses: &[Shown]) -> Result<Records, Error> {
    let ids = accesses.iter().map(|shown| shown.access.id.as_uuid()).collect();
    let rows = context.db.read(|tx| Box::pin(store::caseworker::of(tx, ids))).await?;
    let mut records = Records::new();
    for (access, record) in rows {
        records.entry(access).or_default().push(record);
    }
    Ok(records)
}
