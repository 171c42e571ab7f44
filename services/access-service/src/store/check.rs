//! The one query behind every decision.

use super::access::{columns, read};
use crate::domain::Access;
use crypto::LookupHash;
use kernel::{AccessId, PersonId, Timestamp};
use sql::{Error, Glimpse, Sql, Tx, args, present_columns};
use uuid::Uuid;

/// What counts for a decision, all of one moment.
pub struct Seen {
    /// The person that the CPR number is known to lead to.
    pub known: Option<PersonId>,
    /// The accesses that count between the reader and each mailbox: at most one for public post and one for each portal's,
    /// the live one, else the one that ended last.
    pub accesses: Vec<Access>,
    /// The present, taken last: what ends while we look has ended.
    pub now: Timestamp,
}

/// For each mailbox and each post one probe of the index `access_by_pair`.
macro_rules! probe {
    ($columns:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM access b WHERE b.owner = m.mailbox AND b.reader = $2 AND b.post = p.post \
             ORDER BY b.ended, b.over_time DESC, b.id DESC LIMIT 1"
        )
    };
}

/// A mailbox and post with no access gives a row too, so that there always is one to carry the rest.
const SEEN: Sql = Sql::each(
    concat!(
        "SELECT (SELECT k.person FROM known_person k WHERE k.cpr_hash = $3) AS known, ",
        present_columns!(sqlite),
        ", ",
        columns!(),
        " FROM (SELECT unhex(value) AS mailbox FROM json_each($1)) m \
         CROSS JOIN (SELECT 'public' AS post UNION ALL SELECT 'e_boks' UNION ALL SELECT 'mit_dk') p \
         LEFT JOIN access a ON a.id = (",
        probe!("b.id"),
        ")"
    ),
    concat!(
        "SELECT (SELECT k.person FROM known_person k WHERE k.cpr_hash = $3) AS known, ",
        present_columns!(postgres),
        ", ",
        columns!(),
        " FROM unnest($1) AS m(mailbox) CROSS JOIN (VALUES ('public'), ('e_boks'), ('mit_dk')) AS p(post) \
         LEFT JOIN LATERAL (",
        probe!("b.*"),
        ") a ON TRUE"
    ),
);

/// What counts between `reader` and each of `mailboxes`, at least one, and whom the CPR number of the hash leads to.
pub async fn seen(
    tx: &mut Tx,
    mailboxes: Vec<Uuid>,
    reader: PersonId,
    cpr: Option<&LookupHash>,
) -> Result<Seen, Error> {
    let args = args![mailboxes, reader, cpr.map(LookupHash::as_bytes)];
    let rows = tx.all(SEEN, args, |row| {
        let access = row.get::<Option<AccessId>>("id")?.map(|_| read(row)).transpose()?;
        Ok((Glimpse::read(row)?, row.get::<Option<PersonId>>("known")?, access))
    });
    let rows = rows.await?;
    let (glimpse, known, _) = rows.first().ok_or_else(|| Error::corrupt("mailboxes", "none"))?;
    let (now, known) = (tx.now_from(*glimpse), *known);
    Ok(Seen { known, accesses: rows.into_iter().filter_map(|(_, _, access)| access).collect(), now })
}
