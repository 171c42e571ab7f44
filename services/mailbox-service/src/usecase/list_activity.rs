//! A page of the activity log, newest first (R11, R13).

use super::Parts;
use super::admit::Admitted;
use crate::domain::activity::{Activity, Actor, Filter};
use crate::error::Error;
use crate::store;
use kernel::{PageSize, PersonId};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// A page, and where the next begins.
pub struct Page {
    /// The entries.
    pub activities: Vec<Activity>,
    /// The full names of the persons who acted in them.
    pub names: HashMap<PersonId, String>,
    /// The sequence of the last entry, if older ones follow.
    pub next: Option<i64>,
}

/// Lists up to a page of the entries older than the one of sequence `before`.
pub async fn run(
    parts: &Arc<Parts>,
    admitted: Admitted,
    filter: Filter,
    before: Option<i64>,
    size: PageSize,
) -> Result<Page, Error> {
    let Admitted { acting, key, .. } = admitted;
    let listed = parts.db.read(move |tx| {
        Box::pin(async move {
            let mut activities =
                store::activity::list(tx, &acting, &filter, before, size.limit_and_one(), &key).await?;
            let next = size.cut(&mut activities).map(|last| last.sequence);
            let rows = store::person::get_many(tx, &persons(&activities)).await?;
            Ok::<_, Error>((activities, rows, next))
        })
    });
    let (activities, rows, next) = listed.await?;
    let name = |row: store::person::PersonRow| {
        let key = row.key(&parts.keys.keyring)?;
        Ok::<_, Error>((row.id, row.name(&key)?.full()))
    };
    let names = rows.into_iter().map(name).collect::<Result<_, Error>>()?;
    Ok(Page { activities, names, next })
}

fn persons(activities: &[Activity]) -> Vec<PersonId> {
    let person = |activity: &Activity| match activity.entry.actor {
        Actor::Citizen { person, .. } => Some(person),
        _ => None,
    };
    activities.iter().filter_map(person).collect::<HashSet<_>>().into_iter().collect()
}
