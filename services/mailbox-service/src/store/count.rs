//! Table `folder_count`: letters of each mark in each folder, kept in the transaction that changes them.

use crate::domain::acting::Acting;
use crate::domain::folder::{Count, Folder};
use crate::domain::post::Mark;
use crate::store::message::read_mark;
use kernel::{FolderId, MailboxId};
use sql::{Error, Insert, Row, Sql, Tx, Value, args};
use std::collections::HashMap;
use uuid::Uuid;

/// What a transaction does to the counters of one mailbox, added up before it is written.
#[derive(Default)]
pub struct Changes(HashMap<(Folder, Mark), Count>);

impl Changes {
    /// A letter comes into `folder`.
    pub fn add(&mut self, folder: Folder, mark: Mark, is_read: bool) {
        self.change(folder, mark, 1, i64::from(!is_read));
    }

    /// A letter leaves `folder`.
    pub fn remove(&mut self, folder: Folder, mark: Mark, is_read: bool) {
        self.change(folder, mark, -1, -i64::from(!is_read));
    }

    /// A letter in `folder` becomes read or unread.
    pub fn mark(&mut self, folder: Folder, mark: Mark, is_read: bool) {
        self.change(folder, mark, 0, if is_read { -1 } else { 1 });
    }

    /// Letters come into `folder`, counted already.
    pub fn add_many(&mut self, folder: Folder, mark: Mark, letters: Count) {
        self.change(folder, mark, letters.total, letters.unread);
    }

    fn change(&mut self, folder: Folder, mark: Mark, total: i64, unread: i64) {
        let count = self.0.entry((folder, mark)).or_default();
        count.total += total;
        count.unread += unread;
    }

    /// Writes them. The mailbox is locked.
    pub async fn write(self, tx: &mut Tx, mailbox: MailboxId) -> Result<(), Error> {
        write_all(tx, [(mailbox, self)]).await
    }

    fn rows(self, mailbox: MailboxId) -> impl Iterator<Item = Vec<Value>> {
        let changed = self.0.into_iter().filter(|(_, count)| *count != Count::default());
        changed.map(move |((folder, mark), count)| {
            args![mailbox, folder.as_uuid(), mark.as_str(), count.total, count.unread]
        })
    }
}

const CHANGE: Insert = Insert::new(
    "folder_count",
    &["mailbox", "folder", "mark", "total", "unread"],
    "ON CONFLICT (mailbox, folder, mark) DO UPDATE SET total = folder_count.total + excluded.total, \
     unread = folder_count.unread + excluded.unread",
);

/// Writes the changes of many mailboxes, all of them locked, none of them twice.
pub async fn write_all(tx: &mut Tx, changes: impl IntoIterator<Item = (MailboxId, Changes)>) -> Result<(), Error> {
    let rows = changes.into_iter().flat_map(|(mailbox, changes)| changes.rows(mailbox)).collect();
    tx.insert(CHANGE, rows).await.map(|_| ())
}

/// The counts of each folder that has ever had a letter, of the marks that `acting` sees and of nothing else (A11).
pub async fn of(tx: &mut Tx, acting: &Acting) -> Result<HashMap<Folder, Count>, Error> {
    let sql = "SELECT folder, CAST(SUM(total) AS BIGINT) AS total, CAST(SUM(unread) AS BIGINT) AS unread \
               FROM folder_count WHERE mailbox = $1 AND mark IN ($2, $3, $4, $5) GROUP BY folder";
    let [first, second, third, fourth] = acting.visible_marks();
    let read = |row: &Row| {
        Ok((Folder::from_uuid(row.get("folder")?), Count { total: row.get("total")?, unread: row.get("unread")? }))
    };
    Ok(tx.all(sql, args![acting.mailbox, first, second, third, fourth], read).await?.into_iter().collect())
}

const TAKE: Sql = Sql::each(
    "DELETE FROM folder_count WHERE mailbox = $1 AND folder IN (SELECT unhex(value) FROM json_each($2)) \
     RETURNING mark, total, unread",
    "DELETE FROM folder_count WHERE mailbox = $1 AND folder = ANY($2) RETURNING mark, total, unread",
);

/// Removes the counters of folders that go; what they counted, of all marks.
pub async fn take_folders(tx: &mut Tx, mailbox: MailboxId, ids: &[FolderId]) -> Result<Vec<(Mark, Count)>, Error> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.as_uuid()).collect();
    let read = |row: &Row| Ok((read_mark(row)?, Count { total: row.get("total")?, unread: row.get("unread")? }));
    tx.all(TAKE, args![mailbox, ids], read).await
}
