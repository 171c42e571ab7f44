//! Tables `authority` and `contact_point`.

use crate::domain::contact_point::{ContactPoint, Filter, PointId, PointName, folded};
use kernel::CvrNumber;
use sql::{Error, Insert, Row, Sql, Tx, args};

/// The version of an authority's list, kept from changing; 0 when none was ever set.
pub async fn lock_list(tx: &mut Tx, cvr: &CvrNumber) -> Result<i64, Error> {
    let sql = "INSERT INTO authority (cvr, version, sequence) VALUES ($1, 0, 0) ON CONFLICT (cvr) DO NOTHING";
    tx.execute(sql, args![cvr.as_str()]).await?;
    let lock = Sql::each(
        "SELECT version FROM authority WHERE cvr = $1",
        "SELECT version FROM authority WHERE cvr = $1 FOR UPDATE",
    );
    tx.one(lock, args![cvr.as_str()], |row| row.get("version")).await
}

const INSERT: Insert = Insert::new(
    "contact_point",
    &[
        "cvr",
        "id",
        "authority_name",
        "display_name",
        "description",
        "accepts_new_post",
        "left_out",
        "sort_key",
        "folded",
    ],
    "ON CONFLICT (cvr, id) DO UPDATE SET authority_name = excluded.authority_name, display_name = excluded.display_name, \
     description = excluded.description, accepts_new_post = excluded.accepts_new_post, left_out = FALSE, \
     sort_key = excluded.sort_key, folded = excluded.folded",
);

/// Writes the whole list in its next version; points that are not in it are left out from now on.
pub async fn replace(tx: &mut Tx, cvr: &CvrNumber, version: i64, points: &[ContactPoint]) -> Result<(), Error> {
    tx.execute("UPDATE authority SET version = $2 WHERE cvr = $1", args![cvr.as_str(), version]).await?;
    tx.execute("UPDATE contact_point SET left_out = TRUE WHERE cvr = $1", args![cvr.as_str()]).await?;
    let row = |point: &ContactPoint| {
        args![
            cvr.as_str(),
            point.name.id.as_str(),
            &point.authority,
            &point.display_name,
            &point.description,
            point.accepts_new_post,
            false,
            point.sort_key(),
            point.folded(),
        ]
    };
    tx.insert(INSERT, points.iter().map(row).collect()).await.map(|_| ())
}

macro_rules! columns {
    () => {
        "cvr, id, authority_name, display_name, description, accepts_new_post"
    };
}

/// The contact point of this name, unless its authority has left it out.
pub async fn get(tx: &mut Tx, name: &PointName) -> Result<Option<ContactPoint>, Error> {
    let sql = concat!("SELECT ", columns!(), " FROM contact_point WHERE cvr = $1 AND id = $2 AND NOT left_out");
    tx.optional(sql, args![name.cvr.as_str(), name.id.as_str()], read).await
}

/// An authority's list, by id. At most [`crate::domain::contact_point::MAX_CONTACT_POINTS`].
pub async fn of(tx: &mut Tx, cvr: &CvrNumber) -> Result<Vec<ContactPoint>, Error> {
    let sql = concat!("SELECT ", columns!(), " FROM contact_point WHERE cvr = $1 AND NOT left_out ORDER BY id");
    tx.all(sql, args![cvr.as_str()], read).await
}

const PAGE: Sql = Sql::each(
    concat!(
        "SELECT ",
        columns!(),
        " FROM contact_point WHERE NOT left_out AND ($1 IS NULL OR cvr = $1) AND ($2 = '' OR instr(folded, $2) > 0) \
         AND ($3 IS NULL OR sort_key > (SELECT sort_key FROM contact_point WHERE cvr = $3 AND id = $4)) \
         ORDER BY sort_key LIMIT $5"
    ),
    concat!(
        "SELECT ",
        columns!(),
        " FROM contact_point WHERE NOT left_out AND ($1 IS NULL OR cvr = $1) AND ($2 = '' OR strpos(folded, $2) > 0) \
         AND ($3 IS NULL OR sort_key > (SELECT sort_key FROM contact_point WHERE cvr = $3 AND id = $4)) \
         ORDER BY sort_key LIMIT $5"
    ),
);

/// Up to `limit` points after the one of this name, by authority and name. One that is left out by now still says where.
pub async fn page(
    tx: &mut Tx,
    filter: &Filter,
    after: Option<&PointName>,
    limit: i64,
) -> Result<Vec<ContactPoint>, Error> {
    let cvr = filter.cvr.as_ref().map(CvrNumber::as_str);
    let (after_cvr, after_id) = (after.map(|name| name.cvr.as_str()), after.map(|name| name.id.as_str()));
    tx.all(PAGE, args![cvr, folded(&filter.query), after_cvr, after_id, limit], read).await
}

fn read(row: &Row) -> Result<ContactPoint, Error> {
    let cvr: String = row.get("cvr")?;
    let id: String = row.get("id")?;
    Ok(ContactPoint {
        name: PointName {
            cvr: CvrNumber::parse(&cvr).map_err(|_| Error::corrupt("contact_point.cvr", "no number"))?,
            id: PointId::parse(&id).map_err(|_| Error::corrupt("contact_point.id", "no id"))?,
        },
        authority: row.get("authority_name")?,
        display_name: row.get("display_name")?,
        description: row.get("description")?,
        accepts_new_post: row.get("accepts_new_post")?,
    })
}
