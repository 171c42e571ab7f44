//! The lists of accesses: given, received, ended (rules A6, A8, A21, A27).

use super::recognise::Acting;
use super::{Context, Shown};
use crate::domain::access::Access;
use crate::domain::party::Party;
use crate::error::Error;
use crate::store::page::{self, Cursor, Part};
use kernel::{PageSize, Timestamp};
use sql::Tx;

/// Which list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum List {
    /// Pending and active accesses in which the person is on this side, newest first.
    Live(Party),
    /// Ended ones, in which they were on this side or on either, latest end first.
    Ended(Option<Party>),
    /// Those in which they are on this side or on either, newest first; ended ones only if wanted. For caseworkers.
    Any {
        /// On which side.
        party: Option<Party>,
        /// Whether ended ones count.
        include_ended: bool,
    },
}

/// A page of a list.
pub struct Page {
    /// The accesses as they are now.
    pub accesses: Vec<Shown>,
    /// Where the next page begins, if there is one.
    pub next: Option<Cursor>,
}

/// The page of the citizen's list after `after`, as their portal shows it (rule A12).
pub async fn list(context: &Context, acting: Acting, list: List, after: Cursor, size: PageSize) -> Result<Page, Error> {
    let Acting { person, portal } = acting;
    let read = context.db.read(|tx| {
        Box::pin(async move {
            let now = tx.now().await?;
            let part = Part { person, portal: Some(portal), now, after, most: size.limit_and_one() };
            Ok::<_, Error>((rows(tx, list, part).await?, now))
        })
    });
    let (rows, now) = read.await?;
    let mut accesses: Vec<Access> = rows.into_iter().map(|access| access.at(now)).collect();
    let next = size.cut(&mut accesses).map(|last| list.place(last));
    let shown = |access: Access| access.party(person).map(|side| Shown { access, side: Some(side) });
    Ok(Page { accesses: accesses.into_iter().filter_map(shown).collect(), next })
}

impl List {
    fn place(self, access: &Access) -> Cursor {
        match self {
            Self::Live(_) | Self::Any { .. } => Cursor::by_creation(access),
            Self::Ended(_) => Cursor::by_end(access),
        }
    }
}

/// The rows of a part of a list, in its order.
pub(super) async fn rows(tx: &mut Tx, list: List, part: Part) -> Result<Vec<Access>, sql::Error> {
    use Party::{Owner, Reader};
    match list {
        List::Live(Owner) | List::Any { party: Some(Owner), include_ended: false } => page::given(tx, part).await,
        List::Live(Reader) | List::Any { party: Some(Reader), include_ended: false } => page::received(tx, part).await,
        List::Ended(Some(Owner)) => page::over_for_owner(tx, part).await,
        List::Ended(Some(Reader)) => page::over_for_reader(tx, part).await,
        List::Ended(None) => {
            let owners = page::over_for_owner(tx, part).await?;
            let over_time = |access: &Access| access.over_time().unwrap_or(access.create_time);
            Ok(merged(owners, page::over_for_reader(tx, part).await?, part.most, over_time))
        }
        List::Any { party: Some(Owner), include_ended: true } => page::ever_given(tx, part).await,
        List::Any { party: Some(Reader), include_ended: true } => page::ever_received(tx, part).await,
        List::Any { party: None, include_ended: false } => {
            let given = page::given(tx, part).await?;
            Ok(merged(given, page::received(tx, part).await?, part.most, |access| access.create_time))
        }
        List::Any { party: None, include_ended: true } => {
            let given = page::ever_given(tx, part).await?;
            Ok(merged(given, page::ever_received(tx, part).await?, part.most, |access| access.create_time))
        }
    }
}

/// The first `most` of two lists that are each in order, latest `time` first, then by name.
fn merged(one: Vec<Access>, other: Vec<Access>, most: i64, time: impl Fn(&Access) -> Timestamp) -> Vec<Access> {
    let mut both = one;
    both.extend(other);
    both.sort_by_key(|access| std::cmp::Reverse((time(access), access.owner, access.id)));
    both.truncate(usize::try_from(most).unwrap_or(usize::MAX));
    both
}
