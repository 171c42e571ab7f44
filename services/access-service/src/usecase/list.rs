//! The lists of accesses: given, received, ended (rules A6, A8, A21, A27).

use super::{Context, Shown};
use crate::domain::access::{Access, Party};
use crate::error::Error;
use crate::store::page::{self, Cursor};
use kernel::{PageSize, PersonId, Timestamp};
use sql::Tx;

/// Which list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum List {
    /// Pending and active accesses in which the person is on this side, newest first.
    Live(Party),
    /// Ended ones, in which they were on this side or on either, latest end first.
    Ended(Option<Party>),
}

/// A page of a list.
pub struct Page {
    /// The accesses as they are now.
    pub accesses: Vec<Shown>,
    /// Where the next page begins, if there is one.
    pub next: Option<Cursor>,
}

/// The page of `person`'s list after `cursor`.
pub async fn list(
    context: &Context,
    person: PersonId,
    list: List,
    after: Cursor,
    size: PageSize,
) -> Result<Page, Error> {
    let read = context.db.read(|tx| {
        Box::pin(async move {
            let now = tx.now().await?;
            Ok::<_, Error>((rows(tx, person, list, now, after, size.limit_and_one()).await?, now))
        })
    });
    let (rows, now) = read.await?;
    let mut accesses: Vec<Access> = rows.into_iter().map(|access| access.at(now)).collect();
    let next = size.cut(&mut accesses).map(|last| list.place(last));
    let shown = |access: Access| access.party(person).map(|side| Shown { access, side });
    Ok(Page { accesses: accesses.into_iter().filter_map(shown).collect(), next })
}

impl List {
    fn place(self, access: &Access) -> Cursor {
        match self {
            Self::Live(_) => Cursor::by_creation(access),
            Self::Ended(_) => Cursor::by_end(access),
        }
    }
}

async fn rows(
    tx: &mut Tx,
    person: PersonId,
    list: List,
    now: Timestamp,
    after: Cursor,
    most: i64,
) -> Result<Vec<Access>, sql::Error> {
    match list {
        List::Live(Party::Owner) => page::given(tx, person, now, after, most).await,
        List::Live(Party::Reader) => page::received(tx, person, now, after, most).await,
        List::Ended(Some(Party::Owner)) => page::over_for_owner(tx, person, now, after, most).await,
        List::Ended(Some(Party::Reader)) => page::over_for_reader(tx, person, now, after, most).await,
        List::Ended(None) => {
            let mut both = page::over_for_owner(tx, person, now, after, most).await?;
            both.extend(page::over_for_reader(tx, person, now, after, most).await?);
            both.sort_by_key(|access| std::cmp::Reverse((access.over_time(), access.owner, access.id)));
            both.truncate(usize::try_from(most).unwrap_or(usize::MAX));
            Ok(both)
        }
    }
}
