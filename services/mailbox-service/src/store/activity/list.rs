//! Pages of the log, newest first, by keyset on one index; the entries about one letter by two.

use super::{Record, columns};
use crate::domain::acting::Acting;
use crate::domain::activity::{Activity, Filter};
use crypto::DataKey;
use sql::{Error, Sql, Tx, args};

macro_rules! seen {
    () => {
        " FROM activity WHERE mailbox = $1 AND sequence < $2 AND (mark IN ($3, $4, $5, $10) OR ($6 AND mark IS NULL)) \
         AND ($7 IS NULL OR activity_time >= $7) AND ($8 IS NULL OR activity_time < $8)"
    };
}

macro_rules! newest_first {
    () => {
        " ORDER BY sequence DESC LIMIT $9"
    };
}

const ALL: &str = concat!("SELECT ", columns!(), seen!(), newest_first!());

macro_rules! about_letter {
    ($in_bulk_act:literal) => {
        concat!(
            "SELECT * FROM (SELECT ",
            columns!(),
            seen!(),
            " AND message = $11",
            newest_first!(),
            ") AS one UNION ALL SELECT * FROM (SELECT ",
            columns!(),
            seen!(),
            " AND messages IS NOT NULL AND ",
            $in_bulk_act,
            newest_first!(),
            ") AS many",
            newest_first!()
        )
    };
}

const ABOUT_LETTER: Sql =
    Sql::each(about_letter!("instr(messages, $12) > 0"), about_letter!("position($12 IN messages) > 0"));

/// Up to `limit` entries that `acting` sees, older than the one of sequence `before`: those about post that they see, and
/// to the owner those about no post at all (R11, A11).
pub async fn list(
    tx: &mut Tx,
    acting: &Acting,
    filter: &Filter,
    before: Option<i64>,
    limit: i64,
    key: &DataKey,
) -> Result<Vec<Activity>, Error> {
    let [first, second, third, fourth] = acting.visible_marks();
    let mut values = args![
        acting.mailbox,
        before.unwrap_or(i64::MAX),
        first,
        second,
        third,
        acting.is_owner(),
        filter.from,
        filter.before,
        limit,
        fourth,
    ];
    let mut sql = Sql::from(ALL);
    if let Some(message) = filter.message {
        sql = ABOUT_LETTER;
        values.extend(args![message, message.as_uuid().as_bytes().to_vec()]);
    }
    tx.all(sql, values, |row| Record::read(row)?.open(key)).await
}
