//! The fewest statements that do what a call does, and write rows of the same size: a row that is there is copied with
//! another key, whatever columns the table has by now.

use crate::post::{Act, Verb};
use kernel::{Clock as _, SystemClock, SystemRandom};
use sql::{Db, Engine, Error, Tx, args};
use uuid::Uuid;

/// Statements that name all columns of a table, made once for the schema that is there.
pub(crate) struct Statements {
    /// A letter, as another: new id, new UUID of its sender, the letter.
    letter: &'static str,
    /// Its receipt: new UUID, the letter.
    receipt: &'static str,
    /// An entry of the log, as the next one: the number of the next, the mailbox.
    entry: &'static str,
}

const PERSON: &str = "SELECT p.* FROM cpr_lookup l JOIN person p ON p.id = l.person WHERE l.hash = $1";
const NEWEST: &str = "SELECT id, folder, mark, is_read, available_time, sender_kind, sender_cvr, sender_system, sender_name, \
                      subject, file_count, files_size, bin_time FROM message WHERE mailbox = $1 AND mark IN ('public', 'none') \
                      ORDER BY available_time DESC, id DESC LIMIT 50";

impl Statements {
    pub(crate) async fn of(db: &Db) -> Result<Self, Error> {
        Ok(Self {
            letter: copying(db, "message", &[("id", "$1"), ("sender_uuid", "$2")], "mailbox = $3 AND id = $4").await?,
            receipt: copying(db, "delivery", &[("message_uuid", "$1")], "mailbox = $2 AND message = $3").await?,
            entry: copying(db, "activity", &[("sequence", "$1")], "mailbox = $2 AND sequence = 1").await?,
        })
    }

    /// Does what `act` says.
    pub(crate) async fn run(&self, db: &Db, act: Act) -> Result<(), Error> {
        let hash = act.recipient.map(Uuid::into_bytes).concat();
        match act.verb {
            Verb::List => {
                db.read(|tx| {
                    Box::pin(async move {
                        tx.all(PERSON, args![hash], |_| Ok(())).await?;
                        tx.all(NEWEST, args![act.mailbox], |_| Ok(())).await.map(|_| ())
                    })
                })
                .await
            }
            verb => {
                db.read(|tx| Box::pin(async move { tx.all(PERSON, args![hash], |_| Ok(())).await })).await?;
                let (letter, receipt, entry) = (self.letter, self.receipt, self.entry);
                db.write(move |tx| {
                    Box::pin(async move {
                        match verb {
                            Verb::Open | Verb::List => open(tx, &act).await?,
                            Verb::Mark => mark(tx, &act).await?,
                            Verb::Deliver => deliver(tx, &act, letter, receipt).await?,
                        }
                        append(tx, &act, entry).await
                    })
                })
                .await
            }
        }
    }
}

async fn open(tx: &mut Tx, act: &Act) -> Result<(), Error> {
    tx.all("SELECT * FROM message WHERE mailbox = $1 AND id = $2", args![act.mailbox, act.message], |_| Ok(())).await?;
    let files = "SELECT * FROM message_file WHERE mailbox = $1 AND message = $2 ORDER BY ordinal";
    tx.all(files, args![act.mailbox, act.message], |_| Ok(())).await.map(|_| ())
}

async fn mark(tx: &mut Tx, act: &Act) -> Result<(), Error> {
    let marked = "UPDATE message SET is_read = NOT is_read WHERE mailbox = $1 AND id = $2 RETURNING folder";
    let folder = tx.one(marked, args![act.mailbox, act.message], |row| row.get::<Uuid>("folder")).await?;
    let counted = "UPDATE folder_count SET unread = unread + 1 WHERE mailbox = $1 AND folder = $2 AND mark = 'public'";
    tx.execute(counted, args![act.mailbox, folder]).await.map(|_| ())
}

async fn deliver(tx: &mut Tx, act: &Act, letter: &'static str, receipt: &'static str) -> Result<(), Error> {
    let fresh = || kernel::id::new_uuid(SystemClock.now(), &SystemRandom);
    let (id, uuid, now) = (fresh(), fresh(), SystemClock.now());
    tx.execute(receipt, args![uuid, act.mailbox, act.message]).await?;
    tx.execute(letter, args![id, uuid, act.mailbox, act.message]).await?;
    let counted =
        "UPDATE folder_count SET total = total + 1, unread = unread + 1 WHERE mailbox = $1 AND mark = 'public'";
    tx.execute(counted, args![act.mailbox]).await?;
    // The event for the e-mails that are owed, on its way to nobody.
    let event = "INSERT INTO outbox (id, destination, payload, create_time) VALUES ($1, 'nobody', $2, $3)";
    tx.execute(event, args![id, vec![0_u8; 64], now]).await?;
    let due = "INSERT INTO due_work (queue, id, due, attempt, parked) VALUES ('outbox/nobody', $1, $2, 0, FALSE)";
    tx.execute(due, args![id, now]).await.map(|_| ())
}

/// The log's next entry.
async fn append(tx: &mut Tx, act: &Act, entry: &'static str) -> Result<(), Error> {
    let next = "UPDATE activity_head SET sequence = sequence + 1 WHERE mailbox = $1 RETURNING sequence";
    let next = tx.one(next, args![act.mailbox], |row| row.get::<i64>("sequence")).await?;
    tx.execute(entry, args![next, act.mailbox]).await.map(|_| ())
}

/// A statement that copies the rows of `table` for which `place` holds, with other values for some columns.
async fn copying(db: &Db, table: &str, others: &[(&str, &str)], place: &str) -> Result<&'static str, Error> {
    let columns = columns(db, table).await?;
    let value = |column: &String| {
        let other = others.iter().find(|(name, _)| name == column);
        other.map_or(column.clone(), |(_, value)| (*value).to_owned())
    };
    let values = columns.iter().map(value).collect::<Vec<_>>().join(", ");
    let columns = columns.join(", ");
    // Made once in the life of the process.
    Ok(format!("INSERT INTO {table} ({columns}) SELECT {values} FROM {table} WHERE {place} LIMIT 1").leak())
}

async fn columns(db: &Db, table: &str) -> Result<Vec<String>, Error> {
    let sql = match db.engine() {
        Engine::Sqlite => "SELECT name FROM pragma_table_info($1)",
        Engine::Postgres => {
            "SELECT column_name::text AS name FROM information_schema.columns \
             WHERE table_schema = 'public' AND table_name = $1 AND is_generated = 'NEVER'"
        }
    };
    let table = table.to_owned();
    db.read(|tx| Box::pin(async move { tx.all(sql, args![table], |row| row.get("name")).await })).await
}
